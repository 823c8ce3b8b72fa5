"""What a reporter does: file, answer a question, take back. Nothing here writes who it was, or when beside the day.

No audit line either: it would stand between those of the same post. `nightly` writes them, in the order of random keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.timezone import localdate

from accounts import limits
from accounts.actors import Actor
from accounts.approvals.clock import add_working_days
from accounts.codes import Level, ancestor, contains, level_of, subtree
from accounts.errors import DomainError
from accounts.models import Department, Post
from accounts.rights import FILE_COMPLAINTS, ROLE_RIGHTS, require
from accounts.roles import Role
from portal.complaints.rules import ACCEPT_DAYS, CROWD, Action, Category, State, plain_name
from portal.complaints.secrecy import (
    evidence_seal,
    mark_of_code,
    mark_of_name,
    mark_of_user,
    seal_reporter,
    seal_words,
)
from portal.models import Complaint, ComplaintEvidence, ComplaintName
from portal.models.complaints import random_key
from portal.services.complaints.steps import require_words, take, write_step
from registry.evidence import take_in

COST = 20
"""Of the searches that a user may make in a minute: a limit of its own would be a row that tells who reported."""
MOST_NAMES, LONGEST_WORDS = 10, 4000
FILERS = [role for role in Role if FILE_COMPLAINTS in ROLE_RIGHTS[role]]


class NoDesk(DomainError):
    code = "no_desk"
    default = "区里现在没有可以受理这一件的纪检监察人员(没有设岗,或都与此事有关)。请向上一级纪检监察机关反映。"


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported. names: of whom (被反映人). files: photos as uploaded. named: under the own name."""

    category: Category
    text: str = field(repr=False)
    department: Department | None = None
    names: Sequence[str] = field(default=(), repr=False)
    files: Sequence[bytes] = field(default=(), repr=False)
    named: bool = False


@transaction.atomic
def file_complaint(*, actor: Actor, report: Report, code: str) -> Complaint:
    """File it under the receipt `code`; a second post with the same code changes nothing.

    Raises NoDesk, NeedsWords, EvidenceRefused, TooMany, NotAllowed.
    """
    require(actor, FILE_COMPLAINTS)
    limits.spend(actor, limits.SEARCH, COST)
    mark = mark_of_code(code)
    known = Complaint.objects.filter(receipt_mark=mark).first()
    if known is not None:
        return known
    text = require_words(report.text, "请写明反映的情况。")
    names = {plain_name(name) for name in report.names} - {""}
    _require_desk(actor, names, report.department)
    complaint = _create(actor, report, mark, text)
    ComplaintName.objects.bulk_create(
        ComplaintName(complaint=complaint, mark=mark_of_name(name)) for name in sorted(names)[:MOST_NAMES]
    )
    _keep_evidence(complaint, report.files)
    write_step(complaint, Action.FILE, actor=None)
    return complaint


@transaction.atomic
def reply_to_office(*, complaint: Complaint, seen: int, note: str, files: Sequence[bytes] = ()) -> None:
    """Answer the office's question, or add something of the own accord. complaint: found by code or as the own.

    Raises NeedsWords, EvidenceRefused, Conflict.
    """
    note = require_words(note, "请写明要补充的情况。")
    locked = Complaint.objects.select_for_update().get(pk=complaint.pk)
    _keep_evidence(locked, files)
    take(locked, Action.REPLY, seen=seen, actor=None, note=note)


@transaction.atomic
def withdraw_complaint(*, complaint: Complaint, seen: int) -> None:
    """Take it back before a department was asked. Raises Conflict."""
    locked = Complaint.objects.select_for_update().get(pk=complaint.pk)
    take(locked, Action.WITHDRAW, seen=seen, actor=None)


def crowd_area(actor: Actor) -> int:
    """Code of the narrowest area around the post, from a town up, in which CROWD people may report; else the district.

    One query.
    """
    town, district = (ancestor(actor.area_code, level) for level in (Level.TOWN, Level.DISTRICT))
    if level_of(actor.area_code) in (Level.DISTRICT, Level.CITY, Level.PROVINCE):
        return district
    there = Post.objects.valid_on(localdate()).filter(role__in=FILERS, area__code__range=subtree(town, Level.TOWN))
    return town if there.values("user").distinct().count() >= CROWD else district


def _require_desk(actor: Actor, names: set[str], department: Department | None) -> None:
    """Somebody must be able to take it up: in office, not named, not of the department, not the reporter."""
    district = subtree(ancestor(actor.area_code, Level.DISTRICT), Level.DISTRICT)
    posts = Post.objects.valid_on(localdate())
    officers = posts.filter(role=Role.DISCIPLINE).exclude(user_id=actor.user_id).select_related("user")
    if department is not None:
        officers = officers.exclude(user__in=posts.filter(department=department).values("user"))
    if not any(contains(district, one.area_id) and plain_name(one.user.full_name) not in names for one in officers):
        raise NoDesk


def _create(actor: Actor, report: Report, mark: bytes, text: str) -> Complaint:
    pk = random_key()
    complaint = Complaint(
        pk=pk,
        area_id=crowd_area(actor),
        category=report.category,
        department=report.department,
        receipt_mark=mark,
        reporter_mark=mark_of_user(actor.user_id) if report.named else None,
        sealed_reporter=seal_reporter(pk, actor.post_id) if report.named else "",
        sealed_words=seal_words(pk, _with_names(text, report.names)),
        state=State.FILED,
        filed_on=localdate(),
        due_on=add_working_days(localdate(), ACCEPT_DAYS),
    )
    complaint.save(force_insert=True)
    return complaint


def _with_names(text: str, names: Sequence[str]) -> str:
    """The office reads whom it is about in the same sealed words."""
    told = "、".join(name.strip() for name in names if name.strip())
    return f"{text[:LONGEST_WORDS]}\n\n被反映人:{told}" if told else text[:LONGEST_WORDS]


def _keep_evidence(complaint: Complaint, files: Sequence[bytes]) -> None:
    taken = take_in(list(files), sealed_as=evidence_seal(complaint.pk), photos_only=True)
    ComplaintEvidence.objects.bulk_create(
        ComplaintEvidence(complaint=complaint, kind=one.kind, sealed=one.sealed) for one in taken
    )
