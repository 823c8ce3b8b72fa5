"""Applications (准入申请): a department describes its system, a change of it, or its end. `desk` hands them in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.actors import Actor
from accounts.approvals import services as approvals
from accounts.approvals.rules import State as Step
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotAllowed, NotFound
from accounts.models import Area
from accounts.rights import APPLY_SYSTEMS, require
from portal.models import Filing, System
from portal.selectors.systems import SYSTEM, get_approval_of
from registry.models import DataItem

Purpose = Filing.Purpose
DESCRIBED = (
    *("summary", "functions", "description", "roles", "other_items", "legal_basis", "building_cost", "yearly_cost"),
    *("necessity", "valid_until", "reason"),
)
CLOSING = ("reason", "closing_on", "data_fate", "data_note")
FITTING = {
    Purpose.NEW: (System.State.REFUSED,),
    Purpose.CHANGE: (System.State.ADMITTED, System.State.SUSPENDED),
    Purpose.CLOSURE: (System.State.ADMITTED, System.State.SUSPENDED),
}
"""States of a system in which such a filing may begin; the first filing of all begins with the system."""


class NameTaken(DomainError):
    code = "name_taken"
    default = "本部门已经登记过同名的系统,请到底数清单里打开它,或换一个名称。"


@transaction.atomic
def begin_system(*, actor: Actor, name: str) -> System:
    """A system of the actor's department, with an application to be filled in. Raises NameTaken, NotAllowed."""
    require(actor, APPLY_SYSTEMS, actor.area_code)
    if actor.department_id is None:
        raise NotAllowed
    if System.objects.filter(department_id=actor.department_id, name=name).exists():
        raise NameTaken(field="name")
    system = System.objects.create(name=name, department_id=actor.department_id, created_by_id=actor.post_id)
    _draft(actor, Filing(system=system), [system.department.area])
    record(actor, "system.registered", system)
    return system


@transaction.atomic
def begin_filing(*, actor: Actor, system: System, purpose: Filing.Purpose) -> Filing:
    """The next filing of a system, as it was filed last. A draft that was not handed in yet becomes it.

    Raises NotFound for another department's, Conflict where it does not fit or another one is under way.
    """
    locked = _lock(actor, system)
    if locked.state not in FITTING[purpose]:
        raise Conflict(f"系统现在是“{locked.get_state_display()}”,不能申请{purpose.label}。请刷新后再看。")
    last = locked.filings.order_by("-number")[0]
    if last.state == Filing.State.DRAFT and get_approval_of(last).state == Step.DRAFTED:
        last.purpose = purpose
        last.save(update_fields=["purpose"])
        return last
    if last.is_open or last.state == Filing.State.SUBMITTED:
        raise Conflict("已有一件申请还没有办结,请先办完那一件。")
    source = locked.live or last
    described = {name: getattr(source, name) for name in DESCRIBED if name != "reason"}
    number = (locked.filings.aggregate(last=Max("number"))["last"] or 0) + 1
    filing = Filing(system=locked, number=number, purpose=purpose, **described)
    _draft(actor, filing, list(source.areas.all()))
    filing.items.set(source.items.all())
    record(actor, "system.filing_begun", locked, filing=filing.pk, purpose=purpose.value)
    return filing


@transaction.atomic
def describe_filing(
    *, actor: Actor, filing: Filing, values: Mapping[str, Any], areas: Sequence[Area], items: Sequence[DataItem]
) -> None:
    """Write what a new or changed system does. values: of DESCRIBED. Raises NotFound, Conflict once handed in."""
    locked = _lock_open(actor, filing)
    _keep(locked, DESCRIBED, values)
    locked.areas.set(areas)
    locked.items.set(items)
    record(actor, "system.filing_changed", locked.system, filing=locked.pk)


@transaction.atomic
def describe_closure(*, actor: Actor, filing: Filing, values: Mapping[str, Any]) -> None:
    """Write when the system ends and what becomes of its data. values: of CLOSING. Raises NotFound, Conflict."""
    locked = _lock_open(actor, filing)
    _keep(locked, CLOSING, values)
    record(actor, "system.filing_changed", locked.system, filing=locked.pk)


def _draft(actor: Actor, filing: Filing, areas: Sequence[Area]) -> None:
    filing.save()
    filing.areas.set(areas)
    approvals.draft(actor=actor, kind=SYSTEM, subject=filing, title=title_of(filing))


def title_of(filing: Filing) -> str:
    """What the approval is called: 养老服务平台准入, 养老服务平台变更."""
    purpose = "准入" if filing.purpose == Purpose.NEW else Purpose(filing.purpose).label
    return f"{filing.system.name}{purpose}"


def _keep(filing: Filing, names: Sequence[str], values: Mapping[str, Any]) -> None:
    for name in names:
        setattr(filing, name, values[name])
    filing.save(update_fields=list(names))


def _lock(actor: Actor, system: System) -> System:
    require(actor, APPLY_SYSTEMS)
    locked = System.objects.kept_by(actor).select_for_update(of=("self",)).filter(pk=system.pk).first()
    if locked is None:
        raise NotFound
    return locked


def _lock_open(actor: Actor, filing: Filing) -> Filing:
    _lock(actor, filing.system)
    locked = Filing.objects.select_for_update(of=("self",)).select_related("system").get(pk=filing.pk)
    if not locked.is_open:
        raise Conflict("申请已经提交,现在不能修改。需要修改请先撤回。")
    return locked
