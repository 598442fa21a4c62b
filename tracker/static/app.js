// What every page has: help, one submission per form, confirmation, pickers, remembered choices.
import { pickers } from "./picker.js";

export const csrfToken = () => document.querySelector("meta[name=csrf-token]").content;

/** Whether the key press belongs to somebody typing. */
export const typing = (event) =>
  event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]") !== null;

/** Sends JSON and returns {status, body}; a broken line becomes status 0 with a sentence. */
export async function send(method, url, data, headers = {}, signal = undefined) {
  try {
    const answer = await fetch(url, {
      method,
      signal,
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), Accept: "application/json", ...headers },
      body: data === undefined ? undefined : JSON.stringify(data),
    });
    const body = await answer.json().catch(() => ({ message: "系统没有给出可读的回答，请稍后重试。" }));
    return { status: answer.status, body };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { status: 0, body: { code: "offline", message: "网络不通，内容已保留在本页，请稍后重试。" } };
  }
}

/** Shows a passing message at the top of the page; tone: success, info, warning, danger. */
export function tell(message, tone = "info") {
  const box = document.createElement("div");
  box.className = `alert alert-${tone}`;
  box.textContent = message;
  document.getElementById("flashes").append(box);
  if (tone !== "danger") setTimeout(() => box.remove(), 8000);
}

function openHelp() {
  const help = document.getElementById("help");
  if (!help.open) help.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) openHelp();
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => tell("已复制。", "success"));
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "?" && !typing(event)) openHelp();
});

// A second click while the first is under way must not submit twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented) return;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) return void event.preventDefault();
  if (form.dataset.sent) return void event.preventDefault();
  if (event.submitter?.formTarget === "_blank") return; // a preview in a window of its own leaves the form open
  if (form.method === "post") form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

// A box with a bound is never cut off: what is too long is counted under it, and the server refuses it.
function left(box) {
  const line = box.parentElement.querySelector("[data-left]");
  if (!line) return;
  const rest = Number(box.dataset.most) - [...box.value.trim()].length;
  line.textContent = rest >= 0 ? `还可以写 ${rest} 字。` : `超出 ${-rest} 字，请删减后再提交。`;
  box.setCustomValidity(rest >= 0 ? "" : `超出 ${-rest} 字。`);
}

for (const box of document.querySelectorAll("textarea[data-most]")) {
  if (box.value) left(box);
  box.addEventListener("input", () => left(box));
}

pickers(document);
