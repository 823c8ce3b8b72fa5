"""Settling differences (差异)."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import NotFound
from accounts.rights import CHANGE_RESIDENTS, require
from accounts.sealing import is_sealed, open_sealed
from registry.changes import Change, Source, SourceKind, apply
from registry.errors import WrongStep
from registry.models import Difference


@transaction.atomic
def settle_difference(*, actor: Actor, pk: int, take: bool) -> Difference:
    """Take the offered value (采用), with the source it came from, or drop it (不采用). Raises WrongStep if settled."""
    require(actor, CHANGE_RESIDENTS)
    difference = Difference.objects.visible_to(actor).select_for_update(of=["self"]).filter(pk=pk).first()
    if difference is None:
        raise NotFound
    if difference.state != Difference.State.OPEN:
        raise WrongStep("这处差异已经处理过了,请刷新后再看。")
    if take:
        _write(actor, difference)
    difference.state = Difference.State.TAKEN if take else Difference.State.DROPPED
    difference.settled_by_id, difference.settled_at = actor.post_id, timezone.now()
    difference.save(update_fields=["state", "settled_by", "settled_at"])
    record(actor, f"difference.{difference.state}", difference, item=difference.item_id)
    settled: Difference = difference
    return settled


def _write(actor: Actor, difference: Difference) -> None:
    stamp, value = difference.source, difference.offered
    if is_sealed(value):
        value = open_sealed(difference.item_id, value)
    source = Source(SourceKind(stamp["s"]), stamp["by"], date.fromisoformat(stamp["on"]), stamp.get("report"))
    change = Change(difference.subject_id, {difference.item_id: value})
    apply(actor=actor, entity=difference.entity, changes=[change], source=source, decided=True)
