// The ticket page: shortcuts open the form of an action, the timeline is filtered, candidates fill the office.
import { typing } from "./app.js";

function open(form) {
  form.open = true;
  form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  form.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const one of document.querySelectorAll(".actions details[open]")) one.open = false;
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "u") history.length > 1 ? history.back() : location.assign("/tickets");
  const pick = /^[1-9]$/.test(event.key) && document.querySelector(`[data-pick="${event.key}"]`);
  if (pick) pick.form.requestSubmit(pick);
  const form = [...document.querySelectorAll("details[data-shortcut]")].find((one) => one.dataset.shortcut === event.key);
  if (form) {
    event.preventDefault();
    open(form);
  }
});

document.querySelector("[data-timeline-filter]")?.addEventListener("change", (event) => {
  document.querySelector("[data-timeline]").dataset.show = event.target.value;
});

for (const button of document.querySelectorAll("[data-fill-office]")) {
  button.addEventListener("click", () => {
    const scope = button.closest("details, section");
    const box = scope.querySelector('[data-picker="office"]');
    box?.picker?.set(button.dataset.fillOffice, button.dataset.name);
  });
}

const asked = location.hash.startsWith("#act-") && document.getElementById(location.hash.slice(1));
if (asked) open(asked);
else document.querySelector(".actions details[open] [aria-invalid=true]")?.focus();
