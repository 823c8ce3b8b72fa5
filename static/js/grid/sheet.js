// The rows in memory: texts, states, counters, what is on its way and what was refused. Knows no page element.

import { get } from "./http.js";

const FIRST_PAGE = 200;
const PAGE = 1000;
export const GAPS = new Set(["missing", "returned"]);
export const DOUBTS = new Set(["confirm", "conflict"]);

/**
 * A row is a plain object for the grid: each letter holds the text; `number` counts the rows from 1.
 * states: letter -> name of the state; counts: letter -> edit counter; local: letter -> { kind, message } of this
 * browser: saving, refused, clash, comment.
 */
export class Sheet extends EventTarget {
  constructor(config) {
    super();
    this.config = config;
    this.columns = config.columns;
    this.byLetter = new Map(config.columns.map((column) => [column.letter, column]));
    this.words = new Map(Object.values(config.states).map((state) => [state.name, state]));
    this.rows = [];
    this.byId = new Map();
    this.onlyOpen = false;
    this.complete = false;
  }

  /** Fetch all pages, the first one small so that something is seen at once. Throws Refusal or Unreachable. */
  async load() {
    let next = "";
    do {
      const limit = this.rows.length ? PAGE : FIRST_PAGE;
      const page = await get(`${this.config.urls.rows}?limit=${limit}&after=${encodeURIComponent(next)}`);
      page.rows.forEach((row) => this.take(row));
      next = page.next;
      this.complete = !next;
      this.tell("rows");
    } while (next);
  }

  take(answer) {
    const row = {
      id: answer.id, number: this.rows.length + 1, added: answer.state === "added", reason: answer.reason,
      states: {}, counts: answer.counts, local: {}, fresh: new Set(answer.fresh),
    };
    this.columns.forEach((column, index) => {
      row[column.letter] = answer.texts[index];
      row.states[column.letter] = this.config.states[answer.states[index]].name;
    });
    this.rows.push(row);
    this.byId.set(row.id, row);
  }

  /** Rows in view: all, or those with a cell that waits. A row with something unsaved never hides. */
  get shown() {
    if (!this.onlyOpen) return this.rows;
    return this.rows.filter((row) => Object.keys(row.local).length || this.columns.some((column) => this.waits(row, column)));
  }

  waits(row, column) {
    const state = row.states[column.letter];
    return GAPS.has(state) || DOUBTS.has(state);
  }

  editable(letter) {
    const column = this.byLetter.get(letter);
    return this.config.mode === "fill" && Boolean(column) && column.editable;
  }

  /** Show what was typed, before the server has said anything. */
  type(row, letter, text) {
    row[letter] = text;
    row.local[letter] = { kind: "saving" };
    this.tell("cells");
  }

  /** Put the server's word into the cell. cell: { id, letter, text, state, n }. keepText: something newer is typed. */
  settle(cell, keepText = false) {
    const row = this.byId.get(cell.id);
    if (!row) return;
    const before = this.counted(row, cell.letter);
    row.counts[cell.letter] = cell.n;
    row.states[cell.letter] = cell.state;
    if (!keepText) {
      row[cell.letter] = cell.text;
      delete row.local[cell.letter];
    }
    this.tell("counts", { before, after: this.counted(row, cell.letter) });
    this.tell("cells");
  }

  /** kind: refused or clash. */
  mark(id, letter, kind, message) {
    const row = this.byId.get(id);
    if (!row) return;
    row.local[letter] = { kind, message };
    this.tell("cells");
  }

  unmark(id, letter) {
    const row = this.byId.get(id);
    if (row) delete row.local[letter];
    this.tell("cells");
  }

  counted(row, letter) {
    const state = row.states[letter];
    return state === "known" || state === "masked" ? null : state;
  }

  /** Cells that this browser could not save: they would be lost with the page. */
  get unsaved() {
    const kinds = this.rows.flatMap((row) => Object.values(row.local).map((local) => local.kind));
    return kinds.filter((kind) => kind !== "comment").length;
  }

  tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
