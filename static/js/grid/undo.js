// Taking one's own last edits back, the newest first.

const MOST = 200;

export class UndoStack {
  constructor() {
    this.steps = [];
  }

  /** cells: [{ row, column, text, state }] as they were before one step. */
  push(cells) {
    this.steps.push(cells);
    if (this.steps.length > MOST) this.steps.shift();
  }

  /**
   * The newest step as { edits, restore, lost }: edits write an earlier text again, restore goes back to the value at
   * dispatch, lost counts masked texts that were changed twice: their earlier value is nowhere in this browser.
   */
  pop() {
    const cells = this.steps.pop();
    if (!cells) return null;
    const back = { edits: [], restore: [], lost: 0 };
    for (const { row, column, text, state } of cells) {
      if (state !== "changed") back.restore.push({ row, column });
      else if (!column.masked) back.edits.push({ id: row.id, letter: column.letter, raw: text });
      else back.lost += 1;
    }
    return back;
  }
}
