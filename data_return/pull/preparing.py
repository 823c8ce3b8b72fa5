"""From a page of a source to records, bad rows and deletions. No database, so it is done while another page is kept."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.sealing import blind_index, seal
from data_return.connectors.kinds import Page
from data_return.models.pull import ROW
from data_return.pull.drift import Drift, find_drift, names_of
from data_return.pull.planning import Plan
from data_return.reading import Table, key_of, make_records
from data_return.storing import record_pieces
from registry.rules import ItemSpec, parse_column

MARK, PRINT = "data_return.quarantine_mark", "data_return.quarantine_print"
Reasons = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class BadRow:
    """As it is kept: see `QuarantinedRow`. key: of whom it is about, "" where nobody can tell."""

    mark: str
    sealed: str
    print: str
    reasons: Reasons
    key: str = ""


@dataclass
class Prepared:
    """pieces: records, ready to be copied. good: marks of rows that are fit now. gone: keys of records to remove."""

    came: int
    drift: Drift
    pieces: list[bytes] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    good: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    doubled: int = 0

    @property
    def nameless(self) -> int:
        """Rows of which nobody can tell whom they are about."""
        return sum(1 for one in self.bad if not one.key)

    @property
    def is_mostly_bad(self) -> bool:
        return len(self.bad) >= 20 and len(self.bad) * 2 > self.came


def prepare(page: Page, names: Sequence[str], plan: Plan) -> Prepared:
    """names: as the source tells its fields, () where its rows do. Raises SourceFailed(FIELDS_GONE)."""
    return _Preparing(page, find_drift(page.columns, names_of(page.columns, names), page.size, plan), plan).all()


def prepare_again(page: Page, plan: Plan) -> Prepared:
    """Rows that were in quarantine: their fields are as they were then."""
    return _Preparing(page, Drift(), plan).all()


class _Preparing:
    def __init__(self, page: Page, drift: Drift, plan: Plan) -> None:
        self._page, self._plan, self._drift = page, plan, drift
        self._table = Table(list(range(1, page.size + 1)))
        self._reasons: dict[int, Reasons] = {}

    def all(self) -> Prepared:
        page, plan, table = self._page, self._plan, self._table
        for code, name in plan.mapping.items():
            if name in page.columns and code not in self._drift.staying:
                self._read(code, page.columns[name])
        names = table.values.setdefault(plan.named_by, [None] * page.size)
        gone = self._find_gone()
        for position, name in enumerate(names):
            if name is None and position not in self._reasons:
                label = plan.catalogue.item(plan.named_by).name
                self._refuse(position, plan.named_by, f"“{label}”没有填写,请补上。")
        bad = list(self._bad_rows())
        left_out = self._find_doubles(names)
        removed = [key_of(str(names[one])) for one in sorted(gone - left_out) if names[one] is not None]
        good = self._good_marks() if plan.waits else []
        table.wrong |= gone | left_out
        days = self._days()
        records = make_records(table, plan.named_by, plan.items, plan.villages, days)
        came = page.size + len(page.broken)
        return Prepared(came, self._drift, list(record_pieces(records)), bad, good, removed, len(left_out))

    def _read(self, code: str, raws: Sequence[Any]) -> None:
        plan = self._plan
        parsed = parse_column(ItemSpec.of(plan.catalogue.item(code)), raws, plan.catalogue.spellings(code) or None)
        self._table.values[code] = parsed.values
        for position, refusal in parsed.refused.items():
            self._refuse(position, code, refusal.message)

    def _refuse(self, position: int, code: str, message: str) -> None:
        self._table.wrong.add(position)
        self._reasons.setdefault(position, []).append({"item": code, "message": message})

    def _find_gone(self) -> set[int]:
        """Rows that the source marks as deleted; what else is wrong with them does not matter."""
        marks = self._page.columns.get(self._plan.gone_field, ()) if self._plan.gone_field else ()
        gone = {place for place, mark in enumerate(marks) if _as_said(mark) == self._plan.gone_value}
        names = self._table.values[self._plan.named_by]
        for position in gone:
            if names[position] is not None:
                self._reasons.pop(position, None)
        return gone

    def _bad_rows(self) -> Iterator[BadRow]:
        names = self._table.values[self._plan.named_by]
        for position, reasons in self._reasons.items():
            raw = {name: self._page.columns[name][position] for name in sorted(self._raw_fields())}
            name = names[position]
            yield self._bad_row(self._mark(position), raw, reasons, key_of(str(name)) if name is not None else "")
        for number, why in self._page.broken:
            yield self._bad_row(blind_index(MARK, f"line {number}").hex(), {}, [{"item": "", "message": why}], "")

    def _bad_row(self, mark: str, raw: Mapping[str, Any], reasons: Reasons, key: str) -> BadRow:
        text = json.dumps(raw, ensure_ascii=False, default=str)
        told = blind_index(PRINT, text + json.dumps(reasons, ensure_ascii=False)).hex()
        return BadRow(mark, seal(ROW, text) if raw else "", told, reasons, key)

    def _raw_fields(self) -> list[str]:
        return [name for name in self._plan.fields if name in self._page.columns]

    def _mark(self, position: int) -> str:
        """By the row's number at the source; without one, by all that it says."""
        number = self._page.columns.get(self._plan.key_field, (None,) * self._page.size)[position]
        told = number if number is not None else [self._page.columns[name][position] for name in self._raw_fields()]
        return blind_index(MARK, json.dumps(told, ensure_ascii=False, default=str)).hex()

    def _good_marks(self) -> list[str]:
        return [self._mark(position) for position in range(self._page.size) if position not in self._reasons]

    def _find_doubles(self, names: Sequence[Any]) -> set[int]:
        """Of the rows about one subject one counts; the others."""
        chosen: dict[Any, int] = {}
        left_out: set[int] = set()
        for position, name in enumerate(names):
            if position in self._reasons:
                continue
            before = chosen.setdefault(name, position)
            if before != position:
                counts, other = (before, position) if self._plan.keeps_first else (position, before)
                chosen[name] = counts
                left_out.add(other)
        return left_out

    def _days(self) -> list[date]:
        """What each row was observed on: the day of its change, as far as the source tells one."""
        today, raws = self._plan.today, self._page.columns.get(self._plan.updated_field)
        if not raws:
            return [today] * self._page.size
        return [min(_day_of(raw) or today, today) for raw in raws]


def _day_of(raw: Any) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(str(raw)[:10].replace("/", "-"))
    except ValueError:
        return None


def _as_said(mark: Any) -> str:
    """As a person writes it down: JSON's true is `true`."""
    return str(mark).lower() if isinstance(mark, bool) else str(mark).strip()
