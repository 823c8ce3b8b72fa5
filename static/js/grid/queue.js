// Edits on their way. One batch at a time; what is not acknowledged stays here and is sent again.
// Nothing is written to the browser's storage: these are residents' numbers on shared computers.

import { Refusal, Unreachable, post } from "./http.js";

const MOST = 500;
const DELAYS = [1000, 2000, 4000, 8000, 15000, 30000]; // milliseconds between tries

export class Queue extends EventTarget {
  /** sheet: gives counters and takes answers. onClash(cell, raw): somebody was faster. */
  constructor(url, sheet, onClash) {
    super();
    this.url = url;
    this.sheet = sheet;
    this.onClash = onClash;
    this.waiting = new Map();
    this.sent = new Map();
    this.lost = new Set(); // cells whose answer never came: a clash with oneself is no clash
    this.failures = 0;
    this.trouble = null;
    this.savedAt = null;
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  get size() {
    return new Set([...this.waiting.keys(), ...this.sent.keys()]).size;
  }

  put(edits) {
    for (const { id, letter, raw } of edits) {
      this.waiting.set(`${id}:${letter}`, { id, letter, raw });
      this.sheet.type(this.sheet.byId.get(id), letter, raw);
    }
    this.tell();
    this.flush();
  }

  /** Take the edit of a cell back, if it has not been sent. */
  drop(id, letter) {
    this.waiting.delete(`${id}:${letter}`);
    this.tell();
  }

  /** Try at once instead of waiting for the next attempt. */
  hurry() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.flush();
  }

  async flush() {
    if (this.sent.size || this.timer || !this.waiting.size) return;
    await this.send([...this.waiting.values()].slice(0, MOST));
    this.flush();
  }

  /** Resolves when nothing is on its way, or true is no longer to be hoped for soon. */
  async drain() {
    this.hurry();
    while (this.size && !this.trouble) await new Promise((resolve) => setTimeout(resolve, 50));
    return !this.size;
  }

  async send(batch) {
    for (const edit of batch) {
      this.sent.set(key(edit), edit);
      if (this.waiting.get(key(edit)) === edit) this.waiting.delete(key(edit));
    }
    this.tell();
    try {
      const edits = batch.map((edit) => ({ ...edit, seen: this.sheet.byId.get(edit.id).counts[edit.letter] || 0 }));
      this.accept(await post(this.url, { edits }));
    } catch (error) {
      await this.fail(error, batch);
    }
    this.tell();
  }

  accept(answer) {
    const sent = this.sent;
    this.sent = new Map();
    this.failures = 0;
    this.trouble = null;
    answer.saved.forEach((cell) => this.sheet.settle(cell, this.waiting.has(key(cell))));
    answer.refused.forEach((cell) => this.sheet.mark(cell.id, cell.letter, "refused", cell.message));
    answer.conflicts.forEach((cell) => this.clash(cell, sent.get(key(cell)).raw));
    answer.saved.concat(answer.refused).forEach((cell) => this.lost.delete(key(cell)));
    if (answer.saved.length) this.savedAt = new Date();
    if (answer.saved.length) this.dispatchEvent(new CustomEvent("saved", { detail: answer.saved }));
  }

  clash(cell, raw) {
    const newer = this.waiting.get(key(cell));
    if (cell.mine && this.lost.delete(key(cell))) {
      this.sheet.byId.get(cell.id).counts[cell.letter] = cell.n;
      if (!newer) this.waiting.set(key(cell), { id: cell.id, letter: cell.letter, raw });
      return;
    }
    this.waiting.delete(key(cell));
    this.sheet.mark(cell.id, cell.letter, "clash", `${cell.by || "别人"}刚刚改成了“${cell.text || "空"}”`);
    this.onClash(cell, newer ? newer.raw : raw);
  }

  async fail(error, batch) {
    this.sent = new Map();
    if (error instanceof Unreachable || (error instanceof Refusal && error.passing)) {
      this.keep(batch, error);
    } else if (error instanceof Refusal && batch.length > 1 && error.code !== "report_closed") {
      // One bad row must not hold up the others: halve until it stands alone.
      const middle = Math.ceil(batch.length / 2);
      await this.send(batch.slice(0, middle));
      await this.send(batch.slice(middle));
    } else if (error instanceof Refusal) {
      batch.forEach((edit) => this.sheet.mark(edit.id, edit.letter, "refused", error.message));
      this.trouble = error.code === "report_closed" ? error : null;
    } else {
      this.keep(batch, new Unreachable());
      throw error;
    }
  }

  keep(batch, error) {
    batch.forEach((edit) => {
      this.lost.add(key(edit));
      if (!this.waiting.has(key(edit))) this.waiting.set(key(edit), edit);
    });
    this.trouble = error;
    const delay = error.wait ? error.wait * 1000 : DELAYS[Math.min(this.failures, DELAYS.length - 1)];
    this.failures += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hurry(), delay);
  }

  tell() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}

function key(cell) {
  return `${cell.id}:${cell.letter}`;
}
