// Intake: suggestions while typing, drafts that survive a reload, one ticket for one submission.
import { send, tell } from "./app.js";
import { pickers } from "./picker.js";

const form = document.getElementById("intake");
const at = (id) => document.getElementById(id);
const STORE = `intake-drafts-${form.dataset.account}`;
const ENDED = new Set(["closed", "archived", "not_accepted", "redirected", "terminated", "withdrawn", "merged"]);
const DAY = 24 * 3600 * 1000;
let draft = form.dataset.draft;
let lead = null; // number of the ticket this one repeats, once the operator says so
let sending = false;
let asked = null;
pickers(form);

function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

// ── what is typed ──
function values() {
  const found = {};
  for (const [name, value] of new FormData(form)) if (value) found[name] = value;
  return found;
}

function intake() {
  const found = {};
  for (const [name, value] of Object.entries(values())) {
    const [outer, inner] = name.split(".");
    const clean = value === "on" ? true : value.trim();
    if (inner) (found[outer] ??= {})[inner] = clean;
    else found[outer] = clean;
  }
  const typedBody = form.querySelector('[data-picker="body"]').picker.input.value.trim();
  if (typedBody && !found.respondent?.body_code) (found.respondent ??= {}).name = typedBody;
  return found;
}

// ── drafts: in this browser only, under the account's id, a day at most ──
function drafts() {
  const kept = JSON.parse(localStorage.getItem(STORE) || "{}");
  for (const [id, one] of Object.entries(kept)) if (Date.now() - one.at > DAY) delete kept[id];
  return kept;
}

function keep() {
  const kept = drafts();
  const found = values();
  const names = {};
  for (const box of form.querySelectorAll("[data-picker]")) names[box.dataset.picker] = box.picker.input.value;
  if (found.content || found["complainant.phone"]) kept[draft] = { at: Date.now(), values: found, names };
  else delete kept[draft];
  localStorage.setItem(STORE, JSON.stringify(kept));
  at("kept").textContent = kept[draft] ? "草稿已保存在本机" : "";
}

function drop(id) {
  const kept = drafts();
  delete kept[id];
  localStorage.setItem(STORE, JSON.stringify(kept));
}

function fill(one) {
  form.reset();
  for (const [name, value] of Object.entries(one.values)) {
    const field = form.elements[name];
    if (!field) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  for (const box of form.querySelectorAll("[data-picker]")) box.picker.input.value = one.names[box.dataset.picker] || "";
}

function showDrafts() {
  const others = Object.entries(drafts()).filter(([id]) => id !== draft);
  const list = at("drafts");
  list.replaceChildren(...(others.length ? [] : [element("li", "没有其他草稿", "quiet")]));
  for (const [id, one] of others.slice(0, 5)) {
    const line = element("li");
    const open = element("button", (one.values.content || one.values["complainant.phone"]).slice(0, 22), "btn btn-link btn-sm p-0 text-start");
    open.type = "button";
    open.addEventListener("click", () => start(id));
    line.append(open);
    list.append(line);
  }
}

// ── a call begins ──
function start(id = null, phone = "") {
  draft = id || crypto.randomUUID().replaceAll("-", "");
  sessionStorage.setItem(STORE, draft);
  lead = null;
  form.reset();
  for (const box of form.querySelectorAll("[data-picker]")) box.picker.clear();
  const kept = drafts()[draft];
  if (kept) fill(kept);
  if (phone) form.elements["complainant.phone"].value = phone;
  clearProblems();
  form.hidden = false;
  at("done").hidden = true;
  at("submit").disabled = false;
  showDrafts();
  suggest();
  history_();
  at("content").focus();
}

// ── suggestions ──
let timer;
function later() {
  clearTimeout(timer);
  timer = setTimeout(suggest, 120);
}

async function suggest() {
  const given = intake();
  const text = given.content || "";
  const count = [...text.trim()].length; // as the server counts: a rare character is one
  const over = count - Number(at("content").dataset.most);
  at("length").textContent = over > 0 ? `${count} 字，超出 ${over} 字，请删减或分两件登记` : text ? `${count} 字` : "";
  at("content").classList.toggle("is-invalid", over > 0);
  if (text.length < 6) return nothing();
  asked?.abort();
  asked = new AbortController();
  at("thinking").textContent = "…";
  const ask = { text, title: given.title, division_code: given.division_code };
  if (given.respondent?.body_code || given.respondent?.name) ask.respondent = given.respondent;
  if (/^1\d{10}$/.test(given.complainant?.phone || "")) ask.phone = given.complainant.phone;
  try {
    const { status, body } = await send("POST", "/api/v1/triage", ask, {}, asked.signal);
    at("thinking").textContent = status === 200 ? "" : "暂时没有建议";
    if (status === 200) show(body);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function nothing() {
  at("categories").replaceChildren(element("p", "输入内容后，这里给出分类、去向和疑似重复件。", "quiet mb-0"));
  for (const id of ["not-for-us", "whereto", "signs", "repeats-box"]) at(id).hidden = true;
}

function show(body) {
  const words = body.words.slice(0, 6).map((one) => one.word).join("、");
  at("categories").replaceChildren(...body.top3.map((one, index) => suggestion(one, index, index === 0 ? words : "")));
  const told = body.not_for_us;
  at("not-for-us").hidden = !told;
  if (told) at("not-for-us").textContent = `可能不属于本系统受理范围：${told.because}。建议告知来电人：${told.channel}`;
  at("whereto").hidden = false;
  at("office").textContent = body.office ? body.office.name : "转人工研判";
  at("because").textContent = body.doubt || body.because || "";
  at("candidates").replaceChildren(...(body.candidates || []).slice(0, 6).map(candidate));
  const signs = body.clue_signs || [];
  at("signs").hidden = !signs.length;
  const phrases = signs.map((one) => one.phrase).filter(Boolean).join("、");
  at("signs").textContent = `${phrases ? `含廉洁线索表述：${phrases}` : "整段话可能含廉洁线索"}。由承办单位人员判断，不自动移送。`;
  const repeats = body.repeats || [];
  at("repeats-box").hidden = !repeats.length;
  at("repeats").replaceChildren(...repeats.slice(0, 3).map(repeat));
}

function suggestion(one, index, words) {
  const button = element("button", "", "suggest");
  button.type = "button";
  button.dataset.code = one.code;
  button.setAttribute("aria-pressed", String(at("category").value === one.code));
  const head = element("span", `${one.code} ${one.name}`);
  const share = element("span", ` ${Math.round(one.confidence * 100)}%`, "quiet");
  const key = element("kbd", `Alt+${index + 1}`, "float-end");
  const bar = document.createElement("meter");
  bar.min = 0;
  bar.max = 1;
  bar.value = one.confidence;
  button.append(key, head, share, bar);
  if (words) button.append(element("span", `依据：${words}`, "words"));
  button.addEventListener("click", () => take(one.code));
  return button;
}

function take(code) {
  at("category").value = at("category").value === code ? "" : code;
  for (const one of document.querySelectorAll(".suggest")) one.setAttribute("aria-pressed", String(one.dataset.code === at("category").value));
  keep();
}

function candidate(one) {
  const button = element("button", one.label || one.office_name, "btn btn-sm btn-outline-primary");
  button.type = "button";
  button.addEventListener("click", () => {
    form.querySelector('[data-picker="division"]').picker.set(one.office_code, one.office_name);
    later();
  });
  return button;
}

function repeat(one) {
  const line = element("li");
  const link = element("a", one.number);
  link.href = `/tickets/${one.number}`;
  link.target = "_blank";
  const merge = element("button", lead === one.number ? "✓ 提交后并入" : "并入此件", "btn btn-sm btn-outline-secondary float-end");
  merge.type = "button";
  merge.dataset.merge = one.number;
  merge.addEventListener("click", () => join(one.number));
  line.append(merge, link, element("span", ` ${one.status_label}`, "quiet"), element("br"), element("span", one.title));
  return line;
}

function join(number) {
  lead = lead === number ? null : number;
  for (const one of document.querySelectorAll("[data-merge]")) one.textContent = one.dataset.merge === lead ? "✓ 提交后并入" : "并入此件";
}

// ── the caller's last tickets ──
async function history_() {
  const phone = form.elements["complainant.phone"].value.trim();
  const list = at("history");
  if (phone.length < 7) return list.replaceChildren(element("li", "填入电话后显示最近 5 件", "quiet"));
  const { status, body } = await send("POST", "/api/v1/tickets/search", { caller: phone, sort: "-received", limit: 5 });
  if (status !== 200) return list.replaceChildren(element("li", "暂时查不到来件记录", "quiet"));
  list.replaceChildren(...(body.items.length ? body.items.map(past) : [element("li", "首次来电", "quiet")]));
}

function past(one) {
  const line = element("li");
  const link = element("a", one.title);
  link.href = `/tickets/${one.number}`;
  link.target = "_blank";
  const urge = element("button", "催办", "btn btn-sm btn-outline-secondary py-0 me-1");
  const add = element("button", "追加", "btn btn-sm btn-outline-secondary py-0");
  urge.type = add.type = "button";
  urge.addEventListener("click", () => act(one, "urge", { reason: at("content").value.trim() || "来电人再次来电催问进度" }, urge));
  add.addEventListener("click", () => addTo(one, add));
  line.append(link, element("br"), element("span", `${one.status_label} · ${one.received_at.slice(5, 10)} `, "quiet"));
  if (!ENDED.has(one.status)) line.append(urge, add);
  return line;
}

function addTo(one, button) {
  const text = at("content").value.trim();
  if (!text) return tell("请先在“诉求内容”中写下要追加的情况，再点“追加”。", "warning");
  act(one, "note", { note: `来电人追加：${text}` }, button);
}

async function act(one, action, data, button) {
  button.disabled = true;
  const { status, body } = await send("POST", `/api/v1/tickets/${one.number}/actions/${action}`, data);
  if (status === 200) {
    button.textContent = "✓";
    tell(`工单 ${one.number} 已${action === "urge" ? "催办" : "追加"}。`, "success");
  } else {
    button.disabled = false;
    tell(body.message, "danger");
  }
}

// ── submission ──
function clearProblems() {
  at("problem").hidden = true;
  for (const one of form.querySelectorAll(".is-invalid")) one.classList.remove("is-invalid");
}

function problems(body) {
  const told = Object.entries(body.fields || {});
  at("problem").textContent = [body.message, ...told.map(([, sentences]) => [].concat(sentences).join("；"))].join(" ");
  at("problem").hidden = false;
  for (const [name] of told) {
    const field = form.elements[name];
    (field?.type === "hidden" ? field.closest("[data-picker]").picker.input : field)?.classList?.add("is-invalid");
  }
  form.querySelector(".is-invalid")?.focus();
}

async function submit() {
  if (sending || form.hidden) return;
  if (!at("content").value.trim()) return problems({ message: "请填写诉求内容。", fields: { content: [] } });
  sending = true;
  at("submit").disabled = true;
  at("submit").setAttribute("aria-busy", "true");
  clearProblems();
  keep();
  const { status, body } = await send("POST", "/api/v1/tickets", intake(), { "Idempotency-Key": draft });
  sending = false;
  at("submit").disabled = false;
  at("submit").removeAttribute("aria-busy");
  if (body.code === "key_reused") renew();
  if (status !== 200 && status !== 201) return problems(body);
  if (lead && status === 201) await send("POST", `/api/v1/tickets/${body.number}/actions/merge`, { lead, reason: "受理时认定为重复来件" });
  drop(draft);
  sessionStorage.removeItem(STORE); // whatever is opened next is another call
  done(body, status === 201);
}

// The same words under a new key: the next submission is a complaint of its own.
function renew() {
  drop(draft);
  draft = crypto.randomUUID().replaceAll("-", "");
  sessionStorage.setItem(STORE, draft);
  keep();
}

function done(body, fresh) {
  form.hidden = true;
  at("done").hidden = false;
  at("done-title").textContent = fresh ? "已受理" : "这件已经受理过";
  at("done-number").textContent = `${body.number.slice(0, 8)} ${body.number.slice(8)}`;
  at("done-receipt").textContent = body.receipt_code.replace(/(\d{4})(?=\d)/g, "$1 ");
  const where = body.status === "manual" ? "已转人工研判，稍后派单" : `已派往 ${body.office.name}`;
  at("done-where").textContent = `${where}${body.due_at ? `；办理期限 ${body.due_at.slice(0, 10)}` : ""}${lead ? `；已并入 ${lead}` : ""}`;
  at("done-open").href = `/tickets/${body.number}`;
  at("done-open").hidden = !body.seen;
  at("done-recused").hidden = body.seen;
  at("done").focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
form.addEventListener("input", (event) => {
  keep();
  if (event.target.id === "phone") {
    clearTimeout(form.phoneTimer);
    form.phoneTimer = setTimeout(history_, 400);
  }
  if (["content", "title", "body", "division"].includes(event.target.id)) later();
});
form.addEventListener("picked", () => {
  keep();
  later();
});
at("next").addEventListener("click", () => start());
at("done-next").addEventListener("click", () => start());

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") submit();
  else if (event.key === "F2") start();
  else if (event.altKey && /^Digit[1-3]$/.test(event.code)) document.querySelectorAll(".suggest")[Number(event.code.at(-1)) - 1]?.click();
  else if (event.altKey && event.code === "KeyR") document.querySelector("[data-merge]")?.click();
  else if (event.altKey && event.code === "KeyD") {
    keep();
    start();
    tell("已存为草稿，可在左侧打开。", "success");
  } else return;
  event.preventDefault();
});

// a telephone exchange opens /intake#caller=…: what follows # never reaches a server, nor its log
const caller = new URLSearchParams(location.hash.slice(1)).get("caller") || "";
start(caller ? null : sessionStorage.getItem(STORE) || form.dataset.draft, caller);
