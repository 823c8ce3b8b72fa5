"""What a target's answer means: received with a number, refused with a reason, or not understood. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from accounts.errors import DomainError
from data_return.channels.answers import Answer
from data_return.channels.faults import Fault, SourceFailed

LONGEST_NUMBER, LONGEST_WORDS = 100, 300
LONG_NUMBER = re.compile(r"(?<![0-9])[0-9]{7,}[Xx]?(?![0-9])")
"""Telephone, identity and account numbers, which a target may quote when it refuses a row."""
REFUSALS = frozenset({400, 413, 422})
"""Statuses that speak of this one message; other refusals (address, login) concern the whole target."""
BROKEN = frozenset({409, 500, 501})
"""The target stumbled over this message, perhaps only now. 502 to 504 come from what stands in front of it."""


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """Where an answer says what, as dotted names such as data.id; "" where it does not say it.

    number: of the receipt. ok, ok_is: with HTTP 2xx still refused unless this value stands here. why: the reason.
    """

    number: str = ""
    ok: str = ""
    ok_is: str = ""
    why: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> Self:
        """From `PushTarget.answer`."""
        return cls(**kept)


@dataclass(frozen=True, slots=True)
class Receipt:
    """number: as the target gave it, "" where it gave none."""

    number: str = ""


class NotTaken(DomainError):
    """The target does not take this message. words: its own, with long numbers hidden. broken: it stumbled; worth
    trying again a few times."""

    code = "push_not_taken"

    def __init__(self, words: str, *, broken: bool = False) -> None:
        self.words, self.broken = words, broken
        super().__init__("对方没有接收这一件。")


def read_receipt(answer: Answer, rules: AnswerRules) -> Receipt:
    """Raises NotTaken for this message, SourceFailed where the target as a whole does not answer as agreed."""
    if answer.status in REFUSALS or answer.status in BROKEN:
        raise NotTaken(_words(answer, rules), broken=answer.status in BROKEN)
    answer.check()
    if not (rules.ok or rules.number):
        _refuse_page(answer)
        return Receipt()
    said = answer.json()
    if rules.ok and _text(_find(said, rules.ok)) != rules.ok_is:
        raise NotTaken(quieten(_text(_find(said, rules.why)) if rules.why else ""))
    return Receipt(_text(_find(said, rules.number))[:LONGEST_NUMBER] if rules.number else "")


def quieten(text: str) -> str:
    """Words of another system as we keep them: short, on one line, without the numbers of a person."""
    return LONG_NUMBER.sub(lambda found: found[0][:2] + "*" * 4, " ".join(text.split()))[:LONGEST_WORDS]


def _refuse_page(answer: Answer) -> None:
    """A login page or a notice with 200 is no receipt, also where nothing is read from answers. Raises SourceFailed."""
    try:
        answer.json()
    except SourceFailed as failed:
        if failed.fault is Fault.HTML:
            raise


def _words(answer: Answer, rules: AnswerRules) -> str:
    """The reason where one was told, else a short text as it came; a page or a long dump says nothing."""
    try:
        said = answer.json()
    except SourceFailed as failed:
        return "" if failed.fault is Fault.HTML else _plain(answer)
    found = _text(_find(said, rules.why)) if rules.why else ""
    return quieten(found or _text(_find(said, "detail")) or _text(_find(said, "message")))


def _plain(answer: Answer) -> str:
    try:
        text = answer.text()
    except SourceFailed:
        return ""
    return quieten(text) if len(text) <= LONGEST_WORDS else ""


def _find(said: Any, path: str) -> Any:
    for name in path.split("."):
        said = said.get(name) if isinstance(said, dict) else None
    return said


def _text(found: Any) -> str:
    """Of a plain value; a list or an object is none."""
    if isinstance(found, bool):
        return str(found).lower()
    return "" if found is None or isinstance(found, list | dict) else str(found)
