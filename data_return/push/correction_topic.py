"""Accepted corrections (采纳的校核) as a topic of the outbox: what a village found out goes back to the source system.

The source is a dataset of the department. A message is one correction: whom it is about, by what names the subject in
the dataset itself, what was wrong and what is right. Values go in full: the department sends its own data officer's
answer to its own system. They are read and opened when they are sent, and kept nowhere.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.timezone import localtime

from accounts.actors import Actor
from accounts.audit import Subjects, those
from accounts.codes import Level, ancestor
from accounts.errors import NotFound
from accounts.exporting import write_table
from accounts.models import Area
from data_return.correction_rules import DISPUTED, Action, Finding
from data_return.models import Correction, CorrectionStep, Dataset, ReturnedRecord
from data_return.models.corrections import OfDepartmentQuerySet
from data_return.models.datasets import NAMED_BY
from data_return.push.topics import About, Content, FileContent, NotToSend, PushField, Topic
from data_return.selectors.datasets import list_items
from data_return.services.push import put_into_outbox
from registry.catalogue import get_catalogue
from registry.masking import readable
from registry.models import DataItem

CORRECTION = "correction"
FINDINGS = {one.value: str(one.label) for one in (Finding(value) for value in DISPUTED)}


class CorrectionTopic(Topic):
    """A correction per message, with one row."""

    code = CORRECTION
    name = "采纳的校核"
    file_words = "每件采纳的校核,一个 Excel 文件,放到对方的文件夹里。"
    head = {
        "message": "推送件编号",
        "dataset": "数据集名称",
        "area_code": "村居代码(12 位)",
        "area_name": "村居名称",
        "accepted_at": "采纳时间",
    }

    def list_sources(self, actor: Actor) -> list[tuple[int, str]]:
        return list(
            Dataset.objects.kept_by(actor).filter(live__isnull=False).order_by("name").values_list("pk", "name")
        )

    def require_source(self, actor: Actor, source_id: int) -> None:
        if not Dataset.objects.kept_by(actor).filter(pk=source_id).exists():
            raise NotFound

    def title(self, source_id: int) -> str:
        return Dataset.objects.values_list("name", flat=True).get(pk=source_id)

    def list_fields(self, source_id: int) -> list[PushField]:
        dataset = Dataset.objects.select_related("live").get(pk=source_id)
        items = list_items(dataset.live) if dataset.live else []
        named, highest = _named_by(dataset), max((item.level for item in items), default=1)
        return [
            PushField("number", "校核编号"),
            PushField(named.code, named.name, named.level),
            PushField("finding", "核实结果", codes=FINDINGS),
            PushField("item", "数据项", codes={item.code: item.name for item in items}),
            PushField("kept", "部门现在的值", highest),
            PushField("value", "正确的值", highest),
            PushField("value_code", "正确的值(代码)", highest),
            PushField("note", "村居的说明", highest),
            PushField("answer", "部门的答复", highest),
            PushField("marked_at", "村居提出时间"),
        ]

    def list_ready(self, actor: Actor, source_id: int) -> list[About]:
        found = _only_accepted(Correction.objects.visible_to(actor).filter(dataset=source_id))
        return [_about(one) for one in found.order_by("answered_at", "pk")]

    def name_abouts(self, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
        found = list(Correction.objects.visible_to(actor).filter(pk__in=ids).select_related("dataset"))
        names = dict(Area.objects.filter(code__in={_community(one) for one in found}).values_list("code", "name"))
        return {one.pk: f"{names.get(_community(one), '')} {one.dataset} 第 {one.pk} 件" for one in found}

    def build(self, actor: Actor, source_id: int, about_id: int) -> Content:
        correction, record = _accepted(actor, source_id, about_id)
        return Content(_head(correction), [_row(correction, record)], _subjects(record))

    def build_file(self, actor: Actor, source_id: int, about_id: int, key: str) -> FileContent:
        correction, record = _accepted(actor, source_id, about_id)
        head, row, fields = _head(correction), _row(correction, record), self.list_fields(source_id)
        told = [head.get(name, key) for name in self.head]
        told += [_text(row[field.key], field.codes) for field in fields]
        labels = [*self.head.values(), *(field.label for field in fields)]
        data = write_table(self.name, labels, [told])
        return FileContent(f"校核_{correction.pk}_{key[:8]}.xlsx", data, 1, _subjects(record))


def put_accepted_into_outbox(actor: Actor, corrections: Sequence[Correction]) -> None:
    """A listener of `correction_hooks`: in the transaction of the answer."""
    put_into_outbox(CORRECTION, [(one.dataset_id, _about(one)) for one in corrections])


def _about(correction: Correction) -> About:
    """version: of the round, in which one answer is given."""
    return About(correction.pk, correction.round, correction.area_code)


def _only_accepted(found: OfDepartmentQuerySet) -> OfDepartmentQuerySet:
    """Also those that the village has taken note of since; nothing takes an acceptance back."""
    steps = CorrectionStep.objects.filter(
        district=OuterRef("district"), correction=OuterRef("pk"), action=Action.ACCEPT
    )
    return found.filter(Exists(steps))


def _accepted(actor: Actor, source_id: int, about_id: int) -> tuple[Correction, ReturnedRecord]:
    """Raises NotToSend where it is accepted no more, or the record is gone."""
    found = Correction.objects.visible_to(actor).select_related("dataset__live", "item")
    correction = _only_accepted(found.filter(pk=about_id, dataset=source_id)).first()
    if correction is None:
        raise NotToSend("这件校核不是“已采纳”,没有发送。")
    record = ReturnedRecord.objects.visible_to(actor).filter(pk=correction.record_id, dataset=source_id).first()
    if record is None:
        raise NotToSend("这条数据已经不在数据集里,没有发送。请在来源系统里直接处理。")
    return correction, record


def _head(correction: Correction) -> Mapping[str, str]:
    area = Area.objects.filter(code=_community(correction)).first()
    return {
        "dataset": correction.dataset.name,
        "area_code": area.official_code if area else "",
        "area_name": area.name if area else "",
        "accepted_at": _moment(correction.answered_at),
    }


def _row(correction: Correction, record: ReturnedRecord) -> dict[str, Any]:
    named = _named_by(correction.dataset)
    item = get_catalogue().item(correction.item_id) if correction.item_id else None
    return {
        "number": correction.pk,
        named.code: _plain(named, record.values.get(named.code)),
        "finding": correction.finding,
        "item": correction.item_id,
        "kept": _plain(item, record.values.get(item.code)) if item else None,
        "value": _plain(item, correction.value) if item else None,
        "value_code": correction.value if item and not item.is_sealed else None,
        "note": correction.note,
        "answer": correction.answer,
        "marked_at": _moment(correction.marked_at),
    }


def _plain(item: DataItem, value: Any) -> str | None:
    """In full, as people write it."""
    return readable(item, value, get_catalogue()) if value not in (None, "") else None


def _text(value: Any, codes: Mapping[str, str]) -> str:
    return "" if value is None else codes.get(str(value), str(value))


def _named_by(dataset: Dataset) -> DataItem:
    return get_catalogue().item(NAMED_BY[dataset.subject])


def _community(correction: Correction) -> int:
    return ancestor(correction.area_code, Level.COMMUNITY)


def _subjects(record: ReturnedRecord) -> Subjects:
    return those([record])


def _moment(at: datetime | None) -> str:
    return localtime(at).isoformat(timespec="seconds") if at else ""
