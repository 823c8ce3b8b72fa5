"""Schema drift (字段变化): what a source's fields are now, against what they were. Pure.

A field that is gone, or empty where it never was, stops its item: what is kept of it stays. The others go on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from data_return.channels.faults import Fault, SourceFailed
from data_return.connectors.kinds import Columns
from data_return.pull.planning import Plan

MISSING, EMPTY = "missing", "empty"
WORDS = {MISSING: "对方没有这个字段了(可能改名或删除)", EMPTY: "对方这个字段全部变空了"}
FEW = 10
"""Rows below which a page is too small to conclude from what all of them lack."""


@dataclass(frozen=True, slots=True)
class Drift:
    """stopped: item -> MISSING or EMPTY. quietly: the same, of pages too small to tell people. new: unknown fields."""

    stopped: dict[str, str] = field(default_factory=dict)
    quietly: dict[str, str] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)

    def added_to(self, before: dict[str, Any]) -> dict[str, Any]:
        """What a run has found with this page."""
        stopped = {**before.get("stopped", {}), **self.stopped}
        new = list(dict.fromkeys([*before.get("new", ()), *self.new]))
        return {"stopped": stopped, "new": new} if stopped or new else {}

    @property
    def staying(self) -> tuple[str, ...]:
        return tuple(sorted({*self.stopped, *self.quietly}))


def find_drift(columns: Columns, names: Collection[str], size: int, plan: Plan) -> Drift:
    """names: all fields of the source. Raises SourceFailed(FIELDS_GONE) where no row can be told apart any more."""
    if not size:
        return Drift()
    if not plan.needed <= set(names):
        raise SourceFailed(Fault.FIELDS_GONE)
    new = [name for name in names if name not in plan.known]
    missing = {code: MISSING for code, name in plan.mapping.items() if name not in names}
    looked_at = plan.mapping.items() if size >= FEW else ()
    empty = {code: EMPTY for code, name in looked_at if _got_empty(code, columns, name, plan)}
    if size >= FEW or new:
        return Drift(missing | empty, {}, new)
    return Drift(empty, missing, new)


def _got_empty(code: str, columns: Columns, name: str, plan: Plan) -> bool:
    return code in plan.usual and code != plan.named_by and name in columns and not any(map(_says, columns[name]))


def _says(value: Any) -> bool:
    return value is not None and value != ""


def names_of(columns: Columns, told: Sequence[str]) -> Sequence[str]:
    """Fields of the source: as it tells them, else as its rows have them."""
    return told or list(columns)
