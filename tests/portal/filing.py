"""Systems in tests: described, handed in, admitted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.models import Area
from accounts.scope import acting_as
from portal.models import Filing, System
from portal.selectors.systems import get_approval_of
from portal.services.systems.desk import admit_filing, submit_filing
from portal.services.systems.filings import begin_system, describe_filing
from registry.models import DataItem
from tests.factories import DISTRICT

DESCRIBED: dict[str, Any] = {
    "summary": "登记探访独居老人的情况",
    "functions": ["visits"],
    "description": "1. 安排探访\n2. 记录探访情况",
    "roles": ["community_worker", "grid_worker"],
    "other_items": "",
    "legal_basis": "(示例)探访关爱服务办法",
    "building_cost": Decimal(20),
    "yearly_cost": Decimal(3),
    "necessity": "现有系统不能排班",
    "valid_until": None,
    "reason": "",
}


def seen(filing: Filing) -> int:
    """The version that a page opened now would show."""
    return get_approval_of(filing).version


def begun(department: Actor, name: str = "养老探访平台", *, areas=(DISTRICT,), items=(), **values) -> Filing:
    """A described draft."""
    with acting_as(department):
        system = begin_system(actor=department, name=name)
        filing = system.filings.get()
        describe(department, filing, areas=areas, items=items, **values)
    filing.refresh_from_db()
    return filing


def describe(department: Actor, filing: Filing, *, areas=(DISTRICT,), items=(), **values) -> None:
    describe_filing(
        actor=department,
        filing=filing,
        values=DESCRIBED | values,
        areas=list(Area.objects.filter(code__in=areas)),
        items=list(DataItem.objects.filter(code__in=items)),
    )


def handed_in(department: Actor, name: str = "养老探访平台", **values) -> Filing:
    filing = begun(department, name, **values)
    with acting_as(department):
        submit_filing(actor=department, filing=filing, seen=seen(filing))
    filing.refresh_from_db()
    return filing


def admit(desk: Actor, filing: Filing, **terms) -> Filing:
    given = {"valid_until": None if filing.is_closure else localdate() + timedelta(days=365)}
    with acting_as(desk):
        admit_filing(actor=desk, filing=filing, seen=seen(filing), **(given | terms))
    filing.refresh_from_db()
    return filing


def make_system(department: Actor, desk: Actor, name: str = "养老探访平台", **values) -> System:
    """An admitted system."""
    filing = admit(desk, handed_in(department, name, **values))
    return System.objects.select_related("department", "live").get(pk=filing.system_id)
