"""Working out what a request would do, for one post: a job, a town a step."""

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate, now

from accounts import limits
from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import SPAN
from accounts.errors import NotFound
from accounts.jobs import Progress, Steps, start_job
from accounts.models import Job
from accounts.rights import VIEW_RESIDENTS, holds
from tagging.checks import AboveClearance
from tagging.evaluation.keeping import list_chunks, subjects_in
from tagging.evaluation.preview import Found, about, count_change
from tagging.impacts import sum_of, tell
from tagging.models import TagChange, TagImpact
from tagging.selectors.changes import get_change
from tagging.selectors.counts import BELOW, range_of
from tagging.selectors.impacts import How, how_told

PREVIEW = "tagging.preview"


@transaction.atomic
def start_impact(*, actor: Actor, change: TagChange) -> TagImpact:
    """Begin to count, or to count anew; while a job is at it, that one goes on. Raises AboveClearance, TooMany."""
    if change.step == TagChange.Step.IMPORT:
        raise NotFound
    if not how_told(actor, change):
        raise AboveClearance(f"这个标签是 {change.level} 级,高于本岗位的级别,人数不显示。")
    TagImpact.objects.get_or_create(change=change, post_id=actor.post_id)
    impact = (
        TagImpact.objects.select_for_update(of=("self",))
        .select_related("job")
        .get(change=change, post_id=actor.post_id)
    )
    if impact.job is None or impact.job.is_over:
        limits.spend(actor, limits.COUNT)
        impact.job = start_job(actor, PREVIEW, change_id=change.pk)
        impact.result, impact.counted_at = {}, None
        impact.save()
        record(actor, "tag.impact_counted", change)
    return impact


def count_impact(actor: Actor, job: Job, *, change_id: int) -> Steps:
    """Handler of the job. Raises AboveClearance where the level has risen meanwhile."""
    change = get_change(actor=actor, pk=change_id)
    how = how_told(actor, change)
    if not how:
        raise AboveClearance
    on, span = localdate(), SPAN[BELOW[actor.area_level]]
    chunks = list_chunks(range_of(change.tag.area_id if change.tag else change.area_id))
    found = Found()
    for done, chunk in enumerate(chunks, start=1):
        subjects = subjects_in(change.subject, chunk).filter(area_code__range=actor.scope or (0, -1))
        found.add(count_change(subjects, change, span=span, on=on))
        yield Progress(done, len(chunks))
    small = 0 if holds(actor, VIEW_RESIDENTS) else settings.SMALL_COUNT
    asked = about(sum_of(found.lines), change.step)
    told = tell(found.lines, found.beside, about=asked, small=small, tens=how == How.TENS)
    TagImpact.objects.filter(change=change, job=job).update(result=told, counted_at=now())
    return {"change": change_id}
