"""The desk: one call's rows, locked in one order, read once, changed in Python, written once.

A cell carries a counter. An edit names the counter its browser saw; another counter means that somebody was faster,
and nothing is written. The same edit sent twice by the same post (the answer was lost on the way) is no conflict.
"""

import json
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from accounts.errors import Conflict, DomainError, NotFound
from forms_engine.models import CellEdit, FormColumn, Report, ReportRow
from forms_engine.rules import CellState, cell_state, is_editable
from forms_engine.selectors.reports import get_columns
from forms_engine.services.fill.edits import ConflictCell, Edit, RefusedCell, SavedCell, SaveResult
from forms_engine.services.fill.gate import enter
from registry.catalogue import Catalogue, get_catalogue
from registry.changes import seal_values
from registry.masking import is_masked, readable, show
from registry.models import Entity
from registry.rules import ItemSpec, ValueRefused, parse_value

Row = dict[str, Any]


class Desk:
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
        """An old, doubtful or returned value is right as it is."""
        row, column = self._row(subject_id), self._column(letter)
        flag = row["flags"].pop(letter, None)
        returned = not row["comments"].get(letter, {"done": True}).get("done")
        if letter not in row["values"] or not (flag or returned):
            return
        edit = {key: kept for key, kept in row["edits"].get(letter, {"n": 0}).items() if key != "undone"}
        edit = {"was": row["values"][letter]} | edit | ({"flag": flag} if flag else {})
        row["edits"][letter] = edit | self._stamp(edit) | {"ok": True}
        self._answer(row, letter)
        self.touched.add(subject_id)
        self._saved(row, column)

    def undo(self, subject_id: int, letter: str, seen: int) -> SavedCell:
        row, column = self._row(subject_id), self._column(letter)
        edit = row["edits"].get(letter)
        if edit is None or edit["n"] != seen:
            raise Conflict
        self._trace(row, letter, edit["was"])
        _assign(row["values"], letter, edit["was"])
        if "flag" in edit:
            row["flags"][letter] = edit["flag"]
        # The counter goes on: a browser that still shows the undone value must not overwrite silently.
        row["edits"][letter] = self._stamp(edit) | {"was": edit["was"], "ok": True, "undone": True}
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
        kept = {"was": edit["was"], "flag": row["flags"].pop(letter, edit.get("flag")), "ix": mark or None}
        row["edits"][letter] = self._stamp(edit) | {key: kept[key] for key in kept if key == "was" or kept[key]}
        self._trace(row, letter, stored)
        _assign(row["values"], letter, stored)
        self._answer(row, letter)
        self.touched.add(row["subject_id"])

    def _answer(self, row: Row, letter: str) -> None:
        """The worker acted on the reviewer's comment, if there is one."""
        if letter in row["comments"]:
            row["comments"][letter]["done"] = True

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
