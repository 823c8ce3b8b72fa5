// Ticking a town ticks its communities, ticking all ticks everything; the number chosen is told. Without script a
// ticked town means all of its communities, which is what the server reads.
"use strict";

const tree = document.querySelector(".js-areas");
const all = tree.querySelector(".area-all input");
const towns = Array.from(tree.querySelectorAll(".area-town"));

function communitiesOf(town) {
  return Array.from(town.querySelectorAll(".area-communities input"));
}

function headOf(town) {
  return town.querySelector("input"); // the first one: its communities follow
}

function follow(town) {
  const boxes = communitiesOf(town);
  const ticked = boxes.filter((box) => box.checked).length;
  const head = headOf(town);
  head.checked = ticked === boxes.length;
  head.indeterminate = ticked > 0 && ticked < boxes.length;
  return ticked;
}

function recount() {
  const ticked = towns.map(follow);
  const full = towns.filter((town) => headOf(town).checked).length;
  const chosen = ticked.reduce((sum, count) => sum + count, 0);
  all.checked = towns.length > 0 && full === towns.length;
  all.indeterminate = chosen > 0 && !all.checked;
  tree.querySelector(".js-count").textContent = `,已选 ${chosen} 个`;
}

function tick(town, checked) {
  communitiesOf(town).forEach((box) => { box.checked = checked; });
}

tree.addEventListener("change", (event) => {
  const box = event.target;
  if (box === all) towns.forEach((town) => tick(town, box.checked));
  else if (box === headOf(box.closest(".area-town"))) tick(box.closest(".area-town"), box.checked);
  recount();
});

// What the server sent back ticked by town or as a whole.
towns.forEach((town) => {
  if (all.checked || headOf(town).checked) tick(town, true);
});
recount();
