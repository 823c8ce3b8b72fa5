"""Filling in as the page does (static/js/grid): an edit names the counter it saw and is kept until it is answered."""

from typing import Any

from bench.load.asked import Entry, Kind, Outcome
from bench.load.browser import Browser, outcome_of
from bench.load.plan import Member

FIRST_PAGE, PAGE = 200, 1000


class Grid:
    """The cells of one member, and the ledger of what the portal said it had saved."""

    def __init__(self, member: Member, browser: Browser) -> None:
        self._member, self._browser = member, browser
        self._counts: dict[int, int] = {}
        self._accepted: dict[int, str] = {}
        self._lost: dict[int, list[str]] = {}
        self._pending: tuple[int, str] | None = None
        self._typed = 0

    def open(self) -> None:
        """The page, then all rows: a short page first, so that work can begin."""
        path = f"/reports/{self._member.report}/"
        answer, after = self._browser.get(Kind.READ, "grid", path), ""
        limit = FIRST_PAGE
        while answer.status_code == 200:
            rows = f"/api/v1{path}rows/?limit={limit}&after={after}"
            answer, limit = self._browser.get(Kind.READ, f"rows {limit}", rows, Accept="application/json"), PAGE
            after = answer.json()["next"] if answer.status_code == 200 else ""
            if not after:
                return

    def look(self) -> None:
        """One cell in detail."""
        subject = self._member.rows[self._typed % len(self._member.rows)]
        path = f"/api/v1/reports/{self._member.report}/cells/{subject}/{self._member.letter}/"
        self._browser.get(Kind.READ, "cell", path, Accept="application/json")

    def type(self) -> Any:
        """Save the next cell; one that was not acknowledged is sent again first."""
        if self._pending is None:
            rows = self._member.rows
            self._pending = rows[self._typed % len(rows)], f"{self._member.username} 第 {self._typed + 1} 次"
            self._typed += 1
        subject, raw = self._pending
        edit = {"id": subject, "letter": self._member.letter, "raw": raw, "seen": self._counts.get(subject, 0)}
        path = f"/api/v1/reports/{self._member.report}/cells/"
        answer = self._browser.post(Kind.FILL, "save", path, {"edits": [edit]})
        self._settle(subject, raw, answer)
        return answer

    def entries(self) -> list[Entry]:
        """The ledger, for the comparison with the database. What is still on its way may have arrived or not."""
        if self._pending:
            self._lost.setdefault(self._pending[0], []).append(self._pending[1])
        subjects = self._accepted.keys() | self._lost.keys()
        report, letter = self._member.report, self._member.letter
        return [
            Entry(report, subject, letter, self._accepted.get(subject), self._lost.get(subject, []))
            for subject in subjects
        ]

    def _settle(self, subject: int, raw: str, answer: Any) -> None:
        if outcome_of(answer.status_code, answer.headers, is_form=False) != Outcome.OK:
            if answer.status_code not in (429, 503):
                self._lost.setdefault(subject, []).append(raw)
            return
        said = answer.json()
        for cell in said["saved"]:
            self._counts[subject], self._accepted[subject] = cell["n"], raw
            self._lost.pop(subject, None)
            self._pending = None
        for cell in said["conflicts"]:  # with ourselves: an answer that was lost
            self._counts[subject] = cell["n"]
