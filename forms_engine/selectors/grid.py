"""Rows of a report as the grid shows them: text behind the mask, state, edit counter. No model instance per row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from accounts.actors import Actor
from accounts.errors import DomainError
from forms_engine.headers import split_header
from forms_engine.models import FormColumn, Report, ReportRow
from forms_engine.rules import SIGNS, CellState, cell_state, is_editable
from forms_engine.selectors.reports import get_columns
from registry.catalogue import Catalogue, get_catalogue
from registry.masking import YES_NO, ColumnReader, is_masked, plain_texts, shower
from registry.models import ItemType

ROW_COLUMNS = ("subject_id", "position", "state", "reason")
ROW_OBJECTS = ("values", "flags", "edits", "comments")
ROW_FIELDS = (*ROW_COLUMNS, *ROW_OBJECTS)
MOST_ROWS = 1000
MARKS: Mapping[CellState, str] = {
    CellState.KNOWN: "k",
    CellState.CONFIRM: "c",
    CellState.MISSING: "m",
    CellState.CONFLICT: "x",
    CellState.CHANGED: "e",
    CellState.MASKED: "s",
    CellState.RETURNED: "r",
}
"""One letter per state: a row of thirty cells is thirty letters."""
OPEN_STATES = frozenset({CellState.MISSING, CellState.RETURNED, CellState.CONFIRM, CellState.CONFLICT})
NAME_KEYS = ("name", "head_name", "address")
"""Keys of the item that tells which subject a row is about, the best first."""
NUMERIC = frozenset({ItemType.INTEGER, ItemType.DECIMAL})
Row = Mapping[str, Any]


class BadPlace(DomainError):
    code = "bad_place"
    status = 400
    default = "翻页位置不对,请刷新页面。"


@dataclass(frozen=True, slots=True)
class Place:
    """After which row a page begins. Positions may repeat, so the subject decides between equal ones."""

    position: int = 0
    subject_id: int = 0

    @classmethod
    def read(cls, text: str) -> "Place":
        """From "position-subject"; "" is the beginning. Raises BadPlace."""
        if not text:
            return cls()
        position, _, subject_id = text.partition("-")
        if not (_is_number(position) and _is_number(subject_id)):
            raise BadPlace
        return cls(int(position), int(subject_id))

    def __str__(self) -> str:
        return f"{self.position}-{self.subject_id}"


@dataclass(frozen=True)
class Lens:
    """What one reader sees of the cells of one form."""

    actor: Actor
    columns: Sequence[FormColumn]
    catalogue: Catalogue = field(default_factory=get_catalogue)

    @cached_property
    def _readers(self) -> dict[str, ColumnReader]:
        """Letter -> texts of values there. Found out once: asking for every cell would cost more than the cells."""
        return {column.letter: self._reader(column) for column in self.columns}

    @cached_property
    def _masked(self) -> frozenset[str]:
        """Letters of bound columns that are masked for the reader."""
        items = {column.letter: column.item for column in self.columns if column.item is not None}
        levels = {letter: self.actor.clearance_for(item.code) for letter, item in items.items()}
        return frozenset(letter for letter, item in items.items() if is_masked(item, levels[letter]))

    @cached_property
    def _untouched(self) -> dict[str, tuple[str, str]]:
        """Letter -> mark without a value and with one, of a cell that nothing else was said about."""
        nothing: dict[str, Any] = {"flags": {}, "edits": {}, "comments": {}}
        return {
            column.letter: (
                MARKS[self.state(column, nothing | {"values": {}})],
                MARKS[self.state(column, nothing | {"values": {column.letter: True}})],
            )
            for column in self.columns
        }

    def text(self, column: FormColumn, value: Any) -> str:
        """Text of a stored value, masked for the reader; an answer to a new ask has no level and is shown."""
        return self._readers[column.letter]([value])[0]

    def texts(self, rows: Sequence[Row]) -> list[list[str]]:
        """Of all cells of each row, along the columns. Read down the columns, which is the shorter way."""
        values = [row["values"] for row in rows]
        columns = [read([held.get(letter) for held in values]) for letter, read in self._readers.items()]
        return [list(texts) for texts in zip(*columns, strict=True)]

    def masks(self, column: FormColumn) -> bool:
        return column.letter in self._masked

    def state(self, column: FormColumn, row: Row) -> CellState:
        """row: at least values, flags, edits and comments of a `ReportRow`."""
        if column.kind == FormColumn.Kind.NUMBER:
            return CellState.KNOWN
        return cell_state(
            column.letter,
            required=column.required,
            masked=self.masks(column),
            values=row["values"],
            flags=row["flags"],
            edits=row["edits"],
            comments=row["comments"],
        )

    def states(self, row: Row) -> str:
        """A letter of `MARKS` for each cell, along the columns."""
        values = row["values"]
        marks = {letter: known[letter in values] for letter, known in self._untouched.items()}
        touched = row["flags"].keys() | row["edits"].keys() | row["comments"].keys()
        for letter in touched & self._by_letter.keys():
            marks[letter] = MARKS[self.state(self._by_letter[letter], row)]
        return "".join(marks.values())

    def options(self, column: FormColumn) -> list[str]:
        """What may be chosen, in the order of the code list; empty where anything may be typed."""
        if value_type(column) == ItemType.BOOLEAN:
            return list(YES_NO.values())
        if column.item is None or column.item.type != ItemType.CODE:
            return []
        return list(self.catalogue.labels(column.item.code).values())

    @property
    def name_column(self) -> FormColumn | None:
        """The column that names the subject of a row, if the form has one."""
        named = {column.item.key: column for column in reversed(self.columns) if column.item is not None}
        return next((named[key] for key in NAME_KEYS if key in named), None)

    def name(self, row: Row) -> str:
        """Who or what the row is about, masked for the reader."""
        column = self.name_column
        return self.text(column, row["values"].get(column.letter)) if column else f"第 {row['position']} 行"

    @cached_property
    def _by_letter(self) -> dict[str, FormColumn]:
        return {column.letter: column for column in self.columns}

    def _reader(self, column: FormColumn) -> ColumnReader:
        if column.kind == FormColumn.Kind.NUMBER:
            return lambda values: ["" for _ in values]
        if column.item is None:
            return plain_texts
        return shower(column.item, self.actor.clearance_for(column.item.code), self.catalogue)


@dataclass(frozen=True, slots=True)
class GridRow:
    """texts and states run along the columns; counts: letter -> edit counter, where it is not 0.

    fresh: letters changed since the last review.
    """

    id: int
    position: int
    state: str
    reason: str
    texts: list[str]
    states: str
    counts: dict[str, int]
    fresh: list[str]


@dataclass(frozen=True, slots=True)
class GridPage:
    """next: place to ask from for the next page, "" on the last."""

    rows: list[GridRow]
    next: str


def value_type(column: FormColumn) -> str:
    return column.item.type if column.item is not None else column.type


def get_lens(*, actor: Actor, report: Report) -> Lens:
    return Lens(actor, get_columns(report.dispatch.version))


def report_rows(*, actor: Actor, report: Report) -> QuerySet[Any]:
    """Rows the actor may see, in the order of the sheet, the removed ones left out."""
    rows = ReportRow.objects.visible_to(actor).filter(district=report.district, report=report)
    kept: QuerySet[Any] = rows.exclude(state=ReportRow.State.REMOVED).order_by("position", "subject_id")
    return kept


def behind(rows: QuerySet[Any], place: Place) -> QuerySet[Any]:
    """The rows that come after a place."""
    after = rows.filter(position__gte=place.position)
    return after.exclude(position=place.position, subject_id__lte=place.subject_id)


def list_grid_rows(*, lens: Lens, report: Report, after: str = "", limit: int = MOST_ROWS) -> GridPage:
    """A page of the grid in one query. limit: 1 to 1,000."""
    rows = behind(report_rows(actor=lens.actor, report=report), Place.read(after))
    found = _read_rows(rows, limit + 1)
    taken = found[:limit]
    following = str(Place(taken[-1]["position"], taken[-1]["subject_id"])) if len(found) > limit else ""
    since = report.reviewed_at
    texts = lens.texts(taken)
    return GridPage([_grid_row(lens, *one, since) for one in zip(taken, texts, strict=True)], following)


def _read_rows(rows: QuerySet[Any], most: int) -> list[Row]:
    """`ROW_FIELDS` of each. What is JSON is read here at once: through its field it takes three times as long."""
    as_texts = {f"{name}_text": Cast(name, TextField()) for name in ROW_OBJECTS}
    found = rows.annotate(**as_texts).values_list(*ROW_COLUMNS, *as_texts)
    split = len(ROW_COLUMNS)
    return [dict(zip(ROW_FIELDS, (*row[:split], *map(orjson.loads, row[split:])), strict=True)) for row in found[:most]]


def _grid_row(lens: Lens, row: Row, texts: list[str], since: datetime | None) -> GridRow:
    """since: when the report was last reviewed."""
    return GridRow(
        id=row["subject_id"],
        position=row["position"],
        state=row["state"],
        reason=row["reason"],
        texts=texts,
        states=lens.states(row),
        counts={letter: edit["n"] for letter, edit in row["edits"].items()},
        fresh=[letter for letter, edit in row["edits"].items() if since and changed_after(edit, since)],
    )


def changed_after(edit: Row, since: datetime) -> bool:
    """Whether a cell was changed, not only confirmed, after a moment."""
    return not edit.get("ok") and datetime.fromisoformat(edit["at"]) > since


def describe_columns(lens: Lens) -> list[dict[str, Any]]:
    """What the browser must know of each column, in the order of the sheet. parts: the header, outermost first."""
    name = lens.name_column
    return [
        {
            "letter": column.letter,
            "parts": split_header(column.header),
            "number": column.kind == FormColumn.Kind.NUMBER,
            "name": column == name,
            "editable": is_editable(column),
            "required": column.required,
            "masked": lens.masks(column),
            "numeric": value_type(column) in NUMERIC,
            "options": lens.options(column),
        }
        for column in lens.columns
    ]


def describe_states() -> dict[str, dict[str, str]]:
    """Letter of a state -> its name, sign and word, for the browser."""
    return {
        mark: {"name": state.value, "sign": SIGNS[state], "word": str(state.label)} for state, mark in MARKS.items()
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
