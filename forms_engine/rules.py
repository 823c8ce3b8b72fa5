"""Pure rules of a form: which state a cell is in, which columns a worker may change, which may stay empty."""

from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices

from forms_engine.models import FormColumn
from registry.catalogue import is_stored
from registry.models import DataItem


class CellState(TextChoices):
    """State of a value, the same everywhere: colour and sign and word."""

    KNOWN = "known", "已有"
    CONFIRM = "confirm", "待核实"
    MISSING = "missing", "待填"
    CONFLICT = "conflict", "有差异"
    CHANGED = "changed", "已修改"
    MASKED = "masked", "已脱敏"
    RETURNED = "returned", "已退回"


SIGNS: dict[CellState, str] = {
    CellState.KNOWN: "",
    CellState.CONFIRM: "?",
    CellState.MISSING: "○",
    CellState.CONFLICT: "≠",
    CellState.CHANGED: "✎",
    CellState.MASKED: "*",
    CellState.RETURNED: "↩",
}
OPTIONAL_KEYS = frozenset(
    {
        "remark", "former_name", "caregiver_name", "caregiver_phone", "caregiver_relation", "guardian_name",
        "guardian_phone", "guardian_relation", "death_date", "move_out_date", "chronic_disease", "workplace",
    }
)  # fmt: skip
"""Items that do not apply to everybody: an empty cell is no gap unless the department says so."""

CellObject = Mapping[str, Mapping[str, Any]]


def cell_state(
    letter: str,
    *,
    required: bool,
    masked: bool,
    values: Mapping[str, Any],
    flags: Mapping[str, str],
    edits: CellObject,
    comments: CellObject,
) -> CellState:
    """State of one cell of a row; what a worker must act on comes first. Arguments as in `ReportRow`."""
    comment = comments.get(letter)
    if comment is not None and not comment.get("done"):
        return CellState.RETURNED
    edit = edits.get(letter)
    if edit is not None and not edit.get("ok"):
        return CellState.CHANGED
    if letter not in values:
        return CellState.MISSING if required else CellState.KNOWN
    if letter in flags:
        return CellState(flags[letter])
    return CellState.MASKED if masked else CellState.KNOWN


def is_editable(column: FormColumn) -> bool:
    """Running numbers and derived items (age, counts, names of areas) are computed, not typed."""
    if column.kind == FormColumn.Kind.NEW_ASK:
        return True
    return column.item is not None and is_stored(column.item)


def needed_by_default(item: DataItem | None) -> bool:
    """Whether a column bound to the item starts as 必填 (a new ask does)."""
    return item is None or (is_stored(item) and item.key not in OPTIONAL_KEYS)
