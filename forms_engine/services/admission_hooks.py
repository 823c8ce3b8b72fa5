"""What each step of an approval means to the form: its state, its filing number, who may collect it.

The only writer of `FormVersion.state`. Every hook runs in the step's transaction and locks the version after the
approval; what it raises takes the step back.
"""

from datetime import date

from django.utils.timezone import localdate, now
from guardian.shortcuts import assign_perm

from accounts.actors import Actor
from accounts.approvals.kinds import Kind
from accounts.approvals.rules import Action
from accounts.errors import DomainError
from accounts.models import Approval
from accounts.rights import ADMIT_FORMS, DESIGN_FORMS
from forms_engine.models import FormVersion
from forms_engine.readiness import list_lacks
from forms_engine.selectors.admissions import ADMISSION
from forms_engine.selectors.overlap import can_answer_by_data, measure_known
from forms_engine.selectors.reports import get_columns
from forms_engine.selectors.templates import COLLECT
from registry.filing_numbers import next_filing_number
from tagging.services.holding import hold_tags

State = FormVersion.State


class NotReady(DomainError):
    """The form still lacks something; the message lists what."""

    code = "form_not_ready"


class CannotAnswer(DomainError):
    """The registry does not know enough to answer the form without the villages."""

    code = "cannot_answer_by_data"


def on_submit(actor: Actor, approval: Approval) -> None:
    """Raises NotReady with everything that is lacking."""
    version = _lock(approval)
    lacks = list_lacks(version, get_columns(version), today=localdate())
    if lacks:
        raise NotReady("还不能提交准入:" + "".join(lacks))
    _keep(version, State.SUBMITTED)


def on_withdraw(actor: Actor, approval: Approval) -> None:
    _keep(_lock(approval), State.DRAFT)


def on_return(actor: Actor, approval: Approval) -> None:
    _keep(_lock(approval), State.RETURNED)


def on_refuse(actor: Actor, approval: Approval) -> None:
    _keep(_lock(approval), State.REFUSED)


def on_approve(actor: Actor, approval: Approval, *, valid_until: date) -> dict[str, str]:
    """A filing number (备案号), a validity, and the right of the department to collect the form.

    Raises BadCondition where a tag of the roster condition was retired meanwhile.
    """
    version = _lock(approval)
    hold_tags(version.condition)
    area = version.template.department.area_id
    version.filing_number = next_filing_number(area, localdate().year, of=FormVersion)
    version.valid_until = valid_until
    _keep(version, State.ADMITTED)
    assign_perm(COLLECT, version.template.department.group, version.template)
    return {"filing_number": version.filing_number}


def on_remark(actor: Actor, approval: Approval, *, mode: FormVersion.AnswerMode) -> dict[str, str]:
    """Let data answer the form, or the villages after all. Raises CannotAnswer."""
    version = _lock(approval)
    if mode == FormVersion.AnswerMode.DATA:
        columns = get_columns(version)
        if not can_answer_by_data(columns, measure_known(version=version, columns=columns, on=localdate())):
            raise CannotAnswer("登记库的数据还不足以直接回答这张表:有新要的列,或必填项的已有率不到 95%。")
    version.answer_mode = mode
    version.save(update_fields=["answer_mode"])
    return {"mode": mode.value}


KIND = Kind(
    code=ADMISSION,
    subject=FormVersion,
    request_right=DESIGN_FORMS,
    decide_right=ADMIT_FORMS,
    decide_days=10,
    hooks={
        Action.SUBMIT: on_submit,
        Action.WITHDRAW: on_withdraw,
        Action.RETURN: on_return,
        Action.REFUSE: on_refuse,
        Action.APPROVE: on_approve,
        Action.REMARK: on_remark,
    },
    verbs={Action.APPROVE: "admitted", Action.REMARK: "answer_mode"},
)


def _lock(approval: Approval) -> FormVersion:
    locked = FormVersion.objects.select_for_update(of=("self",)).defer("workbook")
    return locked.select_related("template__department__area", "template__department__group").get(
        pk=approval.subject_id
    )


def _keep(version: FormVersion, state: State) -> None:
    version.state = state
    version.decided_at = now() if state in (State.RETURNED, State.REFUSED, State.ADMITTED) else None
    version.save(update_fields=["state", "decided_at", "filing_number", "valid_until"])
