"""A browser behind the proxy of production: cookies that only TLS carries, and the headers that the proxy adds."""

import time
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.load.asked import Asked, Kind, Outcome

MAY_COME_BACK = (429, 503)


class Browser:
    """One user's. session: locust's, with `request(method, url, ...)`. clock: `time.perf_counter` of second 0.

    asked: gets a line for each request.
    """

    def __init__(self, session: Any, *, origin: str, address: str, asked: list[Asked], clock: float) -> None:
        self._session, self._asked, self._clock = session, asked, clock
        self._cookies: dict[str, str] = {}
        self._headers = {
            "Host": urlsplit(origin).netloc,
            "Referer": f"{origin}/",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": address,
            "Accept-Encoding": "identity",  # Caddy compresses, not the portal
        }

    def get(self, kind: Kind, name: str, path: str, **headers: str) -> Any:
        return self._ask(kind, name, "GET", path, headers=headers)

    def send(self, kind: Kind, name: str, path: str, fields: dict[str, str]) -> Any:
        """A form of a page."""
        typed = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self._token}
        return self._ask(kind, name, "POST", path, data=urlencode(fields), headers=typed)

    def post(self, kind: Kind, name: str, path: str, body: dict[str, Any]) -> Any:
        """JSON from a script."""
        typed = {"Accept": "application/json", "X-CSRFToken": self._token}
        return self._ask(kind, name, "POST", path, json=body, headers=typed)

    @property
    def _token(self) -> str:
        return next((value for name, value in self._cookies.items() if name.endswith("csrftoken")), "")

    def _ask(self, kind: Kind, name: str, method: str, path: str, *, headers: dict[str, str], **body: Any) -> Any:
        jar = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent, started = self._headers | headers | {"Cookie": jar}, time.perf_counter()
        answer = self._session.request(method, path, name=name, headers=sent, allow_redirects=False, **body)
        took = (time.perf_counter() - started) * 1000
        self._keep_cookies(answer)
        status = answer.status_code
        outcome = outcome_of(status, answer.headers, is_form=method == "POST" and "json" not in body)
        line = Asked(started - self._clock, kind, name, took, status, outcome)
        self._asked.append(line)
        return answer

    def _keep_cookies(self, answer: Any) -> None:
        for text in answer.headers.getlist("Set-Cookie") if answer.headers else []:
            for name, morsel in SimpleCookie(text).items():
                self._cookies[name] = morsel.value


def outcome_of(status: int, headers: Any, *, is_form: bool) -> Outcome:
    """A redirect is how a form is answered; to a reader it says that he is not logged in any more."""
    if status == 0:
        return Outcome.LOST
    if status in MAY_COME_BACK:
        return Outcome.REFUSED if wait_of(headers) else Outcome.BARE
    return Outcome.OK if status < (400 if is_form else 300) else Outcome.WRONG


def wait_of(headers: Any) -> int:
    """Seconds of Retry-After; 0 without it."""
    said = (headers or {}).get("Retry-After") or ""
    return int(said) if str(said).isdigit() else 0
