// The grid page. Loads the grid only where it is shown: a phone gets one subject at a time instead.

import { Filling } from "./filling.js";
import { post } from "./http.js";
import { Panel } from "./panel.js";
import { Pen } from "./pen.js";
import { Queue } from "./queue.js";
import { Reviewing } from "./reviewing.js";
import { Sheet } from "./sheet.js";
import { Status } from "./status.js";
import { Table } from "./table.js";

const WIDE = "(min-width: 768px)";
const TOLD = 8000; // milliseconds
const BELOW = 46; // pixels for the line of the status
const LOWEST = 320;

function setUp(desk) {
  const config = JSON.parse(document.getElementById("grid-config").textContent);
  const sheet = new Sheet(config);
  const table = new Table(desk.querySelector(".grid-table"), sheet);
  const tell = teller(desk.querySelector(".grid-told"));
  const filling = new Filling(sheet, table, null, tell);
  const queue = new Queue(config.urls.cells, sheet, (cell, raw) => filling.clash(cell, raw));
  filling.queue = queue;
  queue.addEventListener("saved", (event) => event.detail.some((cell) => table.shows(cell)) && sheet.tell("settled"));
  new Status(desk.querySelector(".grid-status"), sheet, queue).draw();
  const review = config.mode === "review" ? reviewing(sheet) : null;
  new Panel(desk.querySelector(".grid-panel"), table, sheet, {
    confirm: (cells) => filling.confirm(cells),
    adopt: (cell, offer) => filling.adopt(cell, offer),
    restore: (cell) => filling.restore(cell),
    forget: (cell) => filling.forget(cell),
    unmask: (cell, reason) => post(`${config.urls.cells}${cell.row.id}/${cell.column.letter}/unmask/`, { reason }),
    comment: (cell, text) => review.comment(cell, text),
  });
  const pen = new Pen(desk.querySelector(".grid-frame"), table, sheet, {
    write: (row, column, text) => filling.write(row, column, text),
    erase: () => filling.erase(),
    paste: (text) => filling.paste(text),
    undo: () => filling.undo(),
    save: () => queue.hurry(),
    nextGap: () => filling.nextGap(),
  });
  return { sheet, table, queue, filling, pen, tell };
}

function reviewing(sheet) {
  return new Reviewing(sheet, document.getElementById("id_comments"), document.getElementById("comment-count"));
}

/** Says a sentence for a while, to screen readers as well. */
function teller(host) {
  let timer;
  return (sentence) => {
    clearTimeout(timer);
    host.textContent = sentence;
    timer = setTimeout(() => (host.textContent = ""), TOLD);
  };
}

/** The pen copies the selected cells; copying from the panel is the browser's work. The grid is asked for neither. */
function keepClipboard(pen) {
  for (const name of ["copy", "cut"]) {
    document.addEventListener(name, (event) => event.target === pen.input || event.stopImmediatePropagation(), true);
  }
}

function connect({ sheet, table, queue, filling, pen }) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F4" || event.defaultPrevented) return;
    event.preventDefault();
    filling.nextGap();
  });
  on("next-gap", () => filling.nextGap());
  on("paste", () => filling.pasteByDialog());
  on("only-open", (button) => {
    sheet.onlyOpen = !sheet.onlyOpen;
    button.setAttribute("aria-pressed", String(sheet.onlyOpen));
    sheet.tell("rows");
  });
  window.addEventListener("hashchange", () => jump(table));
  window.addEventListener("beforeunload", (event) => {
    if (!queue.size && !sheet.unsaved) return;
    event.preventDefault();
    event.returnValue = "";
  });
  keepClipboard(pen);
  saveBeforeLeaving(queue, pen);
}

/** A link or form of the page waits until what is on its way has arrived. */
function saveBeforeLeaving(queue, pen) {
  document.querySelectorAll("[data-after-saving]").forEach((link) => {
    link.addEventListener("click", async (event) => {
      pen.commit();
      if (!queue.size) return;
      event.preventDefault();
      if (await queue.drain()) location.assign(link.href);
    });
  });
}

function on(name, act) {
  const button = document.querySelector(`[data-step=${name}]`);
  if (button) button.addEventListener("click", () => act(button));
}

/** #cell-<subject>-<letter> selects that cell. */
function jump(table) {
  const found = location.hash.match(/^#cell-(\d+)(?:-([A-Z]+))?$/);
  if (!found) return false;
  const row = table.rows.findIndex((one) => one.id === Number(found[1]));
  const col = table.columns.findIndex((column) => (found[2] ? column.letter === found[2] : column.name));
  if (row < 0) return false;
  table.go({ row, col: Math.max(col, 0) });
  return true;
}

/** The grid ends where the window ends, whatever stands above it. */
function fit(desk) {
  const frame = desk.querySelector(".grid-frame");
  const room = window.innerHeight - frame.getBoundingClientRect().top - window.scrollY - BELOW;
  frame.style.height = `${Math.max(room, LOWEST)}px`;
}

async function start(desk) {
  fit(desk);
  window.addEventListener("resize", () => fit(desk));
  await import(desk.dataset.grid);
  const parts = setUp(desk);
  connect(parts);
  const { sheet, table, tell } = parts;
  sheet.addEventListener("rows", () => desk.classList.toggle("grid-empty", !sheet.rows.length));
  sheet.addEventListener("rows", async () => {
    await table.drawn();
    if (!jump(table)) table.go({ row: 0, col: 0 });
  }, { once: true });
  try {
    await sheet.load();
    await table.drawn();
    jump(table);
    desk.dataset.ready = "true";
  } catch (error) {
    tell(error.message || "网络断开,表格没有读完。请刷新页面。");
  }
}

const desk = document.querySelector("[data-grid]");
if (desk && window.matchMedia(WIDE).matches) start(desk);
