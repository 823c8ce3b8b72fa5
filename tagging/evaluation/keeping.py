"""When tags are brought up to date: after a decision of the desk, after something changed, and every night."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.audit import record, record_system
from accounts.codes import HIGHEST_CODE, LOWEST_CODE, Level, Range
from accounts.jobs import Progress, Steps
from accounts.models import Area, Job
from accounts.scope import limited_to, whole_tree
from registry.catalogue import SUBJECTS, model_of
from tagging.evaluation.difference import write_difference
from tagging.evaluation.moving import move_carriers, move_left_over
from tagging.evaluation.returning import give_back
from tagging.evaluation.rules import Layer, is_moving, list_layers
from tagging.evaluation.touched import list_touched
from tagging.models import Tag, TagWatch
from tagging.selectors.counts import range_of
from tagging.services.levels import settle_all_levels

REFRESH = "tagging.refresh"
OVERLAP = timedelta(minutes=10)
"""A change is dated by the beginning of its transaction; one that took longer than this is found at night."""
PART = 20_000
"""Subjects a statement, where many changed at once."""
_FORGET_GONE = """
DELETE FROM tagging_subjecttags t
WHERE entity = %s AND NOT EXISTS (SELECT FROM {table} s WHERE s.district = t.district AND s.id = t.subject_id)
"""


def refresh_area(actor: Actor, job: Job, *, tag_id: int) -> Steps:
    """Job after a decision about a tag: everything in its area, a town and layer a step. Safe to repeat."""
    tag = Tag.objects.select_related("merged_into").get(pk=tag_id)
    area = range_of(tag.area_id)
    steps = [partial(move_carriers, tag, chunk) for chunk in list_chunks(area)] if is_moving(tag) else []
    steps += [partial(refresh_chunk, layer, chunk) for layer, chunk in list_steps(area, on=localdate())]
    changed = 0
    for done, step in enumerate(steps, start=1):
        changed += step()
        yield Progress(done, len(steps))
    record(actor, "tag.refreshed", tag, changed=changed)
    return {"tag": tag_id, "changed": changed}


def refresh_all() -> int:
    """Every night: everybody, for what depends on the date, and rows of who has moved to another district.

    Returns how many subjects gained or lost a tag.
    """
    settle_all_levels()
    with whole_tree(reason="移交已合并的标签,归还恢复登记者的标签"):
        changed = move_left_over() + give_back()
    for area in Area.objects.filter(level=Level.DISTRICT).order_by("code"):
        for layer, chunk in list_steps(area.range, on=localdate()):
            with whole_tree(reason="每夜更新标签"):
                changed += refresh_chunk(layer, chunk)
    with whole_tree(reason="清理已迁出者的标签"):
        _forget_gone()
    record_system("tag.refreshed_all", changed=changed)
    return changed


@transaction.atomic
def refresh_changed() -> int:
    """Every half minute: what changed since the last look, and who shares a household or dwelling with it.

    Returns how many subjects gained or lost a tag. Of two at once the second leaves it to the first.
    """
    TagWatch.objects.get_or_create(pk=1, defaults={"looked_until": now()})
    watch = TagWatch.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if watch is None:
        return 0
    since, watch.looked_until = watch.looked_until - OVERLAP, now()
    watch.save(update_fields=["looked_until"])
    with limited_to((LOWEST_CODE, HIGHEST_CODE)):
        changed = give_back() + _refresh_since(since)
    if changed:
        record_system("tag.refreshed_changed", changed=changed)
    return changed


def list_steps(area: Range, *, on: date) -> list[tuple[Layer, Range]]:
    """Everything to be done for an area: layer by layer, because one may need what stands in the next town."""
    return [(layer, chunk) for layer in list_layers(on=on) for chunk in list_chunks(area)]


def refresh_chunk(layer: Layer, chunk: Range) -> int:
    """Everybody who lives inside, within the scope. Returns how many gained or lost a tag."""
    return write_difference(subjects_in(layer.subject, chunk), layer, inside=chunk)


def list_chunks(area: Range) -> list[Range]:
    """Ranges that make up the area, a town each; the first begins and the last ends with the area."""
    towns = Area.objects.within(area).filter(level=Level.TOWN).order_by("code")
    starts = [area[0], *towns.values_list("code", flat=True)[1:]]
    return list(zip(starts, [*(code - 1 for code in starts[1:]), area[1]], strict=True))


def subjects_in(entity: str, chunk: Range) -> QuerySet[Any]:
    """Everybody who lives inside, within the scope; those who left, too."""
    return _subjects(entity).filter(area_code__range=chunk)


def _refresh_since(since: datetime) -> int:
    layers, touched = list_layers(on=localdate()), list_touched(since)
    return sum(_refresh_these(layer, sorted(touched.get(layer.subject, ()))) for layer in layers)


def _refresh_these(layer: Layer, keys: list[int]) -> int:
    parts = [keys[start : start + PART] for start in range(0, len(keys), PART)]
    return sum(write_difference(_subjects(layer.subject).filter(pk__in=part), layer) for part in parts)


def _subjects(entity: str) -> QuerySet[Any]:
    found: QuerySet[Any] = model_of(entity)._default_manager.all()
    return found


def _forget_gone() -> None:
    with connection.cursor() as cursor:
        for entity in SUBJECTS:
            cursor.execute(_FORGET_GONE.format(table=model_of(entity)._meta.db_table), [entity])
