// The grid element: rows in, selection out. Editing is the pen's work, so the grid itself stays read-only.

import { gridColumns, headerDepth, orderColumns } from "./columns.js";

const ROW_HEIGHT = 36;
const PINNED = "colPinStart";
const PLAIN = "rgCol";

/** Events: place (the selected cell changed), scrolled, open (double click). */
export class Table extends EventTarget {
  constructor(host, sheet) {
    super();
    this.sheet = sheet;
    const order = orderColumns(sheet.columns);
    this.order = order;
    this.columns = [...order.pinned, ...order.others];
    this.rows = [];
    this.place = null; // { row, col }: index among rows shown, index in this.columns
    this.area = null; // { top, left, bottom, right }
    this.grid = this.build(host);
    sheet.addEventListener("rows", () => this.show());
    sheet.addEventListener("cells", () => this.paint());
  }

  build(host) {
    const grid = document.createElement("revo-grid");
    // Its tree of roles lacks the rows that a reader needs (WAI-ARIA treegrid): the pen tells row, column and value instead.
    const settings = {
      accessible: false,
      readonly: true, range: true, resize: true, rowSize: ROW_HEIGHT, filter: false, exporting: false,
      canMoveColumns: false, canDrag: false, theme: "compact",
    };
    Object.assign(grid, settings, { columns: gridColumns(this.sheet, this.order, []), source: [] });
    grid.classList.toggle("deep-head", headerDepth(this.order) > 1);
    grid.addEventListener("afterfocus", (event) => this.focused(event.detail));
    grid.addEventListener("setrange", () => this.ranged());
    grid.addEventListener("viewportscroll", () => this.tell("scrolled"));
    grid.addEventListener("dblclick", () => this.tell("open"));
    // Keys are read by the pen, which knows at once where it is; the grid would follow a moment later.
    grid.addEventListener("beforekeydown", (event) => event.preventDefault());
    host.replaceChildren(grid);
    return grid;
  }

  /** Rows came or the filter changed: keep the selected subject selected. */
  show() {
    const kept = this.current ? this.current.row.id : null;
    const first = !this.rows.length;
    this.rows = this.sheet.shown;
    if (first && this.rows.length) this.grid.columns = gridColumns(this.sheet, this.order, this.rows);
    this.grid.source = this.rows.slice();
    if (kept === null) return;
    const row = this.rows.findIndex((one) => one.id === kept);
    if (row >= 0 && this.place && row !== this.place.row) this.go({ row, col: this.place.col });
  }

  /** Draw the cells in view again, once for all changes of this moment. */
  paint() {
    if (this.painting) return;
    this.painting = requestAnimationFrame(() => {
      this.painting = null;
      this.grid.refresh("rgRow");
    });
  }

  /** What is selected: { row, column }, or null. */
  get current() {
    if (!this.place) return null;
    const row = this.rows[this.place.row];
    return row ? { row, column: this.columns[this.place.col] } : null;
  }

  /** Whether this is the selected cell. cell: { id, letter }. */
  shows({ id, letter }) {
    const { current } = this;
    return Boolean(current) && current.row.id === id && current.column.letter === letter;
  }

  /** The selected rectangle, one cell at least. */
  get selection() {
    const { row, col } = this.place;
    return this.area || { top: row, left: col, bottom: row, right: col };
  }

  /** Cells of the selection as { row, column }. */
  get selected() {
    const { top, left, bottom, right } = this.selection;
    const columns = this.columns.slice(left, right + 1);
    return this.rows.slice(top, bottom + 1).flatMap((row) => columns.map((column) => ({ row, column })));
  }

  /** Texts of the selection, line by line. */
  get lines() {
    const { top, left, bottom, right } = this.selection;
    const columns = this.columns.slice(left, right + 1);
    const text = (row, column) => String((column.number ? row.number : row[column.letter]) || "");
    return this.rows.slice(top, bottom + 1).map((row) => columns.map((column) => text(row, column)));
  }

  /** Select one cell, or with `anchor` the rectangle from there. Stays inside the table. */
  go(place, anchor = null) {
    if (!this.rows.length) return;
    const to = this.inside(place);
    const from = anchor ? this.inside(anchor) : to;
    const same = this.side(to.col) === this.side(from.col);
    this.place = same ? from : to;
    this.area = same && anchor ? rectangle(from, to) : null;
    this.settingFocus = true;
    const start = this.coordinates(this.place);
    this.grid.setCellsFocus(start, same ? this.coordinates(to) : start, this.side(to.col), "rgRow").finally(() => {
      this.settingFocus = false;
    });
    this.tell("place");
  }

  move(down, right) {
    if (this.place) this.go({ row: this.place.row + down, col: this.place.col + right });
  }

  /** Whether the selected cell is the last in that direction, line by line. */
  atEnd(step) {
    if (!this.place) return true;
    return step > 0 ? this.place.col === this.columns.length - 1 : this.place.col === 0;
  }

  /** Widen the selection from its first cell. */
  extend(down, right) {
    if (!this.place) return;
    const { top, left, bottom, right: last } = this.selection;
    const far = { row: top === this.place.row ? bottom : top, col: left === this.place.col ? last : left };
    this.go({ row: far.row + down, col: far.col + right }, this.place);
  }

  /** The cell's rectangle relative to `host`, or null while it is not drawn. */
  rectangleOf(place, host) {
    const { x, y } = this.coordinates(place);
    const side = this.side(place.col);
    const cell = this.grid.querySelector(
      `revogr-data[col-type="${side}"] [data-rgrow="${y}"][data-rgcol="${x}"], .${side} revogr-data [data-rgrow="${y}"][data-rgcol="${x}"]`,
    );
    if (!cell) return null;
    const box = cell.getBoundingClientRect();
    const base = host.getBoundingClientRect();
    return { left: box.left - base.left, top: box.top - base.top, width: box.width, height: box.height };
  }

  /** Resolves once the first rows are drawn: before that the grid cannot select. */
  async drawn() {
    while (this.rows.length && !this.rectangleOf({ row: 0, col: 0 }, this.grid)) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  focused({ rowIndex, colIndex, colType }) {
    if (this.settingFocus || rowIndex < 0) return;
    this.place = { row: rowIndex, col: this.flat(colIndex, colType) };
    this.area = null;
    this.tell("place");
  }

  async ranged() {
    if (this.settingFocus) return;
    const range = await this.grid.getSelectedRange();
    if (!range || !this.place) return;
    const [left, right] = [this.flat(range.x, range.colType), this.flat(range.x1, range.colType)];
    const single = range.y === range.y1 && left === right;
    this.area = single ? null : { top: range.y, left, bottom: range.y1, right };
    this.tell("place");
  }

  inside({ row, col }) {
    const clamp = (value, most) => Math.max(0, Math.min(most, value));
    return { row: clamp(row, this.rows.length - 1), col: clamp(col, this.columns.length - 1) };
  }

  side(col) {
    return col < this.order.pinned.length ? PINNED : PLAIN;
  }

  coordinates({ row, col }) {
    return { x: col < this.order.pinned.length ? col : col - this.order.pinned.length, y: row };
  }

  flat(x, side) {
    return side === PINNED ? x : x + this.order.pinned.length;
  }

  tell(name) {
    this.dispatchEvent(new CustomEvent(name));
  }
}

function rectangle(one, other) {
  return {
    top: Math.min(one.row, other.row), bottom: Math.max(one.row, other.row),
    left: Math.min(one.col, other.col), right: Math.max(one.col, other.col),
  };
}
