"""Tags by hand (人工打标签): attach, remove, look at again, undo; each over some subjects at once, with who and why.

Raised by all: NotAllowed without the right, AboveClearance, NotFound for a tag or subject out of sight,
TagRefused for what a hand cannot do. Repeating a step changes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, NotFound
from accounts.rights import ATTACH_TAGS, require
from registry.catalogue import model_of
from registry.models import Entity
from registry.selectors.subjects import subjects_of
from tagging.checks import AboveClearance, TagRefused
from tagging.models import Tag, TagEvent
from tagging.selectors.catalogue import get_tag, may_see_carriers
from tagging.selectors.counts import range_of

MOST = 500
"""Subjects a step: what a person can answer for."""
UNDO_TIME = timedelta(hours=24)
_CHOSEN = "WITH chosen (subject_id, district, area_code, registered_area_code, version) AS MATERIALIZED ({chosen})"
_ATTACHED = """, changed AS (
    INSERT INTO tagging_subjecttags AS k (district, entity, subject_id, area_code, registered_area_code, tags)
    SELECT district, %s, subject_id, area_code, registered_area_code, ARRAY[%s]::smallint[] FROM chosen
    ON CONFLICT (district, entity, subject_id) DO UPDATE
    SET tags = ARRAY(SELECT unnest(k.tags) UNION SELECT unnest(excluded.tags) ORDER BY 1)
    WHERE NOT k.tags @> excluded.tags
    RETURNING subject_id
)"""
_REMOVED = """, changed AS (
    UPDATE tagging_subjecttags k SET tags = array_remove(k.tags, n.key)
    FROM chosen c, (SELECT %s AS entity, %s::smallint AS key) n
    WHERE k.district = c.district AND k.entity = n.entity AND k.subject_id = c.subject_id AND n.key = ANY(k.tags)
    RETURNING k.subject_id
)"""
_CARRYING = """, changed AS (
    SELECT k.subject_id FROM tagging_subjecttags k JOIN chosen c USING (district, subject_id)
    WHERE k.entity = %s AND %s::smallint = ANY(k.tags)
)"""
_TRACED = """
INSERT INTO tagging_tagevent
    (district, area_code, registered_area_code, entity, subject_id, subject_version, {column},
     post_id, reason, batch, at)
SELECT district, area_code, registered_area_code, %s, subject_id, version, ARRAY[%s]::smallint[], %s, %s, %s, now()
FROM chosen JOIN changed USING (subject_id)
"""


@dataclass(frozen=True, slots=True)
class Step:
    """changed: what the statement does to the arrays; column: of the event; action: of the audit line."""

    changed: str
    column: str
    action: str


ATTACH = Step(_ATTACHED, "gained", "tag.attached")
REMOVE = Step(_REMOVED, "lost", "tag.removed")
CHECK = Step(_CARRYING, "checked", "tag.checked")


@dataclass(frozen=True, slots=True)
class Done:
    """changed: how many subjects the step changed; batch: names the step, to undo it."""

    changed: int
    batch: UUID


@transaction.atomic
def attach_tag(*, actor: Actor, tag: Tag, ids: Collection[int], reason: str) -> Done:
    """Attach a basic tag. Who carries it already is passed over."""
    return _take(ATTACH, actor, _basic(_held(actor, tag)), ids, reason)


@transaction.atomic
def remove_tag(*, actor: Actor, tag: Tag, ids: Collection[int], reason: str) -> Done:
    """Take a basic tag off. When it came and went stays on record."""
    return _take(REMOVE, actor, _basic(_held(actor, tag)), ids, reason)


@transaction.atomic
def check_tag(*, actor: Actor, tag: Tag, ids: Collection[int], reason: str = "") -> Done:
    """Note that somebody looked and it is still so (复核): the cycle begins anew. For tags of both kinds."""
    return _take(CHECK, actor, _held(actor, tag), ids, reason)


@transaction.atomic
def undo_by_hand(*, actor: Actor, batch: UUID) -> Tag:
    """Take back what this post attached or removed in one step, within a day. Raises Conflict when it is too late."""
    require(actor, ATTACH_TAGS)
    events = TagEvent.objects.visible_to(actor).filter(batch=batch, post=actor.post_id)
    gained, lost = _subjects_in(events, "gained"), _subjects_in(events, "lost")
    if not gained and not lost:
        raise NotFound
    if not events.filter(at__gte=now() - UNDO_TIME).exists():
        raise Conflict("已超过一天,这一步不能撤销了。如有需要,请重新打上或去掉标签。")
    key, ids = next(iter((gained or lost).items()))
    tag = _basic(_held(actor, get_tag(actor=actor, pk=key)))
    _take(REMOVE if gained else ATTACH, actor, tag, ids, "撤销上一步")
    return tag


def _held(actor: Actor, tag: Tag) -> Tag:
    """The tag as it is now, for a post that may use it."""
    require(actor, ATTACH_TAGS)
    found = get_tag(actor=actor, pk=tag.pk)
    if not may_see_carriers(actor, found):
        raise AboveClearance(f"标签“{found.name}”是 {found.level} 级,高于本岗位的级别,不能使用。")
    if not found.is_live or (found.valid_until and found.valid_until < localdate()):
        raise TagRefused(f"标签“{found.name}”已停用或已过有效期,请换一个标签。", field="tag")
    return found


def _basic(tag: Tag) -> Tag:
    if tag.is_dynamic:
        raise TagRefused(f"“{tag.name}”由条件自动得出,不能手工打上或去掉。情况有变化时,请修改登记的信息。", field="tag")
    return tag


def _take(step: Step, actor: Actor, tag: Tag, ids: Collection[int], reason: str) -> Done:
    chosen = _lock(actor, tag, ids)
    select, params = chosen.query.sql_with_params()
    batch = uuid4()
    sql = _CHOSEN.format(chosen=select) + step.changed + _TRACED.format(column=step.column)
    with connection.cursor() as cursor:
        given = [*params, tag.subject, tag.pk, tag.subject, tag.pk, actor.post_id, reason.strip()[:200], batch]
        cursor.execute(sql, given)
        changed = cursor.rowcount
    subjects = (model_of(tag.subject)._meta.label_lower, sorted(ids))
    record(actor, step.action, tag, subjects=subjects, changed=changed, batch=str(batch))
    return Done(changed, batch)


def _lock(actor: Actor, tag: Tag, ids: Collection[int]) -> QuerySet[Any]:
    """Those subjects, held until the transaction ends: they live inside the post's area and inside the tag's."""
    if not ids:
        raise TagRefused("还没有选中任何一个,请先勾选。")
    if len(ids) > MOST:
        raise TagRefused(f"一次最多 {MOST} 个,请分几次办理。")
    found = subjects_of(tag.subject, actor).filter(pk__in=ids, closed_on=None)
    if found.count() < len(set(ids)):
        raise NotFound
    low, high = range_of(tag.area_id)
    outside = found.exclude(Q(area_code__range=actor.scope) & Q(area_code__range=(low, high))).count()
    if outside:
        raise TagRefused(f"其中 {outside} 个不住在本辖区,或不在这个标签的适用范围内,请由居住地村居办理。")
    list(found.select_for_update().values_list("pk"))
    second = "registered_area_code" if tag.subject == Entity.PERSON else "area_code"
    rows: QuerySet[Any] = found.order_by().annotate(second=F(second))
    return rows.values_list("pk", "district", "area_code", "second", "version")


def _subjects_in(events: QuerySet[Any], column: str) -> dict[int, list[int]]:
    """Key of the tag -> subjects whose event names it; a step is about one tag."""
    found: dict[int, list[int]] = {}
    for keys, subject_id in events.values_list(column, "subject_id"):
        for key in keys:
            found.setdefault(key, []).append(subject_id)
    return found
