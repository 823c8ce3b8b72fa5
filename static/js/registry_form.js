// Ctrl+S saves; a closed group that holds a refused field opens; leaving with unsaved answers asks first.
"use strict";

const form = document.querySelector(".subject-form");
let changed = false;

document.querySelectorAll(".form-group .field-wrong").forEach((field) => {
  field.closest("details").open = true;
});
const firstWrong = document.querySelector(".field-wrong input, .field-wrong select, .field-wrong textarea");
if (firstWrong) firstWrong.focus();

form.addEventListener("input", () => {
  changed = true;
});
form.addEventListener("submit", () => {
  changed = false;
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    form.requestSubmit();
  }
});
window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
