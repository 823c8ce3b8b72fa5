"""Writes of events (事): report, accept, handle, close, return, report again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import TextChoices
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import district_of
from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.rights import HANDLE_EVENTS, REPORT_EVENTS, holds, require
from registry.errors import WrongStep
from registry.models import Event, EventPerson, EventPhoto, EventStep
from registry.photos import reencode
from registry.selectors.people import list_people_by_ids

MOST_PHOTOS = 9


@dataclass(frozen=True, slots=True)
class EventReport:
    """What a reporter tells. area_code: grid or community where it happened. title: "" takes category and place."""

    area_code: int
    title: str
    category: str
    place: str
    description: str
    occurred_at: datetime


class Step(TextChoices):
    """What can be done with an event."""

    ACCEPT = "accept", "受理"
    HANDLE = "handle", "记录处理情况"
    CLOSE = "close", "办结"
    RETURN = "return", "退回"
    AGAIN = "again", "重新上报"


MOVES: dict[Step, tuple[frozenset[str], Event.State]] = {
    Step.ACCEPT: (frozenset({Event.State.REPORTED}), Event.State.HANDLING),
    Step.HANDLE: (frozenset({Event.State.HANDLING}), Event.State.HANDLING),
    Step.CLOSE: (frozenset({Event.State.HANDLING}), Event.State.CLOSED),
    Step.RETURN: (frozenset({Event.State.REPORTED, Event.State.HANDLING}), Event.State.RETURNED),
    Step.AGAIN: (frozenset({Event.State.RETURNED}), Event.State.REPORTED),
}
"""Step -> states it starts from, state it ends in."""


@transaction.atomic
def report_event(
    *, actor: Actor, report: EventReport, people: Sequence[int] = (), photos: Sequence[bytes] = ()
) -> Event:
    """Report an event. people: ids; those out of sight are left out. photos: files as uploaded, re-encoded here.

    Raises NotFound for an area outside the scope, PhotoRefused, DomainError for a time ahead of now.
    """
    require(actor, REPORT_EVENTS, report.area_code)
    if report.occurred_at > timezone.now():
        raise DomainError("发生时间不能晚于现在,请核对。", field="occurred_at")
    if len(photos) > MOST_PHOTOS:
        raise DomainError(f"一件事最多 {MOST_PHOTOS} 张照片,请减少后再上报。", field="photos")
    event = _create(actor, report)
    _add_people(actor, event, people)
    _add_photos(event, photos)
    _add_step(actor, event, Event.State.REPORTED, "")
    record(actor, "event.reported", event, people=len(people), photos=len(photos))
    return event


@transaction.atomic
def move_event(*, actor: Actor, pk: int, step: Step, note: str = "") -> Event:
    """Take one step with an event. note: what was done or why; needed to close, return and record.

    Raises WrongStep where the event is elsewhere by now, NotFound, NotAllowed.
    """
    event = Event.objects.visible_to(actor).select_for_update(of=["self"]).filter(pk=pk).first()
    if event is None:
        raise NotFound
    _check_right(actor, event, step)
    starts, ends = MOVES[step]
    if event.state not in starts:
        raise WrongStep(f"这件事现在是“{event.get_state_display()}”,不能再{step.label},请刷新后再看。")
    if step != Step.ACCEPT and not note.strip():
        raise DomainError("请写明情况或理由。", field="note")
    _write_state(actor, event, ends)
    _add_step(actor, event, ends, note.strip())
    record(actor, f"event.{step.value}", event)
    moved: Event = event
    return moved


def possible_steps(actor: Actor, event: Event) -> list[Step]:
    """Steps that this post may take now, in their usual order."""
    return [step for step, (starts, _) in MOVES.items() if event.state in starts and _may(actor, event, step)]


def _check_right(actor: Actor, event: Event, step: Step) -> None:
    if not _may(actor, event, step):
        raise NotAllowed


def _may(actor: Actor, event: Event, step: Step) -> bool:
    if step == Step.AGAIN:
        return event.reporter_id == actor.post_id
    return holds(actor, HANDLE_EVENTS)


def _create(actor: Actor, report: EventReport) -> Event:
    number = _next_number()
    return Event.objects.create(
        number=f"SJ{timezone.localdate():%Y%m%d}{number:06d}",
        area_code=report.area_code,
        title=report.title or report.place,
        category=report.category,
        place=report.place,
        description=report.description,
        occurred_at=report.occurred_at,
        reporter_id=actor.post_id,
    )


def _next_number() -> int:
    """Taken from the sequence of the table: two reports at once never get the same one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('registry_event', 'id'))")
        return int(cursor.fetchone()[0])


def _add_people(actor: Actor, event: Event, ids: Sequence[int]) -> None:
    visible = list_people_by_ids(actor=actor, ids=list(ids))
    EventPerson.objects.bulk_create(EventPerson(**_place(event), person_id=person.pk) for person in visible)


def _add_photos(event: Event, photos: Sequence[bytes]) -> None:
    small = [reencode(photo, nth=nth) for nth, photo in enumerate(photos, 1)]
    EventPhoto.objects.bulk_create(EventPhoto(**_place(event), image=photo) for photo in small)


def _add_step(actor: Actor, event: Event, state: Event.State, note: str) -> None:
    EventStep.objects.bulk_create([EventStep(**_place(event), state=state, post_id=actor.post_id, note=note[:500])])


def _place(event: Event) -> dict[str, int]:
    return {"event_id": event.pk, "area_code": event.area_code, "district": district_of(event.area_code)}


def _write_state(actor: Actor, event: Event, state: Event.State) -> None:
    event.state = state
    event.version += 1
    if state in (Event.State.HANDLING, Event.State.CLOSED, Event.State.RETURNED):
        event.handler_id = actor.post_id
    event.closed_at = timezone.now() if state == Event.State.CLOSED else None
    event.save(update_fields=["state", "version", "handler", "closed_at"])
