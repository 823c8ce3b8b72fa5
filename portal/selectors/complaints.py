"""Reads of complaints (监督举报): by the desk, by a department, by the reporter, by everybody.

Each of them sees its own part: `Told` carries words already opened for one reader.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import Level, ancestor
from accounts.errors import NotFound
from accounts.models import Department, Post
from portal.complaints.rules import (
    TOLD_TO_DEPARTMENT,
    TOLD_TO_REPORTER,
    WAITING_AT_DESK,
    Action,
    State,
)
from portal.complaints.secrecy import mark_of_code, open_reporter, open_words
from portal.models import Complaint, ComplaintEvidence, ComplaintStep


@dataclass(frozen=True, slots=True)
class ToldStep:
    """A step as one reader sees it. who: "" of the reporter. department: asked or answering, "" where none is.

    at: None where only the day is kept.
    """

    action: str
    label: str
    who: str
    department: str
    on: date
    at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Told:
    """A complaint as one reader sees it. words: what was reported, "" where the reader is not told."""

    complaint: Complaint
    words: str
    steps: Sequence[ToldStep]
    evidence: Sequence[ComplaintEvidence]

    @property
    def handed_text(self) -> str:
        """What the department was asked last."""
        return next((one.note for one in reversed(self.steps) if one.action in (Action.HAND, Action.SEND_BACK)), "")


def list_at_desk(*, actor: Actor, state: str = "", category: str = "", overdue: bool = False) -> QuerySet[Complaint]:
    """For the officer, with area and departments."""
    found = Complaint.objects.at_desk_of(actor).select_related("area", "department", "handed_to")
    if state:
        found = found.filter(state=state)
    if category:
        found = found.filter(category=category)
    return found.filter(_overdue()) if overdue else found


def list_published(*, actor: Actor, category: str = "") -> QuerySet[Complaint]:
    found = Complaint.objects.published_for(actor).select_related("department", "handed_to", "area")
    return found.filter(category=category) if category else found


def list_inquiries(*, actor: Actor) -> QuerySet[Complaint]:
    """What the department was asked to answer, what waits first."""
    return Complaint.objects.handed_to(actor).select_related("area").order_by("-state", "due_on", "-pk")


def list_waiting_at_desk(*, actor: Actor) -> QuerySet[Complaint]:
    """What the officer can go on with, and what a department is late with."""
    waiting = Q(state__in=WAITING_AT_DESK) | (Q(state=State.HANDED) & _overdue())
    return Complaint.objects.at_desk_of(actor).filter(waiting)


def list_to_answer(*, actor: Actor) -> QuerySet[Complaint]:
    return Complaint.objects.handed_to(actor).filter(state=State.HANDED)


def list_asked_back(*, actor: Actor) -> QuerySet[Complaint]:
    """Of the user's own ones, under the own name, those that wait for an answer of the reporter."""
    return Complaint.objects.filed_by(actor).filter(state=State.ASKED)


def get_at_desk(*, actor: Actor, pk: int) -> Told:
    """Everything but who reported. Raises NotFound, also for an officer who has a part in it."""
    complaint = list_at_desk(actor=actor).filter(pk=pk).first()
    if complaint is None:
        raise NotFound
    return _tell(complaint, steps=Action, words=Action, whole=True)


def get_inquiry(*, actor: Actor, pk: int) -> Told:
    """What the department is told: the office's words and what it handed over. Raises NotFound."""
    complaint = list_inquiries(actor=actor).filter(pk=pk).first()
    if complaint is None:
        raise NotFound
    told = _tell(complaint, steps=TOLD_TO_DEPARTMENT, words=TOLD_TO_DEPARTMENT, whole=False)
    mine = [step for step in told.steps if step.department == str(complaint.handed_to)]
    return Told(complaint, "", mine, [one for one in told.evidence if one.for_department])


def list_own(*, actor: Actor) -> list[Told]:
    """What the user reported under the own name, the last first."""
    found = Complaint.objects.filed_by(actor).select_related("area", "department", "handed_to")
    return [_tell(one, steps=Action, words=TOLD_TO_REPORTER, whole=True) for one in found]


def find_by_code(code: str) -> Told | None:
    """The complaint of a receipt code, whoever has it. None where there is no such."""
    found = Complaint.objects.select_related("area", "department", "handed_to")
    complaint = found.filter(receipt_mark=mark_of_code(code)).first()
    return None if complaint is None else _tell(complaint, steps=Action, words=TOLD_TO_REPORTER, whole=True)


def get_evidence(*, complaint: Complaint, pk: int, handed: bool = False) -> ComplaintEvidence:
    """handed: only what was handed to the department. Raises NotFound."""
    found = complaint.evidence.filter(pk=pk)
    evidence = (found.filter(for_department=True) if handed else found).first()
    if evidence is None:
        raise NotFound
    return evidence


def get_reporter(complaint: Complaint) -> Post:
    """Who reported, of one under a name that the officer may see. Raises NotFound for one without."""
    if not complaint.is_named:
        raise NotFound
    return Post.objects.with_context().get(pk=open_reporter(complaint.pk, complaint.sealed_reporter))


def list_departments(*, actor: Actor) -> QuerySet[Department]:
    """Departments of the district, for the choice of whom it is about and who answers."""
    return Department.objects.filter(area=ancestor(actor.area_code, Level.DISTRICT)).order_by("pk")


def count_by_clock(*, actor: Actor) -> dict[str, int]:
    """For the head of the desk: how many wait, and how many are late."""
    found = Complaint.objects.at_desk_of(actor)
    return {"waiting": list_waiting_at_desk(actor=actor).count(), "overdue": found.filter(_overdue()).count()}


def _overdue() -> Q:
    return Q(due_on__lt=localdate())


def _tell(complaint: Complaint, *, steps: Collection[Any], words: Collection[Any], whole: bool) -> Told:
    """steps: which are told; words: of which the words are. whole: with what was reported. Two queries."""
    told = [
        ToldStep(
            action=step.action,
            label=f"转{step.department}办理" if step.action == Action.HAND else step.get_action_display(),
            who=_who(step),
            department=str(step.department or ""),
            on=step.on,
            at=step.at,
            note=open_words(complaint.pk, step.sealed_note) if step.action in words else "",
        )
        for step in complaint.steps.select_related("post__user", "department").order_by("number")
        if step.action in steps
    ]
    evidence = list(complaint.evidence.defer("sealed"))
    return Told(complaint, open_words(complaint.pk, complaint.sealed_words) if whole else "", told, evidence)


def _who(step: ComplaintStep) -> str:
    """The office and departments act as such; no officer is named to anybody."""
    if step.post_id is None:
        return ""
    return str(step.department) if step.action == Action.ANSWER else "纪检监察"
