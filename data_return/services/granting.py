"""What both sides can do with a live grant, each alone: narrow it, revoke it. The holder's next request feels it."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.approvals.refusals import NeedsNote
from accounts.audit import record
from accounts.codes import contains, level_of, subtree
from accounts.errors import Conflict, NotFound
from accounts.rights import DECIDE_GRANTS, require
from data_return.models import Grant
from data_return.services.grants import BadTerms, least_areas


@transaction.atomic
def narrow_grant(
    *, actor: Actor, grant: Grant, items: Sequence[str], areas: Sequence[int], until: date, reason: str
) -> None:
    """Leave fewer items, smaller areas or an earlier end. Raises NeedsNote, BadTerms for more than it was, Conflict."""
    locked = _lock(actor, grant, reason)
    before = [f"{len(locked.items)} 项", f"{len(locked.areas)} 处", str(locked.until)]
    if not items or not set(items) <= set(locked.items):
        raise BadTerms("只能在原有的数据项里减少,且至少留一个。要增加,请对方重新申请。", field="items")
    if not areas or not all(_is_inside(code, locked) for code in areas):
        raise BadTerms("只能在原有的区域里减少,且至少留一处。要增加,请对方重新申请。", field="areas")
    if not localdate() <= until <= locked.until:
        raise BadTerms("截止日期只能提前,不能早于今天。要马上停用,请撤销。", field="until")
    locked.items = [code for code in locked.items if code in set(items)]
    locked.areas, locked.until = least_areas(list(areas)), until
    locked.save(update_fields=["items", "areas", "until"])
    record(
        actor,
        "grant.narrowed",
        locked,
        purpose=reason,
        dataset=locked.dataset_id,
        before=before,
        items=locked.items,
        areas=locked.areas,
        until=str(until),
    )


@transaction.atomic
def revoke_grant(*, actor: Actor, grant: Grant, reason: str) -> None:
    """End it now: from the next request on nobody reads under it. Raises NeedsNote, Conflict for a second time."""
    locked = _lock(actor, grant, reason)
    locked.revoked_at, locked.revoked_by_id, locked.revoke_reason = now(), actor.post_id, reason.strip()[:200]
    locked.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    record(actor, "grant.revoked", locked, purpose=reason, dataset=locked.dataset_id)


def _lock(actor: Actor, grant: Grant, reason: str) -> Grant:
    """The grant, locked, for a post of either side that decided it."""
    require(actor, DECIDE_GRANTS)
    governed = Grant.objects.governed_by(actor).values("pk")
    locked = Grant.objects.select_for_update(of=("self",)).filter(pk=grant.pk, pk__in=governed).first()
    if locked is None:
        raise NotFound
    if locked.revoked_at is not None or locked.until < localdate():
        raise Conflict("这项授权已经结束,不用再办。请刷新页面后再看。")
    if not reason.strip():
        raise NeedsNote("请写明原因,对方会看到。", field="reason")
    return locked


def _is_inside(code: int, grant: Grant) -> bool:
    """The whole area, not only its first code."""
    low, high = subtree(code, level_of(code))
    return any(contains(area, low) and contains(area, high) for area in grant.ranges)
