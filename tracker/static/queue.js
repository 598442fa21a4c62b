// The queue: moving and choosing by key, the bulk bar, and the columns each reader wants.
import { typing } from "./app.js";

const table = document.getElementById("queue");
const rows = table ? [...table.tBodies[0].rows] : [];
const bar = document.querySelector(".bulk");
let here = -1;

function go(index) {
  if (!rows.length) return;
  rows[here]?.classList.remove("here");
  here = Math.max(0, Math.min(index, rows.length - 1));
  rows[here].classList.add("here");
  rows[here].scrollIntoView({ block: "nearest" });
}

const boxes = () => rows.map((row) => row.querySelector("[name=number]"));

const nChosen = () => boxes().filter((box) => box.checked).length;
const whole = bar?.querySelector("[name=whole]");

function chosen() {
  const n = nChosen();
  if (!bar) return;
  if (whole && n < rows.length) whole.checked = false; // the whole list is meant only while the whole page is ticked
  bar.hidden = n === 0;
  bar.querySelector("[data-chosen]").textContent = whole?.checked ? "全部符合条件的工单" : `${n} 件已选`;
}

whole?.addEventListener("change", () => {
  if (whole.checked) for (const box of boxes()) box.checked = true;
  chosen();
});

/** Opens the ticket under the cursor at the action; when tickets are ticked, begins the bulk action for them instead. */
function open(action = "") {
  const row = rows[here];
  const button = action && nChosen() && bar?.querySelector(`[name=action][value="${action}"]`);
  if (button) button.form.requestSubmit(button);
  else if (row) location.assign(`/tickets/${row.dataset.number}${action ? `#act-${action}` : ""}`);
}

const KEYS = {
  j: () => go(here + 1),
  k: () => go(here - 1),
  x: () => {
    const box = rows[here]?.querySelector("[name=number]");
    if (box) box.checked = !box.checked;
    chosen();
  },
  Enter: () => open(),
  s: () => open("accept"),
  t: () => open("redispatch"),
  b: () => open("return"),
  "/": () => document.getElementById("search").focus(),
};

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

table?.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) for (const box of boxes()) box.checked = event.target.checked;
  chosen();
});
rows.forEach((row, index) => row.addEventListener("click", () => go(index)));

// Columns: chosen per browser, kept for the next visit.
const STORE = "queue-columns-off";
const off = new Set(JSON.parse(localStorage.getItem(STORE) || "[]"));
const place = document.querySelector("[data-columns]");

function paint() {
  for (const cell of table?.querySelectorAll("[data-col]") || []) cell.hidden = off.has(cell.dataset.col);
}

for (const head of table?.tHead.querySelectorAll("[data-col]") || []) {
  const label = document.createElement("label");
  label.className = "d-block nowrap";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.className = "form-check-input me-1";
  box.checked = !off.has(head.dataset.col);
  box.addEventListener("change", () => {
    box.checked ? off.delete(head.dataset.col) : off.add(head.dataset.col);
    localStorage.setItem(STORE, JSON.stringify([...off]));
    paint();
  });
  label.append(box, head.textContent);
  place.append(label);
}
paint();
chosen();

// Saved views: the present tab and filters under a name of one's own, kept in this browser.
const VIEWS = "queue-views";
const views = document.querySelector("[data-views]");

function showViews() {
  const kept = JSON.parse(localStorage.getItem(VIEWS) || "{}");
  const keep = (changed) => {
    localStorage.setItem(VIEWS, JSON.stringify(changed));
    showViews();
  };
  const lines = Object.entries(kept).map(([name, query]) => {
    const line = document.createElement("div");
    line.className = "d-flex gap-2 align-items-center nowrap";
    const link = document.createElement("a");
    link.href = `/tickets${query}`;
    link.textContent = name;
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-link btn-sm ms-auto p-0";
    drop.textContent = "删除";
    drop.setAttribute("aria-label", `删除视图 ${name}`);
    drop.addEventListener("click", () => {
      delete kept[name];
      keep(kept);
    });
    line.append(link, drop);
    return line;
  });
  const name = document.createElement("input");
  name.className = "form-control form-control-sm mt-1";
  name.placeholder = "给当前筛选起名，回车保存";
  name.maxLength = 20;
  name.setAttribute("aria-label", "视图名称");
  name.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (name.value.trim()) keep({ ...kept, [name.value.trim()]: location.search });
  });
  views?.replaceChildren(...lines, name);
}
showViews();
