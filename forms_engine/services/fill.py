"""Fill (填报): every edit is saved at once; two workers never silently overwrite each other.

A cell carries a counter. An edit names the counter its browser saw; another counter means that somebody was faster,
and nothing is written. The same edit sent twice by the same post (the answer was lost on the way) is no conflict.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotFound
from accounts.rights import FILL_REPORTS, SUBMIT_REPORTS, require
from forms_engine.models import CellEdit, FormColumn, Report, ReportRow
from forms_engine.rules import CellState, cell_state, is_editable
from forms_engine.selectors.reports import get_columns
from forms_engine.services.prefill import get_roster, insert_subject
from registry.catalogue import Catalogue, get_catalogue, model_of
from registry.changes import seal_values
from registry.masking import is_masked, readable, show
from registry.models import Entity
from registry.rules import ItemSpec, ValueRefused, parse_value

MOST_EDITS = 5000
MOST_GAPS = 200
Row = dict[str, Any]


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


@dataclass(frozen=True, slots=True)
class Gap:
    """A cell that keeps the report from being submitted."""

    position: int
    subject_id: int
    letter: str
    header: str


class ReportClosed(Conflict):
    code = "report_closed"
    default = "这张表已经提交,不能再改。如需修改,请联系审核人退回。"


class GapsLeft(DomainError):
    """gaps: the first 200 of them; count: all."""

    code = "gaps_left"

    def __init__(self, gaps: list[Gap], count: int) -> None:
        self.gaps, self.count = gaps, count
        super().__init__(f"还有 {count} 格没有填好,请补齐后再提交。")


@transaction.atomic
def save_cells(*, actor: Actor, report: Report, edits: Sequence[Edit]) -> SaveResult:
    """Save what a worker typed or pasted. Good cells are written, the others come back with their reason.

    Raises ReportClosed, NotFound (no such row in the scope), DomainError (more than 5,000 cells at once).
    """
    require(actor, FILL_REPORTS)
    if len(edits) > MOST_EDITS:
        raise DomainError(f"一次最多粘贴 {MOST_EDITS} 格,请分几次粘贴。")
    desk = _Desk(actor, report, {edit.subject_id for edit in edits})
    for edit in edits:
        desk.take(edit)
    desk.write()
    if desk.result.saved:
        record(actor, "report.cells_saved", report, cells=len(desk.result.saved))
    return desk.result


@transaction.atomic
def confirm_cells(*, actor: Actor, report: Report, cells: Sequence[tuple[int, str]]) -> list[SavedCell]:
    """Say that old (待核实) or doubtful (有差异) values are right as they are."""
    require(actor, FILL_REPORTS)
    desk = _Desk(actor, report, {subject_id for subject_id, _ in cells})
    for subject_id, letter in cells:
        desk.confirm(subject_id, letter)
    desk.write()
    if desk.result.saved:
        record(actor, "report.cells_confirmed", report, cells=len(desk.result.saved))
    return desk.result.saved


@transaction.atomic
def undo_cell(*, actor: Actor, report: Report, subject_id: int, letter: str, seen: int) -> SavedCell:
    """Put the value back that the cell had at dispatch. Raises Conflict where it changed since `seen`."""
    require(actor, FILL_REPORTS)
    desk = _Desk(actor, report, {subject_id})
    saved = desk.undo(subject_id, letter, seen)
    desk.write()
    record(actor, "report.cell_undone", report)
    return saved


@transaction.atomic
def add_subject(*, actor: Actor, report: Report, subject_id: int, reason: str) -> ReportRow:
    """Add somebody of the registry whom the roster missed. Raises NotFound outside the scope, Conflict if listed."""
    require(actor, FILL_REPORTS)
    enter(report)
    roster = get_roster(report.dispatch)
    if not model_of(roster.version.subject)._default_manager.visible_to(actor).filter(pk=subject_id).exists():  # type: ignore[attr-defined]
        raise NotFound("登记库中没有找到这个对象,请先在“居民与房屋”中登记。")
    if not insert_subject(roster, report, subject_id, _reason(reason)):
        raise Conflict("名册中已有这个对象。如果之前移出过,请在“已移出”中恢复。")
    record(actor, "report.subject_added", report, subject=subject_id)
    return ReportRow.objects.get(report=report, subject_id=subject_id)


@transaction.atomic
def remove_subject(*, actor: Actor, report: Report, subject_id: int, reason: str) -> None:
    """Take a row out of the roster; it stays kept and can be restored."""
    _mark(actor, report, subject_id, ReportRow.State.REMOVED, _reason(reason))
    record(actor, "report.subject_removed", report, subject=subject_id)


@transaction.atomic
def restore_subject(*, actor: Actor, report: Report, subject_id: int) -> None:
    """Put a removed row back."""
    _mark(actor, report, subject_id, ReportRow.State.LISTED, "")
    record(actor, "report.subject_restored", report, subject=subject_id)


@transaction.atomic
def submit_report(*, actor: Actor, report: Report) -> Report:
    """Hand the report to the town. Raises GapsLeft with what is missing, ReportClosed on a second submit."""
    require(actor, SUBMIT_REPORTS, report.area_code)
    enter(report, alone=True)
    report = Report.objects.select_for_update(of=("self",)).select_related("dispatch__version").get(pk=report.pk)
    gaps, count = find_gaps(report, get_columns(report.dispatch.version))
    if count:
        raise GapsLeft(gaps, count)
    report.state, report.submitted_by_id, report.submitted_at = Report.State.SUBMITTED, actor.post_id, timezone.now()
    report.version += 1
    report.save(update_fields=["state", "submitted_by", "submitted_at", "version"])
    record(actor, "report.submitted", report)
    return report


def find_gaps(report: Report, columns: Sequence[FormColumn]) -> tuple[list[Gap], int]:
    """Required cells without a value and returned cells not yet changed: the first 200, and how many in all."""
    headers = {column.letter: column.header for column in columns}
    required = [column.letter for column in columns if column.required]
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, [required, report.pk, report.district, MOST_GAPS])
        found = cursor.fetchall()
    gaps = [Gap(position, subject_id, letter, headers[letter]) for position, subject_id, letter, _ in found]
    return gaps, found[0][3] if found else 0


_GAPS = """
SELECT w.position, w.subject_id, g.letter, count(*) OVER ()
FROM forms_engine_reportrow w
CROSS JOIN LATERAL (
    SELECT l AS letter FROM unnest(%s::text[]) l WHERE NOT w.values ? l
    UNION
    SELECT key FROM jsonb_each(w.comments) WHERE NOT value ? 'done'
) g
WHERE w.report_id = %s AND w.district = %s AND w.state <> 'removed'
ORDER BY w.position, w.subject_id, length(g.letter), g.letter
LIMIT %s
"""


class _Desk:
    """The rows one call works on: locked, read once, written once."""

    def __init__(self, actor: Actor, report: Report, subject_ids: set[int]) -> None:
        self.actor, self.report = actor, report
        enter(report)
        self.rows = _lock_rows(actor, report, subject_ids)
        self.columns = {column.letter: column for column in get_columns(report.dispatch.version)}
        self.catalogue = get_catalogue()
        self.now = timezone.now().isoformat(timespec="seconds")
        self.result = SaveResult()
        self.touched: set[int] = set()
        self.trace: list[CellEdit] = []

    def take(self, edit: Edit) -> None:
        row, column = self._row(edit.subject_id), self._column(edit.letter)
        try:
            plain = _parse(column, edit.raw, self.catalogue)
        except ValueRefused as refusal:
            self.result.refused.append(RefusedCell(edit.subject_id, edit.letter, refusal.message))
            return
        last = row["edits"].get(edit.letter, {})
        if last.get("n", 0) != edit.seen:
            self._take_late(edit, row, column, plain, last)
            return
        self._put(row, column, plain)
        self._saved(row, column)

    def confirm(self, subject_id: int, letter: str) -> None:
        row, column = self._row(subject_id), self._column(letter)
        if letter not in row["values"] or row["flags"].pop(letter, None) is None:
            return
        edit = row["edits"].get(letter, {"was": row["values"][letter], "n": 0})
        row["edits"][letter] = edit | self._stamp(edit) | {"ok": True}
        self.touched.add(subject_id)
        self._saved(row, column)

    def undo(self, subject_id: int, letter: str, seen: int) -> SavedCell:
        row, column = self._row(subject_id), self._column(letter)
        edit = row["edits"].get(letter)
        if edit is None or edit["n"] != seen:
            raise Conflict
        self._trace(row, letter, edit["was"])
        _assign(row["values"], letter, edit["was"])
        # The counter goes on: a browser that still shows the undone value must not overwrite silently.
        row["edits"][letter] = self._stamp(edit) | {"was": edit["was"], "ok": True}
        self.touched.add(subject_id)
        self._saved(row, column)
        return self.result.saved[-1]

    def write(self) -> None:
        if not self.touched:
            return
        fields = ("subject_id", "values", "flags", "edits", "comments")
        changed = [{name: self.rows[subject_id][name] for name in fields} for subject_id in self.touched]
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [json.dumps(changed), self.report.district, self.report.pk])
        CellEdit.objects.bulk_create(self.trace)

    def _take_late(self, edit: Edit, row: Row, column: FormColumn, plain: Any, last: dict[str, Any]) -> None:
        """Somebody was faster: unless it was this very edit, tell what stands there now."""
        same = self._plain(column, row["values"].get(edit.letter)) == plain
        if same and last.get("by") == self.actor.post_id:
            self._saved(row, column)
            return
        text = self._text(column, row["values"].get(edit.letter))
        self.result.conflicts.append(
            ConflictCell(edit.subject_id, edit.letter, text, last.get("n", 0), last.get("by"), last.get("at", ""))
        )

    def _put(self, row: Row, column: FormColumn, plain: Any) -> None:
        letter, before = column.letter, row["values"].get(column.letter)
        stored, mark = _seal(column, plain)
        edit = row["edits"].get(letter, {"was": before, "n": 0})
        row["edits"][letter] = self._stamp(edit) | {"was": edit["was"]} | ({"ix": mark} if mark else {})
        self._trace(row, letter, stored)
        _assign(row["values"], letter, stored)
        row["flags"].pop(letter, None)
        if letter in row["comments"]:
            row["comments"][letter]["done"] = True
        self.touched.add(row["subject_id"])

    def _stamp(self, edit: dict[str, Any]) -> dict[str, Any]:
        return {"n": edit["n"] + 1, "by": self.actor.post_id, "at": self.now}

    def _trace(self, row: Row, letter: str, after: Any) -> None:
        self.trace.append(
            CellEdit(
                district=self.report.district,
                area_code=row["area_code"],
                report=self.report,
                subject_id=row["subject_id"],
                letter=letter,
                before=row["values"].get(letter),
                after=after,
                post_id=self.actor.post_id,
            )
        )

    def _saved(self, row: Row, column: FormColumn) -> None:
        letter = column.letter
        state = cell_state(
            letter,
            required=column.required,
            masked=column.item is not None and is_masked(column.item, self.actor.clearance),
            values=row["values"],
            flags=row["flags"],
            edits=row["edits"],
            comments=row["comments"],
        )
        text = self._text(column, row["values"].get(letter))
        n = row["edits"].get(letter, {}).get("n", 0)
        self.result.saved.append(SavedCell(row["subject_id"], letter, text, CellState(state).value, n))

    def _text(self, column: FormColumn, value: Any) -> str:
        if column.item is None:
            return "" if value is None else _plain_text(value)
        return show(column.item, value, self.actor.clearance, self.catalogue)

    def _plain(self, column: FormColumn, value: Any) -> Any:
        """The canonical value out of its seal, for comparing."""
        if value is not None and column.item is not None and column.item.is_sealed:
            return readable(column.item, value, self.catalogue)
        return value

    def _row(self, subject_id: int) -> Row:
        try:
            return self.rows[subject_id]
        except KeyError:
            raise NotFound("这一行不在您的名册中,请刷新页面。") from None

    def _column(self, letter: str) -> FormColumn:
        column = self.columns.get(letter)
        if column is None or not is_editable(column):
            raise DomainError("这一列由系统计算,不能填写。")
        return column


_WRITE = """
UPDATE forms_engine_reportrow w
SET "values" = r.values, flags = r.flags, edits = r.edits, comments = r.comments
FROM jsonb_to_recordset(%s::jsonb) AS r(subject_id bigint, "values" jsonb, flags jsonb, edits jsonb, comments jsonb)
WHERE w.district = %s AND w.report_id = %s AND w.subject_id = r.subject_id
"""


def _lock_rows(actor: Actor, report: Report, subject_ids: set[int]) -> dict[int, Row]:
    """Locked in one order, so that two pastes cannot wait for each other."""
    rows = (
        ReportRow.objects.visible_to(actor)
        .filter(district=report.district, report=report, subject_id__in=subject_ids)
        .exclude(state=ReportRow.State.REMOVED)
        .order_by("subject_id")
        .select_for_update()
        .values("subject_id", "area_code", "values", "flags", "edits", "comments")
    )
    return {row["subject_id"]: row for row in rows}


def enter(report: Report, *, alone: bool = False) -> None:
    """Work on an open report: workers side by side, whoever closes it `alone`. Held to the end of the transaction.

    Raises ReportClosed, NotFound outside the scope. The state is read after the lock: a submit that came first has committed by then. A lock on
    the report's row would not do: a grid worker may read the community's report, not lock it.
    """
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended('forms_engine.report', %s))", [report.pk])
    current = Report.objects.filter(pk=report.pk).only("state").first()
    if current is None:
        raise NotFound
    if not current.is_open:
        raise ReportClosed


def _mark(actor: Actor, report: Report, subject_id: int, state: str, reason: str) -> None:
    require(actor, FILL_REPORTS)
    enter(report)
    rows = ReportRow.objects.visible_to(actor).filter(report=report, subject_id=subject_id)
    if not rows.select_for_update().exists():
        raise NotFound("这一行不在您的名册中,请刷新页面。")
    rows.update(state=state, reason=reason)


def _reason(text: str) -> str:
    if not text.strip():
        raise DomainError("请填写原因。", field="reason")
    return text.strip()[:200]


def _assign(values: dict[str, Any], letter: str, value: Any) -> None:
    if value is None:
        values.pop(letter, None)
    else:
        values[letter] = value


def _parse(column: FormColumn, raw: Any, catalogue: Catalogue) -> Any:
    if column.item is None:
        return parse_value(ItemSpec("", column.short_header, Entity.PERSON, column.type), raw)
    return parse_value(ItemSpec.of(column.item), raw, catalogue.spellings(column.item.code))


def _seal(column: FormColumn, plain: Any) -> tuple[Any, str]:
    """Stored form and, of a sealed item, its blind index in hex."""
    if column.item is None or plain is None:
        return plain, ""
    stored, marks = seal_values({column.item.code: plain})
    return stored[column.item.code], marks.get(column.item.code, "")


def _plain_text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


__all__ = [
    "ConflictCell", "Edit", "Gap", "GapsLeft", "RefusedCell", "ReportClosed", "SaveResult", "SavedCell",
    "add_subject", "confirm_cells", "find_gaps", "remove_subject", "restore_subject", "save_cells", "submit_report",
    "undo_cell",
]  # fmt: skip
