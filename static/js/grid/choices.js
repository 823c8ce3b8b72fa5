// The list under the pen for columns with a fixed set of values; typing narrows it.

import { el } from "./dom.js";

export class Choices {
  constructor(host, onPick) {
    this.onPick = onPick;
    this.list = el("ul", { class: "choices", role: "listbox", id: "choices", hidden: true });
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const chosen = event.target.closest("[role=option]");
      if (chosen) this.onPick(chosen.textContent);
    });
    host.append(this.list);
  }

  get open() {
    return !this.list.hidden;
  }

  /** Show the options that hold what was typed; all of them for an empty text. */
  show(options, typed, box) {
    const found = options.filter((option) => option.includes(typed.trim()));
    this.options = found.length ? found : options;
    this.at = found.length && typed ? 0 : options.indexOf(typed);
    this.list.style.left = `${box.left}px`;
    this.list.style.top = `${box.top + box.height}px`;
    this.list.style.minWidth = `${box.width}px`;
    this.list.hidden = false;
    this.draw();
  }

  hide() {
    this.list.hidden = true;
  }

  step(by) {
    this.at = (this.at + by + this.options.length) % this.options.length;
    this.draw();
  }

  /** The marked option, or null where none is marked. */
  get marked() {
    return this.open && this.at >= 0 ? this.options[this.at] : null;
  }

  draw() {
    this.list.replaceChildren(
      ...this.options.map((option, index) =>
        el("li", { role: "option", id: `choice-${index}`, "aria-selected": String(index === this.at) }, option)),
    );
    const marked = this.list.children[this.at];
    if (marked) marked.scrollIntoView({ block: "nearest" });
  }
}
