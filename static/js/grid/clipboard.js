// What Excel puts on the clipboard: rows by line, cells by tab, cells with breaks or quotes in quotes.

/** Rows of texts. The line break after the last row is no row. */
export function parseSheet(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (quoted) {
      if (character !== '"') cell += character;
      else if (source[at + 1] === '"') cell += source[(at += 1)];
      else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === "\t") {
      rows[rows.length - 1].push(trim(cell));
      cell = "";
    } else if (character === "\n") {
      rows[rows.length - 1].push(trim(cell));
      rows.push([]);
      cell = "";
    } else cell += character;
  }
  rows[rows.length - 1].push(trim(cell));
  return rows;
}

/** The other way round, for Excel to read. */
export function writeSheet(rows) {
  const quote = (text) => (/[\t\n"]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  return rows.map((row) => row.map(quote).join("\t")).join("\n");
}

export function isSheet(text) {
  return /[\t\n]/.test(text.replace(/[\r\n]+$/, ""));
}

/**
 * Edits that a paste makes, beginning at one cell; a single value fills the whole selection.
 * area: { top, left, bottom, right } in rows shown and in `order`. Computed columns are passed over.
 * Returns { edits, same, skipped, beyond }: cells that hold the text already, of computed columns, outside the table.
 */
export function pasteEdits(sheet, order, rows, area, data) {
  const single = data.length === 1 && data[0].length === 1;
  const height = single ? area.bottom - area.top + 1 : data.length;
  const result = { edits: [], same: 0, skipped: 0, beyond: 0 };
  for (let down = 0; down < height; down += 1) {
    const line = single ? data[0] : data[down];
    const across = single ? area.right - area.left + 1 : line.length;
    for (let right = 0; right < across; right += 1) {
      const row = rows[area.top + down];
      const column = order[area.left + right];
      const raw = single ? data[0][0] : line[right];
      if (!row || !column) result.beyond += 1;
      else if (!sheet.editable(column.letter)) result.skipped += 1;
      else if (raw === row[column.letter]) result.same += 1;
      else result.edits.push({ id: row.id, letter: column.letter, raw });
    }
  }
  return result;
}

function trim(text) {
  return text.trim();
}
