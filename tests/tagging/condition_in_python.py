"""Conditions as the words of the language say them, over plain facts. Knows no database, compiler or catalogue.

- `{"item": ..., "op": ..., "value": ...}` compares a fact with a constant; a fact that is not known answers "unknown".
- `known` asks whether there is a fact, and is never unknown. `in` is true for any of the values. A code may be written
  as code, name or synonym. Amounts are exact. Age is in whole years on the day asked for; who is born on 29 February
  is a year older on 1 March where the year has no such day.
- `all`, `any` and `not` follow Kleene: unknown and false is false, unknown or true is true, not unknown is unknown.
- `{"tag": ...}` is true for who carries the tag, false for everybody else, and never unknown.
- What is asked of a person about household or dwelling is asked of theirs, of a household about a person: of its head.
- A condition reaches those for whom it is true. Unknown does not reach.
"""

import operator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

COMPARE = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(eq=False, slots=True)
class Being:
    """facts: item -> canonical value, absent where unknown. tied: the one household, dwelling or head."""

    kind: str
    facts: dict[str, Any]
    tied: dict[str, "Being"] = field(default_factory=dict)
    members: list["Being"] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    is_there: bool = True

    def seen_as(self, kind: str) -> "Being | None":
        return self if kind == self.kind else self.tied.get(kind)


@dataclass(frozen=True)
class Words:
    """on: the day asked for. spellings: item -> name or synonym -> code. tag_kinds: tag -> kind of who carries it."""

    on: date
    spellings: dict[str, dict[str, str]]
    tag_kinds: dict[str, str]

    def reaches(self, tree: dict[str, Any], one: Being) -> bool:
        return one.is_there and self.says(tree, one) is True

    def says(self, tree: dict[str, Any], one: Being) -> bool | None:
        """True, False, or None for unknown."""
        if "all" in tree:
            said = [self.says(part, one) for part in tree["all"]]
            return False if False in said else None if None in said else True
        if "any" in tree:
            said = [self.says(part, one) for part in tree["any"]]
            return True if True in said else None if None in said else False
        if "not" in tree:
            inner = self.says(tree["not"], one)
            return None if inner is None else not inner
        if "tag" in tree:
            carrier = one.seen_as(self.tag_kinds[tree["tag"]])
            return carrier is not None and tree["tag"] in carrier.tags
        return self._leaf(tree, one)

    def _leaf(self, leaf: dict[str, Any], one: Being) -> bool | None:
        fact = self._fact(leaf["item"], one)
        if leaf["op"] == "known":
            return fact is not None
        if fact is None:
            return None
        if leaf["op"] == "in":
            return any(fact == self._constant(leaf["item"], value, fact) for value in leaf["value"])
        return COMPARE[leaf["op"]](fact, self._constant(leaf["item"], leaf["value"], fact))

    def _constant(self, item: str, written: Any, fact: Any) -> Any:
        """As the same kind of thing as the fact."""
        if isinstance(fact, date):
            return date.fromisoformat(written)
        if isinstance(fact, Decimal):
            return Decimal(str(written))
        return self.spellings.get(item, {}).get(written, written)

    def _fact(self, item: str, one: Being) -> Any:
        about = one.seen_as(item.partition(".")[0])
        if about is None:
            return None
        if item == "person.age":
            return _age(about.facts.get("person.birth_date"), self.on)
        if item in ("household.registered_count", "household.resident_count"):
            home = "registered" if item == "household.registered_count" else "lives"
            here = [member for member in about.members if member.is_there]
            return sum(member.facts[home] == about.facts["lives"] for member in here)
        return about.facts.get(item)


def _age(born: date | None, on: date) -> int | None:
    if born is None:
        return None
    had_birthday = (on.month, on.day) >= (born.month, born.day)
    return on.year - born.year - (0 if had_birthday else 1)
