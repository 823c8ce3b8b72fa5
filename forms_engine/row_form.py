"""One row as a plain form: for phones and for browsers without script. Pure: no query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from forms_engine.models import FormColumn
from forms_engine.rules import CellState, is_editable
from forms_engine.selectors.grid import OPEN_STATES, Lens
from forms_engine.services.fill import Edit, SaveResult

WAS, SEEN, NEW, RIGHT = "was-", "seen-", "new-", "right-"
WIDE_TEXT = 40
CONFIRMABLE = frozenset({CellState.CONFIRM, CellState.CONFLICT, CellState.RETURNED})
Posted = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowField:
    """One cell in the form. text: what is in the input; was: what it was when the page was made; shown: as stored.

    A masked cell begins empty: typing a full new value replaces it.
    """

    letter: str
    label: str
    shown: str
    text: str
    was: str
    seen: int
    state: str
    editable: bool
    masked: bool
    required: bool
    options: Sequence[str]
    comment: str
    reason: str
    error: str = ""

    @property
    def waits(self) -> bool:
        return CellState(self.state) in OPEN_STATES

    @property
    def can_confirm(self) -> bool:
        """Old, doubtful and returned values may be right as they are."""
        return bool(self.shown) and self.state in CONFIRMABLE

    @property
    def long(self) -> bool:
        return len(self.text) > WIDE_TEXT


@dataclass(frozen=True, slots=True)
class Answers:
    """What a worker changed and what they said is right."""

    edits: list[Edit]
    confirmed: list[tuple[int, str]]


class ReasonForm(forms.Form):
    """Why a subject is added or taken out."""

    reason = forms.CharField(label="原因", max_length=200, help_text="例如:新迁入、已去世、不符合条件")


class ReturnForm(forms.Form):
    """What a reviewer says on returning a report. comments: JSON list of {"id", "letter", "text"}."""

    note = forms.CharField(label="总的意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    comments = forms.JSONField(required=False, widget=forms.HiddenInput)

    def clean_comments(self) -> list[dict[str, Any]]:
        found = self.cleaned_data["comments"] or []
        if not isinstance(found, list) or not all(_is_comment(one) for one in found):
            raise forms.ValidationError("批注的格式不对,请刷新页面后重新批注。")
        return found


def build_fields(lens: Lens, row: Mapping[str, Any]) -> list[RowField]:
    """Every column but the running number, in the order of the sheet."""
    return [_field(lens, column, row) for column in lens.columns if column.kind != FormColumn.Kind.NUMBER]


def read_answers(subject_id: int, fields: Sequence[RowField], posted: Posted) -> Answers:
    """Cells whose text differs from what the page showed; an untouched cell is not sent, so nothing is overwritten."""
    edits, confirmed = [], []
    for field in fields:
        letter = field.letter
        if not field.editable or NEW + letter not in posted:
            continue
        if posted[NEW + letter] != posted.get(WAS + letter, ""):
            edits.append(Edit(subject_id, letter, posted[NEW + letter], _count(posted.get(SEEN + letter, ""))))
        elif RIGHT + letter in posted and field.can_confirm:
            confirmed.append((subject_id, letter))
    return Answers(edits, confirmed)


def with_result(fields: Sequence[RowField], result: SaveResult, posted: Posted) -> list[RowField]:
    """The fields as they are now, with what was refused kept in its input beside the reason."""
    errors = {cell.letter: cell.message for cell in result.refused}
    errors |= {
        cell.letter: f"别人刚刚改成了“{cell.text or '空'}”。如仍要改,请再保存一次。" for cell in result.conflicts
    }
    return [_again(field, errors[field.letter], posted) if field.letter in errors else field for field in fields]


def _field(lens: Lens, column: FormColumn, row: Mapping[str, Any]) -> RowField:
    shown = lens.text(column, row["values"].get(column.letter))
    comment = row["comments"].get(column.letter, {})
    masked = lens.masks(column) and bool(shown)
    text = "" if masked else shown
    return RowField(
        letter=column.letter,
        label=column.header.replace("/", " / "),
        shown=shown,
        text=text,
        was=text,
        seen=row["edits"].get(column.letter, {}).get("n", 0),
        state=lens.state(column, row).value,
        editable=is_editable(column),
        masked=masked,
        required=column.required,
        options=lens.options(column),
        comment="" if comment.get("done") else comment.get("text", ""),
        reason=column.reason,
    )


def _again(field: RowField, error: str, posted: Posted) -> RowField:
    values = {name: getattr(field, name) for name in RowField.__slots__}
    return RowField(**(values | {"text": posted.get(NEW + field.letter, ""), "error": error}))


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _is_comment(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and isinstance(one.get("id"), int)
        and isinstance(one.get("letter"), str)
        and isinstance(one.get("text"), str)
    )
