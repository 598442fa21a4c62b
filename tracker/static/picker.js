// A text field that finds offices, divisions or bodies while one types; what it submits is the code.
const SOURCES = {
  office: { url: "/api/v1/offices", key: "code" },
  division: { url: "/api/v1/divisions", key: "code" },
  body: { url: "/api/v1/bodies", key: "code" },
};

function row(item) {
  const line = document.createElement("li");
  line.setAttribute("role", "option");
  line.dataset.code = item.code;
  line.dataset.name = item.full_name || item.name;
  line.append(item.name);
  const home = item.full_name || item.division_name;
  if (home && home !== item.name) {
    const where = document.createElement("small");
    where.textContent = home;
    line.append(where);
  }
  return line;
}

class Picker {
  constructor(box) {
    this.box = box;
    this.hidden = box.querySelector("input");
    this.source = SOURCES[box.dataset.picker];
    if (!this.source) return;
    this.input = this.hidden.cloneNode();
    this.input.removeAttribute("name");
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-expanded", "false");
    this.hidden.removeAttribute("id");
    this.hidden.required = false;
    this.hidden.type = "hidden";
    this.list = document.createElement("ul");
    this.list.className = "picker-list";
    this.list.setAttribute("role", "listbox");
    this.list.hidden = true;
    this.list.id = `list-${Math.random().toString(36).slice(2)}`;
    this.input.setAttribute("aria-controls", this.list.id);
    box.append(this.input, this.list);
    if (this.hidden.dataset.name) this.input.value = this.hidden.dataset.name;
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("mousedown", (event) => this.pick(event.target.closest("li")));
    box.picker = this;
  }

  set(code, name) {
    this.hidden.value = code || "";
    this.input.value = name || code || "";
    this.box.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: { code, name } }));
  }

  clear() {
    this.hidden.value = "";
    this.input.value = "";
    this.close();
  }

  typed() {
    this.hidden.value = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), 180);
  }

  async look() {
    const text = this.input.value.trim();
    if (!text) return this.close();
    this.asked?.abort();
    this.asked = new AbortController();
    const query = new URLSearchParams({ q: text, limit: "12" });
    for (const name of ["division", "level"]) if (this.box.dataset[name]) query.set(name, this.box.dataset[name]);
    try {
      const answer = await fetch(`${this.source.url}?${query}`, { signal: this.asked.signal, headers: { Accept: "application/json" } });
      const body = await answer.json();
      this.show(answer.ok ? body.items || body : []);
    } catch (error) {
      if (error.name !== "AbortError") this.show([]);
    }
  }

  show(items) {
    this.list.replaceChildren(...items.slice(0, 12).map(row));
    if (!items.length) {
      const none = document.createElement("li");
      none.textContent = "没有找到，请换一个说法";
      none.setAttribute("aria-disabled", "true");
      this.list.append(none);
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark(0);
  }

  mark(index) {
    const lines = [...this.list.children];
    this.at = Math.max(0, Math.min(index, lines.length - 1));
    lines.forEach((line, i) => line.setAttribute("aria-selected", String(i === this.at)));
    lines[this.at]?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (this.list.hidden) return;
    if (event.key === "ArrowDown") this.mark(this.at + 1);
    else if (event.key === "ArrowUp") this.mark(this.at - 1);
    else if (event.key === "Enter") this.pick(this.list.children[this.at]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  pick(line) {
    if (!line?.dataset.code) return;
    this.set(line.dataset.code, line.dataset.name);
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }
}

/** Turns every [data-picker] under the root into a picker. */
export function pickers(root) {
  for (const box of root.querySelectorAll("[data-picker]")) if (!box.picker) new Picker(box);
}
