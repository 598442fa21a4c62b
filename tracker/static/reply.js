// A reply form: a template fills outcome and text; what is written is looked over while it is written.
import { send, tell } from "./app.js";

const WAIT_MS = 500;

function outcomeOf(form) {
  const box = form.elements.outcome;
  return box?.value || "";
}

function choose(form, outcome) {
  const box = form.elements.outcome;
  if (box instanceof RadioNodeList) for (const one of box) one.checked = one.value === outcome;
  else if (box) box.value = outcome;
}

/** Returns whether the text may be replaced: it is empty, or is what a template put there, or the writer agrees. */
function mayReplace(area) {
  const text = area.value.trim();
  return !text || text === area.dataset.filled || window.confirm("用模板替换已经写的内容？");
}

async function offer(aid, form, area) {
  const { status, body } = await send("GET", aid.dataset.templates);
  if (status !== 200 || !body.items.length) return;
  const pick = aid.querySelector("select");
  for (const [at, one] of body.items.entries()) {
    pick.add(new Option(`${one.label}（${one.office}）`, String(at)));
  }
  aid.querySelector("[data-picks]").hidden = false;
  pick.addEventListener("change", () => {
    const one = body.items[Number(pick.value)];
    if (pick.value === "" || !mayReplace(area)) return;
    area.value = one.draft ?? one.text;
    area.dataset.filled = area.value.trim();
    choose(form, one.outcome);
    area.focus();
    const blank = area.value.search(/【/);
    if (blank >= 0) area.setSelectionRange(blank, area.value.indexOf("】", blank) + 1);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function show(box, findings) {
  box.hidden = !findings.length;
  box.replaceChildren(
    ...findings.map((one) => {
      const line = document.createElement("p");
      const refusal = one.weight === "refusal";
      line.className = `hint ${refusal ? "hint-stop" : "hint-warn"} mb-1`;
      line.textContent = `${refusal ? "■ 须修改：" : "▲ 请核对："}${one.message}`;
      return line;
    }),
  );
}

function watch(aid, form, area) {
  const box = aid.querySelector("[data-findings]");
  area.closest(".field").append(box); // beside the text it speaks of
  const confirm = form.querySelector("[name=acknowledged]")?.closest(".field");
  let waiting = 0;
  let asked = 0;
  const look = async () => {
    const mine = ++asked;
    const text = area.value.trim();
    if (!text) return show(box, []);
    const given = { public_text: text, ...(outcomeOf(form) && { outcome: outcomeOf(form) }) };
    const { status, body } = await send("POST", aid.dataset.check, given);
    if (mine !== asked) return;
    area.closest(".field").querySelector(".field-error")?.remove(); // said anew below
    const findings = status === 200 ? body.findings : [{ weight: "refusal", message: body.message }];
    show(box, findings);
    if (confirm) confirm.hidden = !findings.some((one) => one.weight === "warning");
  };
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, WAIT_MS);
  };
  area.addEventListener("input", later);
  form.addEventListener("change", (event) => event.target.name === "outcome" && later());
  if (confirm && !confirm.querySelector("[aria-invalid], .field-error")) confirm.hidden = true;
  if (area.value.trim()) look();
}

for (const aid of document.querySelectorAll("[data-reply-aid]")) {
  const form = aid.closest("form") || aid.closest("details")?.querySelector("form");
  const area = form?.elements.public_text;
  if (!area) continue;
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    offer(aid, form, area).catch(() => tell("答复模板没有取到，可以直接填写。", "warning"));
    if (aid.dataset.check) watch(aid, form, area);
  };
  const details = aid.closest("details");
  if (!details || details.open) begin();
  else details.addEventListener("toggle", begin, { once: true });
}
