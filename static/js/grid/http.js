// JSON to and from the server. What it says no to arrives as a Refusal, what never arrives as Unreachable.

const LONGEST = 30000; // milliseconds

/** status: HTTP; code, and message from `detail`: problem details as the API documents; login: where to log in again, on 401. wait: seconds, on 429. */
export class Refusal extends Error {
  constructor(status, body, wait) {
    super(body.detail || "服务器没有接受这一步,请稍后再试。");
    this.status = status;
    this.code = body.code || "";
    this.login = body.login || "";
    this.wait = wait;
  }

  /** Whether the very same request may succeed later. */
  get passing() {
    return this.status >= 500 || this.status === 429 || this.outside;
  }

  /** Not signed in any more, or as somebody else: what was typed must wait for the right person. */
  get outside() {
    return this.status === 401 || this.status === 403;
  }
}

export class Unreachable extends Error {}

/** Read from the cookie each time: logging in again in another tab changes it. */
function csrfToken() {
  const found = document.cookie.match(/(?:^|;\s*)(?:__Host-)?csrftoken=([^;]+)/);
  if (found) return decodeURIComponent(found[1]);
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return field ? field.value : "";
}

async function fetchOnce(url, options, outer) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LONGEST);
  const leave = () => stop.abort();
  if (outer) outer.addEventListener("abort", leave);
  try {
    const answer = await fetch(url, { ...options, signal: stop.signal, credentials: "same-origin", redirect: "manual" });
    return [answer, await answer.text()];
  } catch (error) {
    if (outer && outer.aborted) throw error;
    throw new Unreachable();
  } finally {
    clearTimeout(timer);
    if (outer) outer.removeEventListener("abort", leave);
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

async function ask(url, options, signal) {
  const [answer, text] = await fetchOnce(url, options, signal);
  if (answer.ok) return parse(text);
  throw new Refusal(answer.status, parse(text), Number(answer.headers.get("Retry-After")) || 0);
}

export function get(url, signal) {
  return ask(url, { headers: { Accept: "application/json" } }, signal);
}

export function post(url, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  return ask(url, { method: "POST", headers, body: JSON.stringify(body) });
}
