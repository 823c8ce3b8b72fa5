"""The making of an export: batch by batch in a background job, into the brought workbook or a CSV."""

import re
import uuid
from collections.abc import Generator, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO

from django.core.files import File
from django.utils.timezone import localtime

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError
from accounts.exporting import fingerprint
from accounts.jobs import Progress, Steps
from accounts.models import Job
from forms_engine.export.brought_sheet import DataRows
from forms_engine.export.columns import ExportColumn
from forms_engine.export.copy_text import RowBlocks
from forms_engine.export.csv_file import CsvFile
from forms_engine.export.file_format import FileFormat
from forms_engine.export.rendering import clearance_for, export_columns
from forms_engine.export.xlsx_file import EXCEL_ROWS, XlsxFile
from forms_engine.models import Dispatch, Export
from forms_engine.selectors.exports import ReportSize, copy_rows, list_copied_subjects, list_report_sizes
from forms_engine.selectors.reports import get_columns
from registry.catalogue import get_catalogue, model_of

EXPORT = "forms_engine.export"
STEP_ROWS = 20_000
TRIES = 3
NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


class TooManyRows(DomainError):
    code = "too_many_rows"


class StillChanging(DomainError):
    """Villages handed in or were returned while the file was made, again and again."""

    code = "still_changing"
    default = "导出期间报表一直有变化,没有得到完整的一份。请稍后再导出一次。"


def make_export(actor: Actor, job: Job, *, export: int, file_format: str, unreviewed: bool) -> Steps:
    """Job: write the file batch by batch and keep it under the export. Starting anew writes it anew."""
    found = Export.objects.select_related("dispatch__version__template").get(pk=export)
    with TemporaryFile() as target:
        rows = yield from _write_unchanged(found, actor, target, FileFormat(file_format), unreviewed=unreviewed)
        target.seek(0)
        found.filename = _filename(found.dispatch, file_format, unreviewed=unreviewed)
        found.file.save(f"{uuid.uuid4().hex}.{file_format}", File(target), save=False)
        found.save(update_fields=["file", "filename"])
        target.seek(0)
        file = fingerprint(target)
        record(actor, "export.finished", found, rows=rows, bytes=found.file.size, unreviewed=unreviewed, file=file)
    return {"export": export, "rows": rows}


def _write_unchanged(
    export: Export, actor: Actor, target: IO[bytes], file_format: FileFormat, *, unreviewed: bool
) -> Generator[Progress, None, int]:
    """Write until the reports held still from the first batch to the last: the footer's place depends on the count."""
    for _ in range(TRIES):
        sizes = list_report_sizes(export.dispatch_id, unreviewed=unreviewed)
        planned = sum(size.rows for size in sizes)
        target.seek(0)
        target.truncate()
        version = export.dispatch.version
        columns = export_columns(get_columns(version), get_catalogue(), clearance_for(version, actor))
        file = _open(target, file_format, export, actor, columns, planned)
        kind = model_of(version.subject)._meta.label_lower
        letters = [column.letter for column in columns if column.is_read]
        try:
            written = 0
            for batch in _batches(sizes):
                yield Progress(written, planned)
                written += copy_rows(RowBlocks(file.add), batch, letters, unreviewed=unreviewed)
                taken = list_copied_subjects(batch, unreviewed=unreviewed)
                record(actor, "export.rows_taken", export, subjects=(kind, taken), reports=len(batch), rows=len(taken))
            file.close()
        finally:
            file.abandon()
        if written == planned:
            return written
    raise StillChanging


def _open(
    target: IO[bytes], file_format: FileFormat, export: Export, actor: Actor, columns: list[ExportColumn], rows: int
) -> XlsxFile | CsvFile:
    if file_format == FileFormat.CSV:
        return CsvFile(target, columns)
    version = export.dispatch.version
    data = DataRows.of(version.layout)
    if data.last + rows > EXCEL_ROWS:
        raise TooManyRows(f"共 {rows:,} 行,超过 Excel 一张工作表的上限({EXCEL_ROWS:,} 行)。请改为导出 CSV。")
    return XlsxFile(
        target, workbook=bytes(version.workbook), data=data, columns=columns, rows=rows, mark=_mark(export, actor)
    )


def _batches(sizes: Sequence[ReportSize]) -> Iterator[list[ReportSize]]:
    """Reports in order, so many at a time that a step stays short; at least one batch."""
    batch: list[ReportSize] = []
    rows = 0
    for size in sizes:
        if batch and rows + size.rows > STEP_ROWS:
            yield batch
            batch, rows = [], 0
        batch.append(size)
        rows += size.rows
    yield batch


def _mark(export: Export, actor: Actor) -> str:
    """Watermark (水印): who, when, which export."""
    made = localtime().strftime("%Y-%m-%d %H:%M")
    return f"{actor.department_name or actor.area_name} {actor.name} {made} 导出 编号 {export.pk}"


def _filename(dispatch: Dispatch, file_format: str, *, unreviewed: bool) -> str:
    parts = [dispatch.version.template.name, dispatch.period, *["含未审核"] * unreviewed]
    return f"{NOT_IN_NAMES.sub('_', '_'.join(parts))[:190]}.{file_format}"
