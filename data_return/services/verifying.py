"""Finding records right (核实属实): one click, or many at once. Counts as verification until the record changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.audit import record, those
from accounts.errors import DomainError, NotFound
from accounts.rights import MARK_RECORDS, require
from data_return.correction_rules import State
from data_return.models import Correction, ReturnedRecord, Verification
from data_return.selectors.marking import list_readable, version_of
from data_return.sight import correcting_of

MOST = 500


class TooManyAtOnce(DomainError):
    code = "too_many_rows"
    default = f"一次最多核实 {MOST} 条,请分几次。"


@dataclass(frozen=True, slots=True)
class Verified:
    """done: found right. stale: changed since the page was shown. disputed: a correction of them is open."""

    done: int
    stale: int = 0
    disputed: int = 0


@transaction.atomic
def verify_records(*, actor: Actor, versions: Mapping[int, str]) -> Verified:
    """Find records right as a whole. versions: record -> its version as the page showed it.

    Those that have changed since, and those with an open correction, are left out and counted. Safe to repeat.
    """
    require(actor, MARK_RECORDS)
    if len(versions) > MOST:
        raise TooManyAtOnce
    found = list(ReturnedRecord.objects.visible_to(actor).select_related("dataset").filter(pk__in=versions))
    fresh = [one for one in found if version_of(one) == versions[one.pk]]
    disputed = _disputed(actor, fresh)
    right = [one for one in fresh if one.pk not in disputed]
    _keep(actor, right, item=None)
    record(actor, "correction.verified", subjects=those(right), count=len(right))
    return Verified(len(right), stale=len(versions) - len(fresh), disputed=len(disputed))


@transaction.atomic
def verify_item(*, actor: Actor, record_pk: int, version: str, item: str) -> bool:
    """Find one item of a record right. False where the record has changed since. Raises NotFound."""
    require(actor, MARK_RECORDS)
    one = ReturnedRecord.objects.visible_to(actor).select_related("dataset__live").filter(pk=record_pk).first()
    if one is None:
        raise NotFound
    readable = list_readable(actor=actor, dataset=one.dataset, area_code=one.area_code)
    if item not in {each.code for each in readable}:
        raise NotFound
    if version_of(one) != version:
        return False
    _keep(actor, [one], item=item)
    record(actor, "correction.verified", subjects=those([one]), items=[item], count=1)
    return True


def _disputed(actor: Actor, records: list[ReturnedRecord]) -> set[int]:
    open_ones = Correction.objects.visible_to(actor).filter(state=State.OPEN, record_id__in=[one.pk for one in records])
    return set(open_ones.values_list("record_id", flat=True))


def _keep(actor: Actor, records: list[ReturnedRecord], *, item: str | None) -> None:
    correcting_of(actor)
    moment = now()
    Verification.objects.bulk_create(
        [
            Verification(
                district=one.district,
                area_code=one.area_code,
                department_id=one.dataset.department_id,
                dataset=one.dataset,
                record_id=one.pk,
                item_id=item,
                fingerprint=bytes(one.fingerprint),
                post_id=actor.post_id,
                at=moment,
            )
            for one in records
        ],
        update_conflicts=True,
        unique_fields=["district", "record_id", "item"],
        update_fields=["area_code", "fingerprint", "post", "at"],
    )
