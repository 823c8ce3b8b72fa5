"""Reads of corrections: what waits for whom, one with its steps, what was said about a record."""

from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.errors import NotFound
from accounts.rights import ANSWER_CORRECTIONS, MARK_RECORDS, READ_CORRECTIONS, WATCH_CORRECTIONS, holds
from data_return.correction_rules import ANSWERED, State
from data_return.models import Correction, CorrectionStep, Evidence, ReturnedRecord, Verification
from data_return.sight import EVERY_DEPARTMENT, Correcting
from registry.catalogue import get_catalogue

ANSWERING_CLEARANCE = 3
"""Level that the source department reads of what it is asked to correct; level 4 is opened one by one."""


def find_correcting(actor: Actor) -> Correcting:
    """Data officers deal with their own department's, villages, towns and the district with everybody's. No query."""
    if holds(actor, ANSWER_CORRECTIONS):
        return Correcting((actor.department_id, actor.department_id) if actor.department_id else None)
    watches = holds(actor, READ_CORRECTIONS) or holds(actor, WATCH_CORRECTIONS)
    return Correcting(EVERY_DEPARTMENT if watches else None)


def list_corrections(
    *, actor: Actor, state: str = "", overdue: bool = False, dataset_id: int | None = None
) -> QuerySet[Correction]:
    """With dataset, item and who marked. state: "" for all of them."""
    found = Correction.objects.visible_to(actor).select_related("dataset__department", "item", "post__area")
    if state:
        found = found.filter(state=state)
    if overdue:
        found = found.filter(_overdue())
    if dataset_id is not None:
        found = found.filter(dataset=dataset_id)
    return found


def list_waiting(*, actor: Actor) -> QuerySet[Correction]:
    """What the post has to do: answers to take note of, corrections to answer; for those above them overdue ones."""
    found = Correction.objects.visible_to(actor)
    if holds(actor, ANSWER_CORRECTIONS):
        return found.filter(state=State.OPEN)
    if holds(actor, MARK_RECORDS):
        return found.filter(state__in=ANSWERED)
    return found.filter(_overdue())


def get_correction(*, actor: Actor, pk: int) -> Correction:
    """Raises NotFound."""
    found = list_corrections(actor=actor).select_related("post__user").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def list_steps(correction: Correction) -> list[CorrectionStep]:
    """With who took them. One query."""
    steps = CorrectionStep.objects.filter(district=correction.district, correction=correction)
    return list(steps.select_related("post__user", "post__area", "post__department").order_by("number"))


def list_evidence(correction: Correction) -> list[Evidence]:
    """Without the files themselves."""
    return list(Evidence.objects.filter(district=correction.district, correction=correction).defer("sealed"))


def get_evidence(*, actor: Actor, correction_pk: int, pk: int) -> Evidence:
    """Raises NotFound."""
    found: Evidence | None = Evidence.objects.visible_to(actor).filter(correction=correction_pk, pk=pk).first()
    if found is None:
        raise NotFound
    return found


def list_corrections_of(*, actor: Actor, record_ids: Collection[int]) -> list[Correction]:
    """The latest first, for pages that show the records. One query."""
    return list(list_corrections(actor=actor).filter(record_id__in=record_ids).order_by("-pk"))


def list_verified(*, actor: Actor, records: Iterable[ReturnedRecord]) -> dict[int, Verification]:
    """Record -> who found it right, while it has not changed since. One query."""
    prints = {record.pk: bytes(record.fingerprint) for record in records}
    found = Verification.objects.visible_to(actor).filter(record_id__in=prints, item=None)
    return {
        one.record_id: one
        for one in found.select_related("post__user")
        if bytes(one.fingerprint) == prints[one.record_id]
    }


def get_records_of(*, actor: Actor, corrections: Iterable[Correction]) -> dict[int, ReturnedRecord]:
    """Records by key, of those that the post may still read. One query beside the sight."""
    wanted = {one.record_id for one in corrections}
    return {one.pk: one for one in ReturnedRecord.objects.visible_to(actor).filter(pk__in=wanted)}


def reader_of(actor: Actor) -> Actor:
    """The post as it reads corrections and the records they are about: see ANSWERING_CLEARANCE."""
    if not holds(actor, ANSWER_CORRECTIONS):
        return actor
    items = get_catalogue().items.values()
    return actor.opening(frozenset(item.code for item in items if item.level <= ANSWERING_CLEARANCE))


def _overdue() -> Q:
    return Q(state=State.OPEN, due_on__lt=localdate())
