// The pen: one input that lies over the selected cell and always has the focus. Invisible until something is typed,
// so an input method composes its first letter right there instead of losing it.

import { Choices } from "./choices.js";
import { isSheet, writeSheet } from "./clipboard.js";
import { describe } from "./columns.js";
import { el } from "./dom.js";

const PAGE = 12;
const FRAMES = 20;
const FAR = 1e9;
const MOVES = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-PAGE, 0], PageDown: [PAGE, 0],
  Home: [0, -FAR], End: [0, FAR],
};

/**
 * actions: write(row, column, text), erase(), paste(text), undo(), save(), nextGap().
 * Inside `host` (position: relative), over the table.
 */
export class Pen {
  constructor(host, table, sheet, actions) {
    Object.assign(this, { host, table, sheet, actions, editing: null });
    this.input = el("input", {
      class: "pen", type: "text", autocomplete: "off", spellcheck: "false", "aria-label": "所选格", maxlength: "2000",
    });
    host.append(this.input);
    this.choices = new Choices(host, (option) => this.commit(option, [1, 0]));
    this.listen();
  }

  listen() {
    const { input, table } = this;
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("compositionstart", () => this.begin(""));
    input.addEventListener("input", () => this.typed());
    input.addEventListener("paste", (event) => this.pasted(event));
    input.addEventListener("copy", (event) => this.copied(event));
    input.addEventListener("cut", (event) => this.copied(event) && this.actions.erase());
    input.addEventListener("mousedown", (event) => event.stopPropagation());
    input.addEventListener("blur", () => this.editing && !document.hidden && document.hasFocus() && this.commit());
    // The grid moves the focus into its cells; writing happens here.
    table.grid.addEventListener("focusin", () => input.focus({ preventScroll: true }));
    table.addEventListener("place", () => this.follow());
    table.addEventListener("scrolled", () => this.lay());
    table.addEventListener("open", () => this.open());
  }

  /** The selection went elsewhere: what was being typed belongs to the cell it was typed in. */
  follow() {
    if (this.editing && !this.at(this.editing)) this.commit();
    this.input.value = this.editing ? this.input.value : "";
    this.lay();
    this.name();
    this.input.focus({ preventScroll: true });
  }

  at({ row, column }) {
    const { current } = this.table;
    return current && current.row === row && current.column === column;
  }

  /** Lie over the cell; its place is known only once it is drawn, some frames after scrolling to it. */
  lay(tries = FRAMES) {
    cancelAnimationFrame(this.laying);
    this.laying = requestAnimationFrame(() => {
      const box = this.table.place && this.table.rectangleOf(this.table.place, this.host);
      if (!box) return tries && this.lay(tries - 1);
      Object.assign(this.input.style, {
        left: `${box.left}px`, top: `${box.top}px`, width: `${Math.max(box.width, this.editing ? 120 : 0)}px`,
        height: `${box.height}px`,
      });
      if (this.choices.open) this.offer();
    });
  }

  name() {
    const { current } = this.table;
    if (!current) return;
    const { row, column } = current;
    const value = column.number ? row.number : describe(this.sheet, column, row);
    this.input.setAttribute("aria-label", `第 ${row.number} 行 ${column.parts.join(" ")} ${value}`);
  }

  /** Start editing with a text; from here on the pen is seen. */
  begin(text) {
    const { current } = this.table;
    if (this.editing || !current) return Boolean(this.editing);
    if (!this.sheet.editable(current.column.letter)) return false;
    this.editing = current;
    if (text !== this.input.value) this.input.value = text;
    this.input.classList.add("writing");
    this.lay();
    return true;
  }

  /** Enter, F2, double click: edit what stands there. A masked text cannot be edited, only replaced. */
  open() {
    const { current } = this.table;
    if (!current) return;
    const { row, column } = current;
    const shown = row[column.letter] || "";
    const local = row.local[column.letter];
    if (!this.begin(column.masked && !local ? "" : shown)) return;
    this.input.select();
    this.offer();
  }

  typed() {
    const text = this.input.value;
    if (!this.begin(text)) this.input.value = "";
    else this.offer();
  }

  offer() {
    const { options } = this.editing.column;
    if (!options.length) return;
    const box = this.table.rectangleOf(this.table.place, this.host);
    if (!box) return;
    const whole = this.input.selectionStart === 0 && this.input.selectionEnd === this.input.value.length;
    this.choices.show(options, whole && this.input.value ? "" : this.input.value, box);
    if (whole) this.choices.at = options.indexOf(this.input.value);
    this.choices.draw();
  }

  commit(text = this.input.value, move = null) {
    const { editing } = this;
    if (!editing) return;
    this.close();
    const { row, column } = editing;
    const untouched = text === (row[column.letter] || "") || (column.masked && text === "");
    if (!untouched) this.actions.write(row, column, text);
    if (move) this.table.move(...move);
  }

  close() {
    this.editing = null;
    this.input.value = "";
    this.input.classList.remove("writing");
    this.choices.hide();
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.shortcut(event)) return;
    if (this.editing) this.keyWriting(event);
    else this.keyMoving(event);
  }

  shortcut(event) {
    const command = event.ctrlKey || event.metaKey;
    const name = command ? `Ctrl+${event.key.toLowerCase()}` : event.key;
    const action = {
      "Ctrl+s": () => this.commit() || this.actions.save(),
      "Ctrl+z": this.editing ? null : () => this.actions.undo(),
      F4: () => this.commit() || this.actions.nextGap(),
    }[name];
    if (!action) return false;
    event.preventDefault();
    action();
    return true;
  }

  keyWriting(event) {
    const { choices } = this;
    const chosen = choices.marked === null ? this.input.value : choices.marked;
    const actions = {
      Enter: () => this.commit(chosen, [1, 0]),
      Tab: () => this.commit(chosen, [0, event.shiftKey ? -1 : 1]),
      Escape: () => this.close(),
      ArrowDown: choices.open ? () => choices.step(1) : () => this.commit(this.input.value, [1, 0]),
      ArrowUp: choices.open ? () => choices.step(-1) : () => this.commit(this.input.value, [-1, 0]),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  keyMoving(event) {
    const { table } = this;
    const move = MOVES[event.key];
    const actions = {
      Enter: () => this.open(),
      F2: () => this.open(),
      Tab: () => table.move(0, event.shiftKey ? -1 : 1),
      Delete: () => this.actions.erase(),
      Backspace: () => this.actions.erase(),
    };
    // Out of the table by Tab at its ends: a keyboard must never be caught.
    if (event.key === "Tab" && table.atEnd(event.shiftKey ? -1 : 1)) return;
    if (move) event.shiftKey ? table.extend(...this.far(move, event)) : table.move(...this.far(move, event));
    else if (actions[event.key]) actions[event.key]();
    else return;
    event.preventDefault();
  }

  /** Ctrl with an arrow, Home or End goes to the edge. */
  far([down, right], event) {
    if (!event.ctrlKey && !event.metaKey) return [down, right];
    if (event.key === "Home") return [-FAR, -FAR];
    if (event.key === "End") return [FAR, FAR];
    return [Math.sign(down) * FAR, Math.sign(right) * FAR];
  }

  /** The selection as it is seen, masked where it is masked. Out of an open pen the browser copies. Tells whether it did. */
  copied(event) {
    event.stopPropagation();
    if (this.editing || !this.table.place) return false;
    event.preventDefault();
    event.clipboardData.setData("text/plain", writeSheet(this.table.lines));
    return true;
  }

  pasted(event) {
    const text = (event.clipboardData || window.clipboardData).getData("text/plain");
    event.stopPropagation();
    if (this.editing && !isSheet(text)) return;
    event.preventDefault();
    if (this.editing) this.close();
    this.actions.paste(text);
  }
}
