"""What came of each request, as the users write it down and the judge reads it. Standard library only."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    LOGIN, READ, FILL, SEARCH = "login", "read", "fill", "search"


class Outcome(StrEnum):
    """REFUSED: 429 or 503 with Retry-After. BARE: the same without it. WRONG: another status. LOST: no answer."""

    OK, REFUSED, BARE, WRONG, LOST = "ok", "refused", "bare", "wrong", "lost"


@dataclass(frozen=True)
class Asked:
    """at: seconds since the logins were done, when it was sent. ms: until the whole answer was there."""

    at: float
    kind: str
    name: str
    ms: float
    status: int
    outcome: str


@dataclass(frozen=True)
class Entry:
    """A cell of the ledger. value: the last one that the portal accepted, None: none was. lost: those sent whose answer
    never came: each may stand there instead."""

    report: int
    subject: int
    letter: str
    value: str | None
    lost: list[str]


@dataclass
class Record:
    """What a run left. begun: second at which each part began: usual, flood, after, end."""

    begun: dict[str, float]
    asked: list[Asked]
    ledger: list[Entry]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Record":
        given = json.loads(path.read_text(encoding="utf-8"))
        asked = [Asked(**one) for one in given["asked"]]
        return cls(given["begun"], asked, [Entry(**one) for one in given["ledger"]])
