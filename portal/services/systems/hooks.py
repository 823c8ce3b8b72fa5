"""What each step of an approval means to a system: its state, its filing number, the filing it works under.

Every hook runs in the step's transaction and locks the filing after the approval; what it raises takes the step back.
"""

from datetime import date

from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.approvals.kinds import Kind
from accounts.approvals.rules import Action
from accounts.audit import record_system
from accounts.errors import DomainError
from accounts.models import Approval
from accounts.rights import ADMIT_SYSTEMS, APPLY_SYSTEMS
from portal.models import Filing, System
from portal.selectors.systems import SYSTEM
from portal.systems.prohibited import find_prohibited
from registry.filing_numbers import next_filing_number

State = Filing.State
Told = dict[str, int | str]
MARK = "XT"
"""In filing numbers of systems: CM-XT-2026-0003."""


class NotReady(DomainError):
    """The application lacks something, or asks for what no system may do; the message lists it."""

    code = "filing_not_ready"


def list_lacks(filing: Filing) -> list[str]:
    """Sentences about what is missing or forbidden before it can be handed in. Two queries."""
    return _lacks_of_closure(filing) if filing.is_closure else [*_lacks_of_system(filing), *_forbidden(filing)]


def _lacks_of_system(filing: Filing) -> list[str]:
    asked = {
        "请填写用途。": filing.summary,
        "请至少选一项功能。": filing.functions,
        "请逐项写明功能。": filing.description.strip(),
        "请选择哪些岗位使用。": filing.roles,
        "请选择使用范围。": filing.areas.exists(),
        "请填写建设依据。": filing.legal_basis.strip(),
        "请填写建设费用和每年运行费用,没有的填 0。": None not in (filing.building_cost, filing.yearly_cost),
        "请写明为什么不能用现有的系统和数据。": filing.necessity.strip(),
        "请写明变更的理由。": filing.purpose != Filing.Purpose.CHANGE or filing.reason.strip(),
    }
    return [sentence for sentence, given in asked.items() if not given]


def _forbidden(filing: Filing) -> list[str]:
    found = find_prohibited(filing.functions, filing.summary, filing.description, filing.necessity)
    if not found:
        return []
    named = ";".join(one.sentence for one in found)
    return [f"国办函〔2026〕12号禁止的功能须先去掉:{named}。"]


def _lacks_of_closure(filing: Filing) -> list[str]:
    asked = {
        "请写明退出的理由。": filing.reason.strip(),
        "请填写停止使用的日期,不早于今天。": filing.closing_on is not None and filing.closing_on >= localdate(),
        "请选择数据去向。": filing.data_fate,
        "请写明数据由谁在什么时候移交、归档或销毁。": filing.data_note.strip(),
    }
    return [sentence for sentence, given in asked.items() if not given]


def on_submit(actor: Actor, approval: Approval) -> Told:
    """Raises NotReady with everything that is lacking or forbidden."""
    filing = _lock(approval)
    lacks = list_lacks(filing)
    if lacks:
        raise NotReady("还不能提交:" + "".join(lacks))
    if filing.system.state == System.State.REFUSED:
        _set(filing.system, System.State.APPLYING)
    return _keep(filing, State.SUBMITTED)


def on_withdraw(actor: Actor, approval: Approval) -> Told:
    return _keep(_lock(approval), State.DRAFT)


def on_return(actor: Actor, approval: Approval) -> Told:
    return _keep(_lock(approval), State.RETURNED)


def on_refuse(actor: Actor, approval: Approval) -> Told:
    filing = _lock(approval)
    if filing.purpose == Filing.Purpose.NEW:
        _set(filing.system, System.State.REFUSED)
    return _keep(filing, State.REFUSED)


def on_approve(actor: Actor, approval: Approval, *, valid_until: date | None) -> Told:
    """A number and a validity, the changed filing in place of the one before, or the end."""
    filing = _lock(approval)
    filing.valid_until = valid_until if not filing.is_closure else filing.valid_until
    told = _keep(filing, State.ADMITTED)
    if filing.is_closure:
        _let_go(filing)
    else:
        _let_in(filing)
    return told | {"filing_number": filing.system.filing_number}


def _let_in(filing: Filing) -> None:
    system = filing.system
    system.live = filing
    if filing.purpose == Filing.Purpose.NEW:
        system.state, system.admitted_on = System.State.ADMITTED, localdate()
        area_code = system.department.area_id
        system.filing_number = next_filing_number(area_code, localdate().year, of=System, mark=MARK)
    system.save(update_fields=["live", "state", "admitted_on", "filing_number"])


def _let_go(filing: Filing) -> None:
    """The system ends with its last day; until then it goes on."""
    system = filing.system
    system.retired_on = filing.closing_on
    system.save(update_fields=["retired_on"])
    if filing.closing_on is not None and filing.closing_on <= localdate():
        _set(system, System.State.RETIRED)


def retire_due_systems() -> int:
    """Close the systems whose last day has come. Returns how many. Safe to repeat."""
    due = System.objects.filter(retired_on__lte=localdate()).exclude(state=System.State.RETIRED)
    ended = 0
    for system in due.order_by("pk"):
        ended += (
            System.objects.filter(pk=system.pk).exclude(state=System.State.RETIRED).update(state=System.State.RETIRED)
        )
        record_system("system.retired", system=system.pk)
    return ended


KIND = Kind(
    code=SYSTEM,
    subject=Filing,
    request_right=APPLY_SYSTEMS,
    decide_right=ADMIT_SYSTEMS,
    decide_days=15,
    hooks={
        Action.SUBMIT: on_submit,
        Action.WITHDRAW: on_withdraw,
        Action.RETURN: on_return,
        Action.REFUSE: on_refuse,
        Action.APPROVE: on_approve,
    },
    verbs={Action.APPROVE: "admitted"},
)


def _lock(approval: Approval) -> Filing:
    locked = Filing.objects.select_for_update(of=("self", "system")).select_related("system__department")
    return locked.get(pk=approval.subject_id)


def _keep(filing: Filing, state: State) -> Told:
    filing.state = state
    decided = state in (State.RETURNED, State.REFUSED, State.ADMITTED)
    filing.decided_at = now() if decided else None
    filing.save(update_fields=["state", "decided_at", "valid_until"])
    return {"system": filing.system_id}


def _set(system: System, state: System.State) -> None:
    system.state = state
    system.save(update_fields=["state"])
