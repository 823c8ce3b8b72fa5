"""The ledger of events (事件台账): one row an event, as departments know it on paper. Pure."""

from datetime import datetime

from django.utils import timezone

from accounts.actors import Actor
from registry.catalogue import Catalogue
from registry.masking import show
from registry.models import Event

HEADERS = (
    "序号", "编号", "类别", "标题", "地点", "发生时间", "上报人", "涉及人员", "情况说明", "状态", "受理时间", "经办人",
    "办结时间", "处理情况",
)  # fmt: skip


def ledger_row(nth: int, event: Event, actor: Actor, catalogue: Catalogue) -> list[str]:
    """Texts in the order of HEADERS. Needs `steps`, `people`, reporter and handler loaded. Names pass the mask."""
    name, reporter = catalogue.item("person.name"), catalogue.item("event.reporter")
    steps = list(event.steps.all())
    accepted = next((step.at for step in steps if step.state == Event.State.HANDLING), None)
    return [
        str(nth),
        event.number,
        catalogue.labels("event.category").get(event.category, event.category),
        event.title,
        event.place,
        _time(event.occurred_at),
        show(reporter, event.reporter.user.full_name, actor.clearance, catalogue),
        "、".join(show(name, person.name, actor.clearance, catalogue) for person in event.people.all()),
        event.description,
        event.get_state_display(),
        _time(accepted),
        event.handler.user.full_name if event.handler else "",
        _time(event.closed_at),
        ";".join(step.note for step in steps if step.note),
    ]


def _time(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""
