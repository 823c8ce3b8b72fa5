// Copy buttons: the clipboard where the browser lets us, else the selected text and the old command, else the hand.
"use strict";

const buttons = Array.from(document.querySelectorAll(".js-copy"));
const told = document.getElementById("copy-told");
const done = document.querySelector(".js-done");

async function toClipboard(field) {
  // Over plain http, as in many inner networks, there is no navigator.clipboard.
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch (refused) {
      // Not allowed on this computer: the old way below.
    }
  }
  field.focus();
  field.select();
  try {
    return document.execCommand("copy");
  } catch (refused) {
    return false;
  }
}

function tell(sentence, trouble) {
  told.textContent = sentence;
  told.classList.toggle("is-trouble", trouble);
}

async function copy(button) {
  const line = button.closest(".copy-line");
  const name = line.querySelector("label").textContent;
  if (!(await toClipboard(document.getElementById(button.dataset.of)))) {
    tell(`浏览器不让自动复制。“${name}”已选中,请按 Ctrl+C。`, true);
    return;
  }
  line.classList.add("is-copied");
  button.firstChild.textContent = "✓ 已复制";
  tell(`“${name}”已复制,可以到那个系统里粘贴。`, false);
  const next = buttons[buttons.indexOf(button) + 1] || done;
  if (next) next.focus();
}

buttons.forEach((button) => button.addEventListener("click", () => copy(button)));
document.querySelectorAll("input.copy-text, textarea.copy-text").forEach((field) => {
  field.addEventListener("focus", () => field.select());
});
if (buttons.length) buttons[0].focus({ preventScroll: true });
