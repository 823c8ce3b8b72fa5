// "Tick all on this page" for every form whose rows can be chosen; without script the rows are ticked one by one.
"use strict";

document.querySelectorAll("[data-tick-all]").forEach((label) => {
  const box = label.querySelector("input");
  const boxes = label.closest("form").querySelectorAll("input[name=subject]");
  label.hidden = boxes.length < 2;
  box.addEventListener("change", () => {
    boxes.forEach((one) => {
      one.checked = box.checked;
    });
  });
});
