// Comfort on top of pages that work without script: menus close, lost connections are told, steps are sent once.
"use strict";

function closeMenus(except) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
}

function tell(text) {
  const box = document.getElementById("messages");
  if (!box) return;
  const notice = document.createElement("div");
  notice.className = "notice notice-error";
  notice.setAttribute("role", "alert");
  const line = document.createElement("span");
  line.className = "notice-text";
  line.textContent = text;
  notice.append(line);
  box.replaceChildren(notice);
  box.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  closeMenus(null);
  if (open) open.querySelector("summary").focus();
  if (location.hash === "#nav") location.hash = "#main";
});

// A second click on a slow line must not send the step twice; a page brought back by "back" is usable again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post") || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

document.addEventListener("htmx:sendError", () => tell("网络断开了,刚才的一步没有送到。请检查网络后再试。"));
document.addEventListener("htmx:timeout", () => tell("网络太慢,刚才的一步没有送到。请稍后再试。"));

// An emergency view shows how long it still runs; when it is over the page is asked for again, masked.
document.querySelectorAll("[data-countdown]").forEach((box) => {
  const until = Date.parse(box.dataset.countdown);
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left <= 0) return location.reload();
    box.textContent = `(还有 ${Math.floor(left / 60)} 分 ${left % 60} 秒)`;
    setTimeout(tick, 1000);
  };
  tick();
});
