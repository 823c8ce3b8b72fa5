// The line that says whether everything is saved, and the counts above the grid.

import { el } from "./dom.js";
import { Refusal, get } from "./http.js";

const PAUSE = 1500; // milliseconds after the last save before the counts are asked for anew
const COUNTS = ["rows", "known_percent", "missing", "confirm", "conflict", "changed", "returned"];

export class Status {
  constructor(host, sheet, queue) {
    Object.assign(this, { host, sheet, queue });
    queue.addEventListener("change", () => this.draw());
    queue.addEventListener("saved", () => this.recount());
    sheet.addEventListener("cells", () => this.draw());
    sheet.addEventListener("counts", (event) => this.shift(event.detail));
  }

  draw() {
    const parts = this.parts();
    const text = parts.map((part) => (typeof part === "string" ? part : part.textContent)).join("");
    if (text === this.text) return;
    this.text = text;
    this.host.replaceChildren(...parts);
    this.host.classList.toggle("status-trouble", Boolean(this.queue.trouble) || this.wrong > 0);
  }

  get wrong() {
    return this.sheet.rows.reduce((sum, row) =>
      sum + Object.values(row.local).filter((local) => local.kind === "refused" || local.kind === "clash").length, 0);
  }

  parts() {
    const { queue } = this;
    const wrong = this.wrong ? [` · ${this.wrong} 格没有保存,请看红色标记`] : [];
    if (queue.trouble) return [...this.trouble(queue.trouble), ...wrong];
    if (queue.size) return [`正在保存 ${queue.size} 格…`, ...wrong];
    if (queue.savedAt) return [`已自动保存 ${time(queue.savedAt)}`, ...wrong];
    return [this.sheet.config.mode === "fill" ? "每填一格自动保存" : "只读", ...wrong];
  }

  trouble(error) {
    const left = `${this.queue.size} 格还没有保存,内容保留在本页,请不要关闭。`;
    if (!(error instanceof Refusal)) return [`网络断开,${left}恢复后自动保存。`];
    if (error.outside) {
      const login = `${(error.login || "/login/").split("?")[0]}?next=${encodeURIComponent(location.pathname)}`;
      return ["登录已过期或换了岗位,", el("a", { href: login, target: "_blank", rel: "noopener" }, "请在新窗口重新登录"),
        `,回到本页后自动保存。${left}`];
    }
    if (error.code === "report_closed") return [error.message];
    return [`服务器暂时没有回应,${left}稍后自动重试。`];
  }

  /** Move one cell from one count to another at once; the server's counts follow. */
  shift({ before, after }) {
    if (before === after) return;
    if (before) this.add(before, -1);
    if (after) this.add(after, 1);
  }

  add(name, step) {
    const shown = document.querySelector(`[data-count=${name}]`);
    if (shown) shown.textContent = String(Math.max(0, Number(shown.textContent) + step));
  }

  recount() {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      try {
        const counts = await get(this.sheet.config.urls.summary);
        COUNTS.forEach((name) => this.set(name, counts[name]));
      } catch {
        // The counts stay as the steps above left them; the next save asks again.
      }
    }, PAUSE);
  }

  set(name, value) {
    const shown = document.querySelector(`[data-count=${name}]`);
    if (!shown) return;
    shown.textContent = String(value);
    const box = shown.closest("[data-optional]");
    if (box) box.hidden = value === 0;
  }
}

function time(date) {
  return date.toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hourCycle: "h23" });
}
