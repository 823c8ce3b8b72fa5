"""How a subject came by its tags (标签经过): since, until, why and by what, as far as the reader may know."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate

from accounts.actors import Actor
from registry.catalogue import get_catalogue
from registry.conditions import describe_condition
from registry.expressions import NotReachable, item_expression
from registry.masking import show
from registry.models import DataItem
from registry.models.base import Subject
from registry.selectors.subjects import subjects_of
from tagging.models import Tag, TagChange, TagEvent
from tagging.selectors.rechecks import is_unverified


@dataclass(slots=True)
class Span:
    """A time during which the subject carried the tag. until: None while it does. checks: later looks (复核).

    facts: (item, value) that the rule sees now; only of a dynamic tag that is carried.
    """

    tag: Tag
    begun: TagEvent
    ended: TagEvent | None = None
    checks: list[TagEvent] = field(default_factory=list)
    version: int | None = None
    facts: Sequence[tuple[str, str]] = ()
    rule: str = ""

    @property
    def looked_on(self) -> date:
        return localdate((self.checks[-1] if self.checks else self.begun).at)

    @property
    def is_unverified(self) -> bool:
        return self.ended is None and is_unverified(self.tag, self.looked_on)

    @property
    def due_on(self) -> date | None:
        days = self.tag.recheck_days
        return date.fromordinal(self.looked_on.toordinal() + days) if days and self.ended is None else None


def list_spans(*, actor: Actor, entity: str, subject: Subject) -> list[Span]:
    """Spans of every tag that the post may know, running ones first, then the latest. At most five queries."""
    events = TagEvent.objects.visible_to(actor).of(entity, subject).select_related("post__user", "post__area")
    tags = _known_tags(actor, entity)
    spans = _spans(events.order_by("pk"), tags)
    _tell_versions(spans)
    _tell_facts(actor, entity, subject, [span for span in spans if span.ended is None and span.tag.is_dynamic])
    return sorted(spans, key=lambda span: (span.ended is not None, -span.begun.pk))


def _known_tags(actor: Actor, entity: str) -> dict[int, Tag]:
    """Live and retired ones: what somebody carried stays known."""
    clearance = actor.at_standing().clearance
    known = Tag.objects.visible_to(actor).filter(subject=entity, level__lte=clearance)
    return {tag.pk: tag for tag in known}


def _spans(events: Iterable[TagEvent], tags: Mapping[int, Tag]) -> list[Span]:
    found: list[Span] = []
    running: dict[int, Span] = {}
    for event in events:
        for key in set(event.lost) & running.keys():
            running.pop(key).ended = event
        for key in set(event.checked) & running.keys():
            running[key].checks.append(event)
        for key in sorted(set(event.gained) & tags.keys()):
            running[key] = Span(tags[key], event)
            found.append(running[key])
    return found


def _tell_versions(spans: Sequence[Span]) -> None:
    """Which version of its rule a dynamic tag had when it came."""
    approved = TagChange.objects.filter(tag__in={span.tag.pk for span in spans}, decided_at__isnull=False)
    decided = list(approved.order_by("decided_at").values_list("tag_id", "decided_at", "version"))
    for span in spans:
        versions = [version for tag, at, version in decided if tag == span.tag.pk and at and at <= span.begun.at]
        span.version = versions[-1] if versions else None


def _tell_facts(actor: Actor, entity: str, subject: Subject, spans: Sequence[Span]) -> None:
    catalogue = get_catalogue()
    asked = {span.tag.pk: sorted(_items_in(span.tag.condition), key=lambda item: item.position) for span in spans}
    items = {item.code: item for found in asked.values() for item in found}
    values = _values(actor, entity, subject, items)
    for span in spans:
        span.rule = describe_condition(span.tag.condition, catalogue)
        told = [item for item in asked[span.tag.pk] if item.code in values]
        span.facts = [
            (item.name, show(item, values[item.code], actor.clearance_for(item.code), catalogue)) for item in told
        ]


def _items_in(tree: Mapping[str, Any]) -> Iterator[DataItem]:
    inner = [part for word in ("all", "any") for part in tree.get(word, ())]
    for part in [*inner, *([tree["not"]] if "not" in tree else [])]:
        yield from _items_in(part)
    item = get_catalogue().items.get(str(tree.get("item")))
    if item is not None:
        yield item


def _values(actor: Actor, entity: str, subject: Subject, items: Mapping[str, DataItem]) -> dict[str, Any]:
    """Item code -> value now, in one query; items that cannot be seen from the subject are left out."""
    if not items:
        return {}
    columns: dict[str, Any] = {}
    for position, item in enumerate(items.values()):
        try:
            columns[f"fact_{position}"] = item_expression(item, entity, on=localdate())
        except NotReachable:
            continue
    rows: QuerySet[Any] = subjects_of(entity, actor).filter(pk=subject.pk).annotate(**columns)
    found = rows.values(*columns).first() or {}
    return {code: found[f"fact_{n}"] for n, code in enumerate(items) if f"fact_{n}" in found}
