"""What a worker sends and what comes back."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Edit:
    """raw: what was typed, "" clears. seen: the cell's counter in the browser, 0 if it was never edited."""

    subject_id: int
    letter: str
    raw: Any
    seen: int = 0


@dataclass(frozen=True, slots=True)
class SavedCell:
    """text: masked for the actor. n: the cell's new counter."""

    subject_id: int
    letter: str
    text: str
    state: str
    n: int


@dataclass(frozen=True, slots=True)
class RefusedCell:
    subject_id: int
    letter: str
    message: str


@dataclass(frozen=True, slots=True)
class ConflictCell:
    """What somebody else wrote in the meantime. by: post, at: ISO time."""

    subject_id: int
    letter: str
    text: str
    n: int
    by: int | None
    at: str


@dataclass(slots=True)
class SaveResult:
    saved: list[SavedCell] = field(default_factory=list)
    refused: list[RefusedCell] = field(default_factory=list)
    conflicts: list[ConflictCell] = field(default_factory=list)
