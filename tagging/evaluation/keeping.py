"""When tags are brought up to date: after a decision of the desk, after people changed, and every night."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.audit import record, record_system
from accounts.codes import HIGHEST_CODE, LOWEST_CODE, Level, Range
from accounts.jobs import Progress, Steps
from accounts.models import Area, Job
from accounts.scope import limited_to, whole_tree
from registry.models import Dwelling, Household, Person
from tagging.evaluation.difference import list_rules, write_difference
from tagging.models import Tag, TagWatch
from tagging.selectors.counts import range_of

REFRESH = "tagging.refresh"
OVERLAP = timedelta(minutes=10)
"""A change is dated by the beginning of its transaction; one that took longer than this is found at night."""
PART = 20_000
"""People a statement, where many changed at once."""
_FORGET_GONE = """
DELETE FROM tagging_persontags t
WHERE NOT EXISTS (SELECT FROM registry_person p WHERE p.district = t.district AND p.id = t.person_id)
"""


def refresh_area(actor: Actor, job: Job, *, tag_id: int) -> Steps:
    """Job after a decision about a tag: all people of its area, a town a step. Safe to repeat."""
    tag = Tag.objects.get(pk=tag_id)
    chunks = list_chunks(range_of(tag.area_id))
    changed = 0
    for done, chunk in enumerate(chunks, start=1):
        changed += refresh_chunk(chunk)
        yield Progress(done, len(chunks))
    record(actor, "tag.refreshed", tag, changed=changed)
    return {"tag": tag_id, "changed": changed}


def refresh_all() -> int:
    """Every night: everybody, for what depends on the date, and rows of people who have moved to another district.

    Returns how many people gained or lost a tag.
    """
    changed = 0
    for area in Area.objects.filter(level=Level.DISTRICT).order_by("code"):
        for chunk in list_chunks(area.range):
            with whole_tree(reason="每夜更新标签"):
                changed += refresh_chunk(chunk)
    with whole_tree(reason="清理已迁出者的标签"), connection.cursor() as cursor:
        cursor.execute(_FORGET_GONE)
    record_system("tag.refreshed_all", changed=changed)
    return changed


@transaction.atomic
def refresh_changed() -> int:
    """Every half minute: people who changed since the last look, and who shares a household or dwelling with them.

    Returns how many people gained or lost a tag. Of two at once the second leaves it to the first.
    """
    TagWatch.objects.get_or_create(pk=1, defaults={"looked_until": now()})
    watch = TagWatch.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if watch is None:
        return 0
    since, watch.looked_until = watch.looked_until - OVERLAP, now()
    watch.save(update_fields=["looked_until"])
    with limited_to((LOWEST_CODE, HIGHEST_CODE)):
        changed = _refresh_since(since)
    if changed:
        record_system("tag.refreshed_changed", changed=changed)
    return changed


def refresh_chunk(chunk: Range) -> int:
    """Everybody who lives inside, within the scope. Returns how many people gained or lost a tag."""
    on = localdate()
    return write_difference(Person.objects.filter(area_code__range=chunk), list_rules(on=on), on=on)


def list_chunks(area: Range) -> list[Range]:
    """Ranges that make up the area, a town each; the first begins and the last ends with the area."""
    towns = Area.objects.within(area).filter(level=Level.TOWN).order_by("code")
    starts = [area[0], *towns.values_list("code", flat=True)[1:]]
    return list(zip(starts, [*(code - 1 for code in starts[1:]), area[1]], strict=True))


def _refresh_since(since: datetime) -> int:
    on = localdate()
    rules, touched = list_rules(on=on), _list_touched(since)
    parts = [touched[start : start + PART] for start in range(0, len(touched), PART)]
    return sum(write_difference(Person.objects.filter(pk__in=part), rules, on=on) for part in parts)


def _list_touched(since: datetime) -> list[int]:
    changed = Person.objects.filter(updated_at__gte=since)
    households = Household.objects.filter(updated_at__gte=since).values("pk")
    dwellings = Dwelling.objects.filter(updated_at__gte=since).values("pk")
    beside = Q(household__in=changed.exclude(household=None).values("household")) | Q(household__in=households)
    around = Person.objects.filter(beside | Q(dwelling__in=dwellings))
    return sorted({*changed.values_list("pk", flat=True), *around.values_list("pk", flat=True)})
