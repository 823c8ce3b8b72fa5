"""Accepted reports as a topic of the outbox: what is pushed is read when it is sent, like an export of one report."""

import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localtime

from accounts.actors import Actor
from accounts.errors import NotFound
from accounts.models import Area
from accounts.rights import COLLECT_REPORTS, holds
from data_return.push.topics import About, Content, FileContent, NotToSend, PushField, Topic
from forms_engine.export.brought_sheet import DataRows
from forms_engine.export.copy_text import RowBlocks
from forms_engine.export.rendering import clearance_for, export_columns
from forms_engine.export.xlsx_file import XlsxFile
from forms_engine.models import FormColumn, FormTemplate, FormVersion, Report, ReportRow
from forms_engine.selectors.exports import ReportSize, copy_rows
from forms_engine.selectors.reports import get_columns, get_report, subjects_of
from forms_engine.selectors.templates import HEAVY, get_live_version, list_collectable
from forms_engine.services.export_making import NOT_IN_NAMES
from registry.catalogue import Catalogue, get_catalogue
from registry.masking import is_masked, readable, show
from registry.models import ItemType

REPORT = "report"
ASKED = "asked:"
"""Beginning of the key of a new ask, which has no item: its header follows."""
YES_NO_CODES = {"true": "是", "false": "否"}
WHOLE = re.compile(r"-?[0-9]{1,15}")


class ReportTopic(Topic):
    """A report per message, its rows with the items of the form as fields. The source is the form."""

    code = REPORT
    name = "审核通过的报表"
    file_words = "每份审核通过的报表,按本部门自己那张 Excel 的样子,放到对方的文件夹里:一个村居一期一个文件。"
    head = {
        "message": "推送件编号",
        "form": "表单名称",
        "filing_number": "备案号",
        "period": "期次",
        "reporting_date": "统计日期",
        "area_code": "村居代码(12 位)",
        "area_name": "村居名称",
        "accepted_at": "审核通过时间",
    }

    def list_sources(self, actor: Actor) -> list[tuple[int, str]]:
        return list(_own(actor).order_by("name", "pk").values_list("pk", "name"))

    def require_source(self, actor: Actor, source_id: int) -> None:
        if not _own(actor).filter(pk=source_id).exists():
            raise NotFound

    def title(self, source_id: int) -> str:
        return FormTemplate.objects.values_list("name", flat=True).get(pk=source_id)

    def list_fields(self, source_id: int) -> list[PushField]:
        """Those of the version that is sent out now, else of the latest one."""
        template = FormTemplate.objects.get(pk=source_id)
        version = get_live_version(template) or template.versions.defer(*HEAVY).order_by("-number")[0]
        catalogue = get_catalogue()
        return [_field(column, catalogue) for column in get_columns(version) if _is_answer(column)]

    def list_ready(self, actor: Actor, source_id: int) -> list[About]:
        accepted = Report.objects.visible_to(actor).filter(
            dispatch__version__template_id=source_id, state=Report.State.ACCEPTED
        )
        return [about(report) for report in accepted.order_by("reviewed_at", "pk")]

    def name_abouts(self, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
        reports = Report.objects.visible_to(actor).filter(pk__in=ids).select_related("dispatch")
        found = list(reports)
        names = dict(Area.objects.filter(code__in={one.area_code for one in found}).values_list("code", "name"))
        return {one.pk: f"{names.get(one.area_code, '')} {one.dispatch.period}" for one in found}

    def build(self, actor: Actor, source_id: int, about_id: int) -> Content:
        report, version = _accepted(actor, source_id, about_id)
        clearance, catalogue = clearance_for(version, actor), get_catalogue()
        columns = [column for column in get_columns(version) if _is_answer(column)]
        rows = list(_rows(report).values_list("subject_id", "values"))
        told = [
            {_key(one): _value(one, values.get(one.letter), clearance, catalogue) for one in columns}
            for _, values in rows
        ]
        return Content(_head(report), told, subjects_of(report, [subject for subject, _ in rows]))

    def build_file(self, actor: Actor, source_id: int, about_id: int, key: str) -> FileContent:
        report, version = _accepted(actor, source_id, about_id)
        columns = export_columns(get_columns(version), get_catalogue(), clearance_for(version, actor))
        subjects = list(_rows(report).values_list("subject_id", flat=True))
        size = ReportSize(report.pk, report.district, len(subjects))
        target = io.BytesIO()
        file = XlsxFile(
            target,
            workbook=bytes(FormVersion.objects.values_list("workbook", flat=True).get(pk=version.pk)),
            data=DataRows.of(version.layout),
            columns=columns,
            rows=size.rows,
            mark=f"推送 {_accepted_at(report)} 编号 {key[:8]}",
        )
        try:
            letters = [column.letter for column in columns if column.is_read]
            copy_rows(RowBlocks(file.add), [size], letters, unreviewed=False)
            file.close()
        finally:
            file.abandon()
        return FileContent(_filename(report, key), target.getvalue(), size.rows, subjects_of(report, subjects))


def about(report: Report) -> About:
    return About(report.pk, report.version, report.area_code)


def _own(actor: Actor) -> QuerySet[FormTemplate]:
    """Forms of the actor's department that it may collect; none for a post that does not collect."""
    if not holds(actor, COLLECT_REPORTS):
        return FormTemplate.objects.none()
    return list_collectable(actor=actor).filter(department_id=actor.department_id or 0)


def _accepted(actor: Actor, source_id: int, report_id: int) -> tuple[Report, FormVersion]:
    """Raises NotToSend where the department may not collect the form any more, or the report is not accepted."""
    if not _own(actor).filter(pk=source_id).exists():
        raise NotToSend("本部门已没有汇总这张表的授权,没有发送。请联系区管理员。")
    report = get_report(actor=actor, pk=report_id)
    version = report.dispatch.version
    if report.state != Report.State.ACCEPTED or version.template_id != source_id:
        raise NotToSend("这份报表不再是“已通过”,没有发送。")
    return report, version


def _rows(report: Report) -> QuerySet[Any]:
    rows: QuerySet[Any] = ReportRow.objects.filter(district=report.district, report=report)
    return rows.exclude(state=ReportRow.State.REMOVED).order_by("position", "subject_id")


def _head(report: Report) -> dict[str, str]:
    area = Area.objects.get(code=report.area_code)
    dispatch = report.dispatch
    return {
        "form": dispatch.version.template.name,
        "filing_number": dispatch.version.filing_number,
        "period": dispatch.period,
        "reporting_date": dispatch.reporting_date.isoformat(),
        "area_code": area.official_code,
        "area_name": area.name,
        "accepted_at": _accepted_at(report),
    }


def _accepted_at(report: Report) -> str:
    return localtime(report.reviewed_at).isoformat(timespec="seconds") if report.reviewed_at else ""


def _filename(report: Report, key: str) -> str:
    area = Area.objects.values_list("name", flat=True).get(code=report.area_code)
    parts = [report.dispatch.version.template.name, report.dispatch.period, area, key[:8]]
    return f"{NOT_IN_NAMES.sub('_', '_'.join(parts))[:190]}.xlsx"


def _is_answer(column: FormColumn) -> bool:
    return column.kind != FormColumn.Kind.NUMBER


def _key(column: FormColumn) -> str:
    return column.item_id or ASKED + column.header


def _field(column: FormColumn, catalogue: Catalogue) -> PushField:
    item = column.item
    if item is None:
        return PushField(_key(column), column.header, codes=YES_NO_CODES if column.type == ItemType.BOOLEAN else {})
    codes = catalogue.labels(item.code) if item.type == ItemType.CODE else {}
    if item.type == ItemType.BOOLEAN:
        codes = YES_NO_CODES
    return PushField(_key(column), column.header, item.level, codes)


def _value(column: FormColumn, stored: Any, clearance: int, catalogue: Catalogue) -> Any:
    """Canonical: codes as codes, numbers as numbers. Above the clearance the one mask; seals are opened here."""
    item = column.item
    if stored is None or item is None:
        return stored
    if is_masked(item, clearance):
        return show(item, stored, clearance, catalogue)
    if item.type in (ItemType.INTEGER, ItemType.DECIMAL):
        return _number(stored)
    return readable(item, stored, catalogue) if item.is_sealed else stored


def _number(stored: Any) -> Any:
    """A number of JSON, as exact as it is stored; what is none stays the text that it is."""
    text = str(stored)
    if WHOLE.fullmatch(text):
        return int(text)
    try:
        return float(Decimal(text))
    except ArithmeticError:
        return stored
