"""Admit (准入): a form passes one desk before any village sees it; the desk is never its own requester."""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import localdate, now
from guardian.shortcuts import assign_perm

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import Level, ancestor
from accounts.errors import Conflict, DomainError, NotAllowed, NotFound
from accounts.models import Area
from accounts.rights import ADMIT_FORMS, DESIGN_FORMS, require
from forms_engine.models import AdmissionStep, FormVersion
from forms_engine.readiness import list_lacks
from forms_engine.selectors.admissions import get_admission, was_submitted_by
from forms_engine.selectors.overlap import can_answer_by_data, measure_known
from forms_engine.selectors.reports import get_columns
from forms_engine.selectors.templates import COLLECT
from forms_engine.services.design import lock_draft
from registry.rules.pinyin import spell_name

State = FormVersion.State
NAMES_OF_LEVEL = "省市区县旗"


class NotReady(DomainError):
    """The form still lacks something; the message lists what."""

    code = "form_not_ready"


class NeedsNote(DomainError):
    code = "needs_note"


class CannotAnswer(DomainError):
    """The registry does not know enough to answer the form without the villages."""

    code = "cannot_answer_by_data"


@transaction.atomic
def submit_version(*, actor: Actor, version: FormVersion) -> None:
    """Hand a draft or returned version to the desk. Raises NotReady, Conflict (submitted already), NotFound."""
    locked = lock_draft(actor, version)
    lacks = list_lacks(locked, get_columns(locked), today=localdate())
    if lacks:
        raise NotReady("还不能提交准入:" + "".join(lacks))
    _step(actor, locked, State.SUBMITTED, "", "form.submitted")


@transaction.atomic
def withdraw_version(*, actor: Actor, version: FormVersion) -> None:
    """Take a submitted version back to draft before the desk decided. Raises Conflict, NotFound."""
    require(actor, DESIGN_FORMS)
    locked = _lock_submitted(version)
    if locked.template.department_id != actor.department_id:
        raise NotFound
    _step(actor, locked, State.DRAFT, "撤回", "form.withdrawn")


@transaction.atomic
def return_version(*, actor: Actor, version: FormVersion, note: str) -> None:
    """Back to the department with what is missing (退回补充). Raises NeedsNote, Conflict, NotAllowed, NotFound."""
    locked = _lock_for_decision(actor, version)
    _step(actor, locked, State.RETURNED, _required(note, "请写明要补充什么,部门才知道怎么改。"), "form.returned")


@transaction.atomic
def refuse_version(*, actor: Actor, version: FormVersion, note: str) -> None:
    """No village will be asked (不予准入). Raises NeedsNote, Conflict, NotAllowed, NotFound."""
    locked = _lock_for_decision(actor, version)
    _step(actor, locked, State.REFUSED, _required(note, "请写明不予准入的理由。"), "form.refused")


@transaction.atomic
def admit_version(*, actor: Actor, version: FormVersion, valid_until: date, note: str = "") -> FormVersion:
    """Give it a filing number (备案号) and let the department collect it until `valid_until`.

    Raises NeedsNote for a day before today (its field is valid_until), Conflict, NotAllowed, NotFound.
    """
    if valid_until < localdate():
        raise NeedsNote("有效期不能早于今天。", field="valid_until")
    locked = _lock_for_decision(actor, version)
    locked.filing_number = _next_filing_number(locked.template.department.area_id, localdate().year)
    locked.valid_until = valid_until
    _step(actor, locked, State.ADMITTED, note, "form.admitted", filing_number=locked.filing_number)
    assign_perm(COLLECT, locked.template.department.group, locked.template)
    return locked


@transaction.atomic
def choose_answer_mode(*, actor: Actor, version: FormVersion, mode: FormVersion.AnswerMode) -> None:
    """Let data answer the form, or villages after all; the version stays at the desk.

    Raises CannotAnswer where the registry does not know enough, Conflict, NotAllowed, NotFound.
    """
    locked = _lock_for_decision(actor, version)
    if mode == FormVersion.AnswerMode.DATA:
        columns = get_columns(locked)
        if not can_answer_by_data(columns, measure_known(version=locked, columns=columns, on=localdate())):
            raise CannotAnswer("登记库的数据还不足以直接回答这张表:有新要的列,或必填项的已有率不到 95%。")
    locked.answer_mode = mode
    locked.save(update_fields=["answer_mode"])
    note = f"回答方式改为:{mode.label}"
    AdmissionStep.objects.create(version=locked, state=locked.state, post_id=actor.post_id, note=note)
    record(actor, "form.answer_mode", locked, mode=mode.value)


def _lock_for_decision(actor: Actor, version: FormVersion) -> FormVersion:
    """The submitted version, locked, for somebody of the desk who is not its requester."""
    require(actor, ADMIT_FORMS)
    get_admission(actor=actor, pk=version.pk)
    if was_submitted_by(version, actor.user_id):
        raise NotAllowed("这张表是您本人提交的,准入须由其他人审核。")
    return _lock_submitted(version)


def _lock_submitted(version: FormVersion) -> FormVersion:
    """The row, locked until the end of the transaction: of two who decide at once the second gets a Conflict."""
    locked = FormVersion.objects.select_for_update(of=("self",)).defer("workbook")
    found = locked.select_related("template__department__area", "template__department__group").get(pk=version.pk)
    if found.state != State.SUBMITTED:
        raise Conflict(f"这一版现在是“{found.get_state_display()}”,刚才的一步没有生效。请刷新页面后再看。")
    return found


def _step(actor: Actor, version: FormVersion, state: State, note: str, action: str, **details: Any) -> None:
    version.state = state
    version.decided_at = now() if state in (State.RETURNED, State.REFUSED, State.ADMITTED) else None
    version.save(update_fields=["state", "decided_at", "filing_number", "valid_until"])
    AdmissionStep.objects.create(version=version, state=state, post_id=actor.post_id, note=note.strip()[:500])
    record(actor, action, version, **details)


def _required(note: str, sentence: str) -> str:
    if not note.strip():
        raise NeedsNote(sentence, field="note")
    return note


def _next_filing_number(area_code: int, year: int) -> str:
    """CM-2026-0117: initials of the district, year, running number. Held by a lock until the transaction ends."""
    district = Area.objects.get(code=ancestor(area_code, Level.DISTRICT))
    beginning = f"{_initials(district.name)}-{year}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [beginning])
    taken = FormVersion.objects.filter(filing_number__startswith=beginning).values_list("filing_number", flat=True)
    last = max((int(number.rpartition("-")[2]) for number in taken), default=0)
    return f"{beginning}{last + 1:04d}"


def _initials(name: str) -> str:
    """崇明区 -> CM. Two districts of one portal with the same initials share one row of numbers."""
    core = name.rstrip(NAMES_OF_LEVEL) or name
    return spell_name(core)[1].upper()
