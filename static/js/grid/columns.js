// How columns and cells look: grouped headers, frozen first columns, state by colour, sign and word.

const NARROW = 66;
const CHARACTER = 14; // pixels of one Chinese character
const WIDEST = 240;
const LOCAL = {
  saving: { sign: "…", word: "正在保存" },
  refused: { sign: "!", word: "没有保存" },
  clash: { sign: "⇄", word: "与别人的修改冲突" },
  comment: { sign: "↩", word: "已批注" },
};

/** Columns in the order in which keys move: running number and name first, then as in the sheet. */
export function orderColumns(columns) {
  const numbers = columns.filter((column) => column.number);
  const number = numbers[0] || { letter: "#", parts: ["序号"], number: true, editable: false, options: [], numeric: true };
  const name = columns.filter((column) => column.name);
  const others = columns.filter((column) => !column.number && !column.name);
  return { pinned: [number, ...name], others };
}

/** Definitions for the grid. rows: the first ones, to guess widths from. */
export function gridColumns(sheet, order, rows) {
  const pinned = order.pinned.map((column) => ({ ...gridColumn(sheet, column, rows), pin: "colPinStart" }));
  return [...pinned, ...grouped(order.others.map((column) => gridColumn(sheet, column, rows)))];
}

/** Lines that the header needs: one per part of the longest path, two for a single one that is long. */
export function headerDepth(order) {
  return Math.max(...order.others.concat(order.pinned).map((column) => column.parts.length), 1);
}

function grouped(definitions, depth = 0) {
  const result = [];
  let open = null;
  for (const definition of definitions) {
    const name = definition.parts.length > depth + 1 ? definition.parts[depth] : null;
    if (name === null) result.push(definition);
    else if (open && open.name === name && result[result.length - 1] === open) open.children.push(definition);
    else result.push((open = { name, children: [definition] }));
  }
  result.filter((one) => one.children).forEach((one) => (one.children = grouped(one.children, depth + 1)));
  return result;
}

function gridColumn(sheet, column, rows) {
  return {
    prop: column.number ? "number" : column.letter,
    name: column.parts[column.parts.length - 1],
    parts: column.parts,
    size: width(column, rows),
    readonly: true,
    sortable: false,
    letter: column.letter,
    columnProperties: () => ({
      class: { "head-number": column.numeric, "head-required": column.required },
      title: column.parts.join(" / ") + (column.required ? "(必填)" : ""),
    }),
    cellProperties: ({ model }) => (model ? cellProperties(sheet, column, model) : undefined),
    cellTemplate: (h, { model }) => (model ? cellContent(h, sheet, column, model) : ""),
  };
}

function width(column, rows) {
  if (column.number) return NARROW;
  const head = column.parts[column.parts.length - 1];
  const longest = rows.slice(0, 50).reduce((most, row) => Math.max(most, measure(row[column.letter] || "")), 0);
  return Math.min(WIDEST, Math.max(NARROW + 8, measure(head) + 32, longest + 46));
}

function measure(text) {
  return [...text].reduce((sum, character) => sum + (character.charCodeAt(0) > 255 ? CHARACTER : CHARACTER * 0.57), 0);
}

function cellProperties(sheet, column, row) {
  if (column.number) return { class: { "cell-number": true }, title: row.added ? `新增:${row.reason}` : "" };
  const { letter } = column;
  const local = row.local[letter];
  const state = row.states[letter];
  return {
    class: {
      [`is-${state}`]: true,
      [`is-${local ? local.kind : "settled"}`]: true,
      "is-fresh": row.fresh.has(letter),
      "cell-fixed": column.name === true,
      "cell-computed": !column.editable,
      "cell-figure": column.numeric,
    },
    title: describe(sheet, column, row),
  };
}

/** The state in words, for hovering and for screen readers. */
export function describe(sheet, column, row) {
  const local = row.local[column.letter];
  const text = row[column.letter] || "";
  if (local) return [LOCAL[local.kind].word, local.message, text].filter(Boolean).join(":");
  const state = sheet.words.get(row.states[column.letter]);
  const fresh = row.fresh.has(column.letter) ? "(上次审核后改过)" : "";
  return [state.word + fresh, text].filter(Boolean).join(":");
}

function cellContent(h, sheet, column, row) {
  if (column.number) return row.added ? [h("span", { class: "sign" }, "+"), String(row.number)] : String(row.number);
  const local = row.local[column.letter];
  const state = sheet.words.get(row.states[column.letter]);
  const text = row[column.letter] || "";
  const sign = local ? LOCAL[local.kind].sign : state.name === "masked" ? "" : state.sign;
  const word = text || (state.name === "missing" && !local ? state.word : "");
  return sign ? [h("span", { class: "sign" }, sign), word] : word;
}
