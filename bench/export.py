"""Export into the brought workbook against Python's csv module and against pandas with openpyxl."""

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from django.db import connection
from django.test import override_settings
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.models import Job
from accounts.scope import acting_as
from bench.frame import Line, at_most, faster, seconds, undone
from bench.roster import OPEN, count_people, make_department, make_form, reports_of, send
from forms_engine.models import Dispatch, Export, Report, ReportRow
from forms_engine.services.export_making import EXPORT, make_export
from forms_engine.services.prefill import get_roster, insert_rows

ROWS, PANDAS_ROWS = 100_000, 20_000
CSV_BAR, PANDAS_BAR = 5.0, 15.0
ITEMS = (*OPEN, "person.blood_type")


def run() -> list[Line]:
    lines: list[Line] = []
    with undone(), tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        actor = make_department()
        with acting_as(actor):
            lines = _measure(actor, Path(folder))
    return lines


def _measure(actor: Actor, folder: Path) -> list[Line]:
    dispatch = _filled(actor)
    letters = [column.letter for column in dispatch.version.columns.order_by("position") if column.item_id]
    rows, columns = ReportRow.objects.filter(report__dispatch=dispatch).count(), f"x {len(letters) + 1}"
    ours = seconds(lambda: _export(actor, dispatch), times=2)
    written = seconds(lambda: _write_csv(dispatch, letters, folder / "plain.csv"), times=2)
    _keep_rows(dispatch, PANDAS_ROWS)
    smaller = seconds(lambda: _export(actor, dispatch), times=2)
    pandas = seconds(lambda: _write_with_pandas(dispatch, letters, folder / "pandas.xlsx"))
    return [
        at_most(f"export of {rows:,} {columns} into the brought Excel / csv module", ours, written, CSV_BAR),
        faster(f"pandas + openpyxl / export of {min(rows, PANDAS_ROWS):,} {columns}", smaller, pandas, PANDAS_BAR),
    ]


def _filled(actor: Actor) -> Dispatch:
    """An accepted sending with exactly so many rows, or all there are."""
    communities, rows = [], 0
    for code, people in count_people().items():
        if rows < ROWS:
            communities.append(code)
            rows += people
    dispatch = send(actor, make_form(actor, ITEMS), communities, "导出")
    reports = reports_of(dispatch)
    insert_rows(get_roster(dispatch), reports)
    Report.objects.filter(dispatch=dispatch).update(state=Report.State.ACCEPTED)
    _keep_rows(dispatch, ROWS)
    return dispatch


def _keep_rows(dispatch: Dispatch, count: int) -> None:
    """By place in the file: new rows have no statistics yet, and a join would be planned for one of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM forms_engine_reportrow WHERE ctid = ANY (ARRAY("
            "SELECT w.ctid FROM forms_engine_reportrow w"
            " WHERE w.report_id IN (SELECT id FROM forms_engine_report WHERE dispatch_id = %s)"
            " ORDER BY w.area_code, w.report_id, w.position OFFSET %s))",
            [dispatch.pk, count],
        )


def _export(actor: Actor, dispatch: Dispatch) -> None:
    """The whole job, file kept and audited."""
    with undone():
        export = Export.objects.create(dispatch=dispatch, post_id=actor.post_id, expires_at=now())
        job = Job.objects.create(kind=EXPORT, post_id=actor.post_id)
        for _ in make_export(actor, job, export=export.pk, file_format="xlsx", unreviewed=False):
            pass


def _rows_query(dispatch: Dispatch, letters: Sequence[str]) -> str:
    cells = ", ".join(f"""w."values"->>'{letter}'""" for letter in letters)
    return (
        f"SELECT {cells} FROM forms_engine_reportrow w JOIN forms_engine_report r ON r.id = w.report_id"
        f" AND r.district = w.district WHERE r.dispatch_id = {dispatch.pk} AND w.state <> '{ReportRow.State.REMOVED}'"
        " ORDER BY r.area_code, w.position"
    )


def _write_csv(dispatch: Dispatch, letters: Sequence[str], path: Path) -> None:
    with connection.cursor() as cursor, path.open("w", encoding="utf-8", newline="") as file:
        cursor.execute(_rows_query(dispatch, letters))
        writer = csv.writer(file)
        while rows := cursor.fetchmany(2_000):
            writer.writerows(rows)


def _write_with_pandas(dispatch: Dispatch, letters: Sequence[str], path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_rows_query(dispatch, letters))
        frame = pd.DataFrame(cursor.fetchall(), columns=list(letters))
    frame.to_excel(path, engine="openpyxl", index=True)
