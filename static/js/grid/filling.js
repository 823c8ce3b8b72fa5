// What a worker can do in the grid; each step ends in the queue or in one request.

import { isSheet, parseSheet, pasteEdits } from "./clipboard.js";
import { askClash, askPaste } from "./dialogs.js";
import { get, post } from "./http.js";
import { DOUBTS, GAPS } from "./sheet.js";
import { UndoStack } from "./undo.js";

export class Filling {
  /** tell(sentence): says something once, below the counts. */
  constructor(sheet, table, queue, tell) {
    Object.assign(this, { sheet, table, queue, tell, undoing: new UndoStack() });
  }

  write(row, column, text) {
    this.put([{ id: row.id, letter: column.letter, raw: text }]);
  }

  put(edits) {
    if (!edits.length) return;
    this.undoing.push(edits.map(({ id, letter }) => this.before(id, letter)));
    this.queue.put(edits);
  }

  before(id, letter) {
    const row = this.sheet.byId.get(id);
    return { row, column: this.sheet.byLetter.get(letter), text: row[letter] || "", state: row.states[letter] };
  }

  erase() {
    const full = this.table.selected.filter(({ row, column }) => this.sheet.editable(column.letter) && row[column.letter]);
    this.put(full.map(({ row, column }) => ({ id: row.id, letter: column.letter, raw: "" })));
  }

  paste(text) {
    if (this.sheet.config.mode !== "fill" || !text || !this.table.place) return;
    const data = isSheet(text) ? parseSheet(text) : [[text.trim()]];
    const { edits, same, skipped, beyond } = pasteEdits(this.sheet, this.table.columns, this.table.rows, this.table.selection, data);
    this.put(edits);
    const notes = [
      `填入 ${edits.length} 格`,
      same && `${same} 格内容相同`,
      skipped && `${skipped} 格由系统计算,已跳过`,
      beyond && `${beyond} 格超出表格,已忽略`,
    ];
    if (data.length * data[0].length > 1 || skipped || beyond) this.tell(notes.filter(Boolean).join(";") + "。");
  }

  async pasteByDialog() {
    if (!this.table.current) this.table.go({ row: 0, col: 0 });
    if (!this.table.current) return this.tell("名册是空的,没有可以填的行。");
    const { row, column } = this.table.current;
    this.paste(await askPaste(`第 ${row.number} 行“${column.parts[column.parts.length - 1]}”`));
  }

  async undo() {
    const back = this.undoing.pop();
    if (!back) return this.tell("没有可以撤销的修改。");
    if (!(await this.queue.drain())) return this.tell("还有修改没有保存,恢复网络后再撤销。");
    this.queue.put(back.edits);
    for (const cell of back.restore) await this.restore(cell);
    if (back.lost) this.tell(`${back.lost} 格已脱敏,看不到改动前的值;可在右侧“恢复下发时的值”。`);
  }

  /** Back to the value at dispatch. */
  async restore({ row, column }) {
    if (row.local[column.letter]) return this.forget({ row, column });
    const seen = row.counts[column.letter] || 0;
    await this.request(this.sheet.config.urls.undo, { id: row.id, letter: column.letter, seen }, (cell) => this.settle([cell]));
  }

  /** Give up a text that was refused: show the server's value again. */
  forget({ row, column }) {
    this.queue.drop(row.id, column.letter);
    return this.attempt(async () => {
      this.sheet.settle(await get(`${this.sheet.config.urls.cells}${row.id}/${column.letter}/`));
      this.sheet.tell("settled");
    });
  }

  confirm(cells) {
    const wanted = cells.map(({ row, column }) => ({ id: row.id, letter: column.letter }));
    return this.request(this.sheet.config.urls.confirm, { cells: wanted.slice(0, 500) }, (saved) => this.settle(saved));
  }

  adopt({ row, column }, offer) {
    const cell = { id: row.id, letter: column.letter, seen: row.counts[column.letter] || 0, offer: offer.id };
    return this.request(this.sheet.config.urls.adopt, cell, (answer) => {
      this.settle(answer.saved);
      answer.conflicts.forEach(() => this.tell("别人刚刚改过这一格,请刷新页面后再看。"));
      answer.refused.forEach((refused) => this.tell(refused.message));
    });
  }

  settle(cells) {
    cells.forEach((cell) => this.sheet.settle(cell));
    this.queue.savedAt = new Date();
    this.queue.dispatchEvent(new CustomEvent("saved", { detail: cells }));
    this.queue.tell();
    this.sheet.tell("settled");
  }

  request(url, body, then) {
    return this.attempt(async () => then(await post(url, body)));
  }

  async attempt(step) {
    try {
      await step();
    } catch (error) {
      this.tell(error.message || "网络断开,这一步没有完成,请稍后再试。");
    }
  }

  /** The other's value is shown beside one's own; nothing is overwritten without a choice. */
  async clash(cell, raw) {
    const row = this.sheet.byId.get(cell.id);
    const column = this.sheet.byLetter.get(cell.letter);
    const named = this.sheet.columns.find((one) => one.name);
    const choice = await askClash({
      subject: named ? row[named.letter] : `第 ${row.number} 行`, header: column.parts.join(" / "),
      theirs: cell.text, mine: raw, by: cell.by, at: cell.at,
    });
    row.counts[cell.letter] = cell.n;
    if (choice === "mine") this.queue.put([{ id: cell.id, letter: cell.letter, raw }]);
    else this.sheet.settle({ ...cell, state: cell.text ? "changed" : "missing" });
  }

  /** Select the next missing or returned cell after the selected one; without any, the next doubtful one. */
  nextGap() {
    const { rows, columns } = this.table;
    const at = this.table.place || { row: 0, col: -1 };
    for (const wanted of [GAPS, DOUBTS]) {
      const found = findNext(rows, columns, at, (row, column) => wanted.has(row.states[column.letter]) && !row.local[column.letter]);
      if (found) return this.table.go(found);
    }
    this.tell(this.sheet.complete ? "没有待填、待核实的格了,可以检查并提交。" : "还在读取后面的行,请稍候。");
  }
}

/** First cell behind `at`, line by line and around the end, that fits; null for none. */
export function findNext(rows, columns, at, fits) {
  const total = rows.length * columns.length;
  const start = at.row * columns.length + at.col;
  for (let step = 1; step <= total; step += 1) {
    const index = (start + step + total) % total;
    const place = { row: Math.floor(index / columns.length), col: index % columns.length };
    if (fits(rows[place.row], columns[place.col])) return place;
  }
  return null;
}
