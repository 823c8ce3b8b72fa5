// The side panel: all about the selected cell, and what can be done with it.

import { el, moment } from "./dom.js";
import { Refusal, get } from "./http.js";
import { DOUBTS } from "./sheet.js";

const PAUSE = 200; // milliseconds: arrow keys pass over cells faster than anybody reads

/**
 * actions: confirm(cells), adopt(cell, offer), restore(cell), forget(cell), unmask(cell, reason), and in a review
 * comment(cell, text).
 * cell: { row, column }.
 */
export class Panel {
  constructor(host, table, sheet, actions) {
    Object.assign(this, { host, table, sheet, actions });
    table.addEventListener("place", () => this.follow());
    sheet.addEventListener("settled", () => this.follow());
    host.addEventListener("mousedown", (event) => event.stopPropagation());
  }

  follow() {
    clearTimeout(this.timer);
    if (this.loading) this.loading.abort();
    const cell = this.table.current;
    if (!cell) return;
    if (this.writing && this.shown && this.shown.row === cell.row && this.shown.column === cell.column) return;
    this.shown = cell;
    this.draw(cell, null);
    if (!cell.column.number) this.timer = setTimeout(() => this.load(cell), PAUSE);
  }

  async load(cell) {
    this.loading = new AbortController();
    const url = `${this.sheet.config.urls.cells}${cell.row.id}/${cell.column.letter}/`;
    try {
      this.draw(cell, await get(url, this.loading.signal));
    } catch (error) {
      if (error.name !== "AbortError") this.draw(cell, null, error instanceof Refusal ? error.message : "网络断开,暂时看不到来源。");
    }
  }

  draw(cell, detail, trouble = "") {
    const { row, column } = cell;
    const named = this.sheet.columns.find((one) => one.name);
    const name = named ? row[named.letter] : `第 ${row.number} 行`;
    const parts = [el("h2", {}, column.number ? name : `${column.parts[column.parts.length - 1]} · ${name}`)];
    if (!column.number) parts.push(this.state(cell), this.local(cell));
    if (trouble) parts.push(el("p", { class: "field-error" }, trouble));
    if (detail) parts.push(...this.detail(cell, detail));
    parts.push(this.steps(cell));
    if (this.sheet.config.mode === "review" && column.letter !== "#") parts.push(this.commentBox(cell));
    this.host.replaceChildren(...parts.filter(Boolean));
  }

  state({ row, column }) {
    if (["refused", "clash"].includes((row.local[column.letter] || {}).kind)) {
      return el("p", { class: "panel-state" }, el("span", { class: "state state-missing" }, "! 没有保存"),
        el("span", { class: "panel-text" }, row[column.letter] || "空"));
    }
    const state = this.sheet.words.get(row.states[column.letter]);
    const word = row.fresh.has(column.letter) ? `${state.word} · 上次审核后改过` : state.word;
    return el("p", { class: "panel-state" },
      el("span", { class: `state state-${state.name}` }, el("i", { "aria-hidden": "true" }, state.sign || "✓"), ` ${word}`),
      el("span", { class: "panel-text" }, row[column.letter] || ""));
  }

  local({ row, column }) {
    const local = row.local[column.letter];
    if (!local || !local.message) return null;
    return el("p", { class: local.kind === "comment" ? "panel-comment" : "field-error", role: "alert" }, local.message);
  }

  detail(cell, detail) {
    const { comment } = detail;
    return [
      comment && !comment.done && el("p", { class: "panel-comment" }, `审核人 ${comment.by}:${comment.text}`,
        el("span", { class: "small" }, moment(comment.at))),
      el("p", { class: "small" }, this.origin(detail)),
      detail.reason && el("p", { class: "small" }, `部门说明:${detail.reason}`),
      detail.masked && detail.text && el("p", { class: "small" }, "已脱敏:只显示部分。要修改请直接输入完整的新值,替换原值。"),
      detail.masked && detail.text && this.sheet.config.reasons.length > 0 && this.asking(cell),
      detail.until && this.inFull(cell, detail),
      !detail.editable && el("p", { class: "small" }, "由系统计算,不用填写。"),
      ...this.offers(cell, detail.offers),
      ...this.history(detail),
    ];
  }

  /** Why the masked text must be seen in full: chosen or typed. */
  asking(cell) {
    const words = el("input", { class: "form-control", type: "text", maxlength: "200", list: "unmask-reasons", id: "unmask-reason", autocomplete: "off" });
    words.addEventListener("focus", () => (this.writing = true));
    words.addEventListener("blur", () => (this.writing = false));
    return el("details", { class: "panel-unmask" }, el("summary", {}, "查看完整信息"),
      el("div", { class: "field" }, el("label", { for: "unmask-reason" }, "为什么要看(选一个,或写明,至少 4 个字)"), words),
      el("datalist", { id: "unmask-reasons" }, ...this.sheet.config.reasons.map((reason) => el("option", { value: reason }))),
      el("button", { class: "btn btn-sm btn-outline-primary", type: "button", onclick: () => this.unmask(cell, words.value.trim()) }, "显示"),
      el("p", { class: "small" }, "会要求再输入一次验证码,记入审计并计次。"));
  }

  async unmask(cell, reason) {
    this.writing = false;
    try {
      this.draw(cell, await this.actions.unmask(cell, reason));
    } catch (error) {
      if (error instanceof Refusal && error.status === 401 && error.login) return location.assign(error.login);
      const says = error instanceof Refusal && error.status === 400 ? "请写明原因,至少 4 个字。" : error.message;
      this.draw(cell, null, says || "网络断开,请稍后再试。");
    }
  }

  /** The text in full, for as long as the server shows it. */
  inFull(cell, detail) {
    clearTimeout(this.masking);
    this.masking = setTimeout(() => this.shown === cell && this.load(cell), Math.max(Date.parse(detail.until) - Date.now(), 0) + 500);
    return el("p", { class: "panel-full", role: "status" }, el("b", {}, detail.text), el("span", { class: "small" }, `显示到 ${moment(detail.until)},之后恢复脱敏`));
  }

  origin(detail) {
    if (detail.confirmed) return "已核实无误。";
    if (detail.history.length && ["changed", "returned"].includes(detail.state)) return `本次填报。下发时:${detail.at_dispatch || "空"}${detail.origin ? `(${detail.origin})` : ""}`;
    if (detail.origin) return `来源:${detail.origin}`;
    if (!detail.item) return "这一列是部门新要的,登记库里没有。";
    if (detail.text) return "来源:登记库(没有记录来源)";
    return `登记库没有${this.sheet.config.noun === "人员" ? "此人" : "这里"}的${detail.item}。`;
  }

  offers(cell, offers) {
    if (!offers.length) return [];
    const may = this.sheet.editable(cell.column.letter);
    return [
      el("h3", {}, "别处的线索"),
      el("ul", { class: "panel-list" }, ...offers.map((offer) =>
        el("li", {}, el("b", {}, offer.text), el("span", { class: "small" }, offer.origin),
          may && el("button", { class: "btn btn-sm btn-outline-primary", type: "button",
            onclick: () => this.actions.adopt(cell, offer) }, "采用")))),
    ];
  }

  history(detail) {
    if (!detail.history.length) return [];
    return [
      el("h3", {}, "改动记录"),
      el("ul", { class: "panel-list" }, ...detail.history.map((trace) =>
        el("li", {}, `${trace.before || "空"} → ${trace.after || "空"}`,
          el("span", { class: "small" }, `${trace.by} ${moment(trace.at)}`)))),
    ];
  }

  steps(cell) {
    const { row, column } = cell;
    const fill = this.sheet.config.mode === "fill";
    const doubts = fill ? this.table.selected.filter((one) => this.doubtful(one)) : [];
    const state = row.states[column.letter];
    const local = row.local[column.letter];
    const subject = `${this.sheet.config.urls.subject}${row.id}/`;
    return el("div", { class: "panel-steps" },
      doubts.length > 0 && el("button", { class: "btn btn-sm btn-primary", type: "button",
        onclick: () => this.actions.confirm(doubts) }, doubts.length > 1 ? `所选 ${doubts.length} 格核实无误` : "核实无误"),
      fill && local && local.kind === "refused" && el("button", { class: "btn btn-sm btn-outline-secondary", type: "button",
        onclick: () => this.actions.forget(cell) }, "放弃这次填写"),
      fill && !local && state === "changed" && el("button", { class: "btn btn-sm btn-outline-secondary", type: "button",
        onclick: () => this.actions.restore(cell) }, "恢复下发时的值"),
      fill && el("a", { class: "btn btn-sm btn-outline-secondary", href: subject }, "单独填这一行"),
      fill && el("a", { class: "btn btn-sm btn-outline-danger", href: `${subject}remove/` }, "移出名册"));
  }

  doubtful({ row, column }) {
    const state = row.states[column.letter];
    if (row.local[column.letter] || !row[column.letter]) return false;
    return DOUBTS.has(state) || (state === "returned" && this.sheet.editable(column.letter));
  }

  commentBox(cell) {
    const { row, column } = cell;
    const local = row.local[column.letter];
    const box = el("textarea", { id: "panel-comment", class: "form-control", rows: "3", maxlength: "200" });
    box.value = local && local.kind === "comment" ? local.message : "";
    box.addEventListener("focus", () => (this.writing = true));
    box.addEventListener("blur", () => {
      this.writing = false;
      this.actions.comment(cell, box.value.trim());
    });
    return el("div", { class: "field" }, el("label", { for: "panel-comment" }, "批注(退回时一并发给村居)"), box);
  }
}
