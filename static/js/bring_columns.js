// Type and reason are shown only where a column is a new ask; without script they are always shown.
"use strict";

function showAsk(row) {
  const binding = row.querySelector(".js-binding");
  row.querySelector(".js-ask").hidden = binding.value.trim() !== "新要";
}

document.querySelectorAll(".js-column").forEach((row) => {
  showAsk(row);
  row.querySelector(".js-binding").addEventListener("input", () => showAsk(row));
  // A datalist filters by what is typed: an emptied field offers every item again.
  row.querySelector(".js-binding").addEventListener("focus", (event) => event.target.select());
});
