"""Admit (准入): a form passes one desk before any village sees it. The steps are those of `accounts.approvals`.

seen: version of the approval that the actor's page showed; None takes it as it is now, for seeds and commands.
Raised by all: Conflict for a step that was taken already, NotAllowed for the requesting side, NotFound.
"""

from collections.abc import Sequence
from datetime import date

from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.approvals import services as approvals
from accounts.approvals.refusals import NeedsNote
from accounts.approvals.reviews import give_opinion, invite_reviewers
from accounts.approvals.rules import Opinion
from accounts.models import Approval, ApprovalReviewer, Department
from forms_engine.models import FormVersion
from forms_engine.selectors.admissions import ADMISSION, get_approval_of
from forms_engine.services.admission_hooks import CannotAnswer, NotReady

__all__ = [
    "CannotAnswer",
    "NeedsNote",
    "NotReady",
    "admit_version",
    "choose_answer_mode",
    "draft_version",
    "give_opinion_on_version",
    "invite_departments",
    "refuse_version",
    "return_version",
    "submit_version",
    "withdraw_version",
]


def draft_version(*, actor: Actor, version: FormVersion) -> Approval:
    """The approval that a new version begins with."""
    return approvals.draft(actor=actor, kind=ADMISSION, subject=version, title=_title(version))


def submit_version(*, actor: Actor, version: FormVersion, seen: int | None = None) -> None:
    """Hand a draft or returned version to the desk. Raises NotReady."""
    approval, seen = _found(version, seen)
    approvals.submit(actor=actor, approval=approval, seen=seen, title=_title(version))


def withdraw_version(*, actor: Actor, version: FormVersion, seen: int | None = None) -> None:
    """Take a submitted version back to draft before the desk decided."""
    approval, seen = _found(version, seen)
    approvals.withdraw(actor=actor, approval=approval, seen=seen)


def return_version(*, actor: Actor, version: FormVersion, note: str, seen: int | None = None) -> None:
    """Back to the department with what is missing (退回补充). Raises NeedsNote."""
    approval, seen = _found(version, seen)
    approvals.return_(actor=actor, approval=approval, seen=seen, note=note)


def refuse_version(*, actor: Actor, version: FormVersion, note: str, seen: int | None = None) -> None:
    """No village will be asked (不予准入). Raises NeedsNote."""
    approval, seen = _found(version, seen)
    approvals.refuse(actor=actor, approval=approval, seen=seen, note=note)


def admit_version(
    *, actor: Actor, version: FormVersion, valid_until: date, note: str = "", seen: int | None = None
) -> FormVersion:
    """Give it a filing number (备案号) and let the department collect it until `valid_until`.

    Raises NeedsNote for a day before today (its field is valid_until) and without a reason against an objection,
    ReviewRunning while opinions are awaited.
    """
    if valid_until < localdate():
        raise NeedsNote("有效期不能早于今天。", field="valid_until")
    approval, seen = _found(version, seen)
    approvals.approve(actor=actor, approval=approval, seen=seen, note=note, valid_until=valid_until)
    return FormVersion.objects.select_related("template").defer("workbook").get(pk=version.pk)


def choose_answer_mode(
    *, actor: Actor, version: FormVersion, mode: FormVersion.AnswerMode, seen: int | None = None
) -> None:
    """Let data answer the form, or villages after all; the version stays at the desk. Raises CannotAnswer."""
    approval, seen = _found(version, seen)
    note = f"回答方式改为:{mode.label}"
    approvals.remark(actor=actor, approval=approval, seen=seen, note=note, mode=mode)


def invite_departments(
    *, actor: Actor, version: FormVersion, departments: Sequence[Department], days: int, seen: int
) -> list[ApprovalReviewer]:
    """Ask departments for their opinion (联审) within `days` working days. Raises NotAReviewer."""
    approval = get_approval_of(version)
    return invite_reviewers(actor=actor, approval=approval, seen=seen, days=days, departments=departments)


def give_opinion_on_version(
    *, actor: Actor, version: FormVersion, opinion: Opinion, text: str, seen_round: int
) -> None:
    """The opinion of the actor's department. Raises NeedsNote (its field is `text`), ReviewOver."""
    approval = get_approval_of(version)
    give_opinion(actor=actor, approval=approval, seen_round=seen_round, opinion=opinion, text=text)


def _found(version: FormVersion, seen: int | None) -> tuple[Approval, int]:
    approval = get_approval_of(version)
    return approval, approval.version if seen is None else seen


def _title(version: FormVersion) -> str:
    """高龄津贴发放花名册 第 2 版; the first version goes by the name alone."""
    return version.template.name if version.number == 1 else f"{version.template.name} 第 {version.number} 版"
