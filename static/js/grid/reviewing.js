// Comments of a reviewer, kept in the page until the report is returned with them.

export class Reviewing {
  /** field: the hidden input of the form; list: where the comments are counted. */
  constructor(sheet, field, counter) {
    Object.assign(this, { sheet, field, counter, said: new Map() });
    const earlier = field.value ? JSON.parse(field.value) || [] : [];
    earlier.forEach((one) => this.said.set(`${one.id}:${one.letter}`, one));
    sheet.addEventListener("rows", () => this.said.forEach((one) => this.mark(one)));
    this.write();
  }

  comment({ row, column }, text) {
    const one = { id: row.id, letter: column.letter, text };
    if (text) this.said.set(`${row.id}:${column.letter}`, one);
    else if (!this.said.delete(`${row.id}:${column.letter}`)) return;
    if (text) this.mark(one);
    else this.sheet.unmark(row.id, column.letter);
    this.write();
  }

  mark({ id, letter, text }) {
    this.sheet.mark(id, letter, "comment", text);
  }

  write() {
    this.field.value = JSON.stringify([...this.said.values()]);
    this.counter.textContent = String(this.said.size);
  }
}
