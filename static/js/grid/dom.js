// Small builder of page elements. Text goes in as text, never as HTML.

/** el("p", { class: "small", onclick }, "文字", child): attributes, listeners, children; null and false are left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Date and time of an ISO 8601 moment as people here write it: 2026-11-22 14:32. */
export function moment(iso) {
  const parts = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(iso));
  const of = Object.fromEntries(parts.map((part) => [part.type, part.value]));
  return `${of.year}-${of.month}-${of.day} ${of.hour}:${of.minute}`;
}
