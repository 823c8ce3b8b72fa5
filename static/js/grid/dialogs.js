// Questions that must be answered: whose value stays, what to paste.

import { el, moment } from "./dom.js";

/** One at a time; resolves with the value of the button pressed, "" on Escape. */
let before = Promise.resolve();

function ask(build) {
  const asked = before.then(() => new Promise((resolve) => {
    const dialog = el("dialog", { class: "dialog", "aria-labelledby": "dialog-title" });
    dialog.addEventListener("mousedown", (event) => event.stopPropagation());
    dialog.append(...build((value) => dialog.close(value)));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
  }));
  before = asked.catch(() => {});
  return asked;
}

function button(text, kind, onclick) {
  return el("button", { class: `btn btn-${kind}`, type: "button", onclick }, text);
}

/** Somebody was faster. Resolves with "mine", or "theirs". */
export function askClash({ subject, header, theirs, mine, by, at }) {
  return ask((close) => [
    el("h2", { id: "dialog-title" }, `${subject} · ${header}`),
    el("p", {}, `${by || "别人"}${at ? `在 ${moment(at)} ` : "刚刚"}改过这一格,您的修改还没有保存。请选择保留哪一个:`),
    el("table", { class: "table" },
      el("tr", {}, el("th", {}, by || "别人"), el("td", {}, theirs || "空")),
      el("tr", {}, el("th", {}, "您"), el("td", {}, mine || "空"))),
    el("div", { class: "form-actions" },
      button(`保留${by ? by : "别人"}的`, "primary", () => close("theirs")),
      button("用我的替换", "outline-secondary", () => close("mine"))),
  ]).then((value) => value || "theirs");
}

/** Where the clipboard may not be read: paste into a box. Resolves with the text, "" to leave. */
export function askPaste(place) {
  const box = el("textarea", { class: "form-control paste-box", rows: "8", "aria-label": "粘贴到这里" });
  return ask((close) => [
    el("h2", { id: "dialog-title" }, "从 Excel 粘贴"),
    el("p", {}, `在 Excel 中选中要填的区域并复制,再点下面的框按 Ctrl+V。将从${place}开始,按行列依次填入;不合格的格会标出原因,其余照常保存。`),
    el("p", { class: "small" }, "也可以不开这个窗口:选中表格里的起始格,直接按 Ctrl+V。"),
    box,
    el("div", { class: "form-actions" },
      button("填入表格", "primary", () => close(box.value)),
      button("取消", "outline-secondary", () => close(""))),
  ]);
}
