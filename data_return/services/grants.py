"""Ask for the use of returned data (申请授权): handed in at once, mended when it comes back, taken back.

seen: version of the approval that the actor's page showed. Raised by all: Conflict for a step that was taken already,
NotAllowed for a post that may not ask, NotFound for a dataset or request of others, BadTerms.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.approvals import services as approvals
from accounts.codes import SPAN, Level, contains, level_of, subtree
from accounts.errors import Conflict, DomainError, NotAllowed, NotFound
from accounts.rights import REQUEST_GRANTS, require
from data_return.models import Dataset, Grant, GrantRequest
from data_return.models.grants import of_unit
from data_return.selectors.grants import GRANT, get_applicable, get_approval_of_grant, list_readers
from registry.catalogue import get_catalogue

MOST_DAYS = 366
"""A grant is looked at again at least once a year."""


class BadTerms(DomainError):
    """What is asked for cannot stand; the message says why."""

    code = "bad_grant_terms"


@transaction.atomic
def request_grant(
    *, actor: Actor, dataset: Dataset, terms: Mapping[str, Any], renews: Grant | None = None
) -> GrantRequest:
    """Ask for records of a dataset for the actor's unit. terms: items, areas, readers, clearance, scenario, purpose,
    since, until. renews: a grant of the same unit and dataset that this one follows.
    """
    require(actor, REQUEST_GRANTS, actor.area_code)
    opened = get_applicable(actor=actor, pk=dataset.pk)
    if not list_readers(actor):
        raise NotAllowed("这个岗位不能代表村居、镇街、区或部门申请。请切换岗位,或请本单位的负责人申请。")
    if renews is not None and (
        renews.dataset_id != opened.pk or not Grant.objects.filter(of_unit(actor), pk=renews.pk)
    ):
        raise NotFound
    request = GrantRequest(dataset=opened, area_id=actor.area_code, department_id=actor.department_id)
    request.post_id, request.renews = actor.post_id, renews
    _take(actor, request, terms)
    request.save()
    approval = approvals.draft(actor=actor, kind=GRANT, subject=request, title=str(request), partner=opened.department)
    approvals.submit(actor=actor, approval=approval, seen=approval.version)
    request.refresh_from_db(fields=["state"])
    return request


@transaction.atomic
def revise_request(*, actor: Actor, request: GrantRequest, terms: Mapping[str, Any], seen: int) -> None:
    """Hand in a returned or withdrawn request again, mended."""
    require(actor, REQUEST_GRANTS)
    if not request.can_revise:
        raise Conflict(f"这件申请现在是“{request.get_state_display()}”,不能再改。请刷新页面后再看。")
    _take(actor, request, terms)
    approvals.submit(actor=actor, approval=get_approval_of_grant(request), seen=seen, title=str(request))
    request.save(update_fields=[*terms])


def withdraw_request(*, actor: Actor, request: GrantRequest, seen: int) -> None:
    """Take it back before it is decided."""
    approvals.withdraw(actor=actor, approval=get_approval_of_grant(request), seen=seen)


def approve_request(*, actor: Actor, request: GrantRequest, seen: int, note: str = "") -> None:
    """Consent for the actor's side; with the other side's consent the grant begins."""
    approvals.approve(actor=actor, approval=get_approval_of_grant(request), seen=seen, note=note)


def return_request(*, actor: Actor, request: GrantRequest, seen: int, note: str) -> None:
    """Back to the requester with what is missing. Raises NeedsNote."""
    approvals.return_(actor=actor, approval=get_approval_of_grant(request), seen=seen, note=note)


def refuse_request(*, actor: Actor, request: GrantRequest, seen: int, note: str) -> None:
    """The end: no. Raises NeedsNote."""
    approvals.refuse(actor=actor, approval=get_approval_of_grant(request), seen=seen, note=note)


def check_period(since: date, until: date) -> None:
    """Raises BadTerms for a period that is over, backwards or longer than a year."""
    if until < since:
        raise BadTerms("截止日期不能早于起始日期。", field="until")
    if until < localdate():
        raise BadTerms("截止日期已经过去,请改为今天或以后。", field="until")
    if until - since > timedelta(days=MOST_DAYS):
        raise BadTerms("一次最长申请一年,到期前可以续期。请把截止日期改近一些。", field="until")


def least_areas(codes: list[int]) -> list[int]:
    """The same areas without those that lie inside another of them."""
    left: list[int] = []
    for code in sorted(set(codes)):
        if not any(contains(subtree(wider, level_of(wider)), code) for wider in left):
            left.append(code)
    return left


def _take(actor: Actor, request: GrantRequest, terms: Mapping[str, Any]) -> None:
    """Write the terms into a request, checked against dataset, unit and scope. Needs `dataset.live` joined."""
    for name, value in terms.items():
        setattr(request, name, value)
    request.areas = least_areas(request.areas)
    check_period(request.since, request.until)
    _check_items(request)
    if actor.scope is None or not all(contains(actor.scope, code) for code in request.areas):
        raise BadTerms("有区域不在本单位范围内,请重新选择。", field="areas")
    if any(code % SPAN[Level.COMMUNITY] for code in request.areas):
        raise BadTerms("区域最小到村居,村居以内由岗位范围决定。请重新选择。", field="areas")
    if not request.readers or not set(request.readers) <= {role.value for role in list_readers(actor)}:
        raise BadTerms("请选择本单位的使用人员。", field="readers")
    if (request.clearance is None) != (actor.department_id is None):
        raise BadTerms("请选择部门可见的级别。", field="clearance")


def _check_items(request: GrantRequest) -> None:
    version, catalogue = request.dataset.live, get_catalogue()
    held = set(version.fields.order_by().values_list("item_id", flat=True)) if version else set()
    if not request.items or not held.issuperset(request.items):
        raise BadTerms("请至少选择一个数据项,且都在数据集现在的版本里。", field="items")
    request.items = [code for code in catalogue.items if code in set(request.items)]
