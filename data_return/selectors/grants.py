"""Reads of grants and of the requests for them: one's own, those at the desk, what a post may ask for."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate
from guardian.models import GroupObjectPermission

from accounts.actors import Actor
from accounts.approvals.rules import State
from accounts.approvals.selectors import list_waiting
from accounts.codes import Level
from accounts.errors import NotFound
from accounts.models import Approval, Area, Department
from accounts.rights import DECIDE_GRANTS, REQUEST_GRANTS, holds
from accounts.roles import Role
from data_return.models import Dataset, Grant, GrantRequest, GrantUse
from data_return.models.datasets import APPLY, area_group_name
from data_return.models.grants import ENDING_DAYS, OF_AREAS, of_unit

GRANT = "grant"
"""Code of the approval of a request."""
USES, MOST = 50, 50
RENEWING = (State.SUBMITTED, State.RETURNED, State.APPROVED)
"""States of a request for renewal after which its grant is nobody's task any more."""
BELOW: dict[Level, tuple[Role, ...]] = {
    Level.DISTRICT: OF_AREAS,
    Level.TOWN: OF_AREAS[1:],
    Level.COMMUNITY: OF_AREAS[2:],
}
"""Who can read under a grant to an area of that level."""
OF_DEPARTMENT = (Role.DEPARTMENT_STAFF, Role.DATA_OFFICER)


@dataclass(frozen=True, slots=True)
class Governed:
    """What a post's side may do with a grant."""

    grant: Grant
    governs: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Applicants:
    """Whom a dataset may be opened to: its department's area and those under it, the other departments. And who is."""

    areas: list[Area]
    departments: list[Department]
    chosen_areas: list[int]
    chosen_departments: list[int]


def list_requests(*, actor: Actor) -> QuerySet[GrantRequest]:
    """What the post asked for or may decide, the latest first, each with the desk's last day."""
    seen = Approval.objects.visible_to(actor).filter(kind=GRANT)
    due = seen.filter(subject_id=OuterRef("pk")).values("due_on")
    found = GrantRequest.objects.filter(Q(pk__in=seen.values("subject_id")) | of_unit(actor))
    return found.select_related("dataset__department", "area", "department").annotate(due_on=Subquery(due))


def get_request(*, actor: Actor, pk: int) -> GrantRequest:
    """One of them. Raises NotFound."""
    found = list_requests(actor=actor).select_related("dataset__live", "post__user", "renews").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def get_approval_of_grant(request: GrantRequest) -> Approval:
    """The approval of a request that the caller may see."""
    return Approval.objects.select_related("partner").get(kind=GRANT, subject_id=request.pk)


def list_requests_to_decide(*, actor: Actor) -> QuerySet[GrantRequest]:
    """Those that wait for the post's side now; not what its own user or department asked for."""
    waiting = list_waiting(actor=actor, kind=GRANT).order_by()
    return GrantRequest.objects.filter(pk__in=waiting.values("subject_id"))


def list_open_requests(*, actor: Actor) -> QuerySet[GrantRequest]:
    """What waits for the post: requests to decide for its side, and those of its own unit to mend."""
    found = Q(pk__in=[])
    if holds(actor, REQUEST_GRANTS):
        found |= Q(pk__in=list_requests_to_mend(actor=actor).order_by().values("pk"))
    if holds(actor, DECIDE_GRANTS):
        found |= Q(pk__in=list_requests_to_decide(actor=actor).order_by().values("pk"))
    return GrantRequest.objects.filter(found)


def list_requests_to_mend(*, actor: Actor) -> QuerySet[GrantRequest]:
    """Those of the post's own unit that were given back."""
    return GrantRequest.objects.filter(of_unit(actor), state=State.RETURNED)


def list_ending_grants(*, actor: Actor) -> QuerySet[Grant]:
    """Live ones of the post's own unit that end within ENDING_DAYS, nobody having asked for their renewal yet.

    None for a post that cannot ask for its unit.
    """
    if not holds(actor, REQUEST_GRANTS) or not list_readers(actor):
        return Grant.objects.none()
    today = localdate()
    renewed = GrantRequest.objects.filter(renews=OuterRef("pk"), state__in=RENEWING)
    ending = Grant.objects.live_on(today).filter(of_unit(actor), until__lte=today + timedelta(days=ENDING_DAYS))
    return ending.exclude(Exists(renewed))


def list_grants(*, actor: Actor) -> QuerySet[Grant]:
    """Those that the post reads under, governs or whose unit it belongs to, the latest first."""
    return Grant.objects.visible_to(actor).select_related("dataset__department", "area", "department")


def list_grants_of(*, actor: Actor, dataset: Dataset) -> list[Grant]:
    """Those of them that still run, of one dataset; the ones that end first come first."""
    running = list_grants(actor=actor).filter(dataset=dataset, revoked_at=None, until__gte=localdate())
    return list(running.order_by("until", "pk")[:MOST])


def list_parts(grant: Grant) -> list[Area]:
    """The granted areas and those one level under them, down to communities: what it can be narrowed to."""
    under = Q(parent__in=grant.areas, level__in=(Level.TOWN, Level.COMMUNITY))
    return list(Area.objects.filter(Q(code__in=grant.areas) | under).order_by("code"))


def get_grant(*, actor: Actor, pk: int) -> Governed:
    """One of them, with what the post may do with it. Raises NotFound."""
    found = list_grants(actor=actor).select_related("revoked_by__department", "revoked_by__area", "request")
    grant = found.filter(pk=pk).first()
    if grant is None:
        raise NotFound
    governs = Grant.objects.governed_by(actor).filter(pk=pk).exists()
    own = Grant.objects.filter(of_unit(actor), pk=pk).exists()
    return Governed(grant, governs, own)


def list_uses(*, actor: Actor, dataset: Dataset) -> list[GrantUse]:
    """Who read the dataset's records, when, what for and how many, the latest first: for who governs the grants."""
    governed = Grant.objects.governed_by(actor).filter(dataset=dataset)
    found = GrantUse.objects.filter(grant__in=governed.values("pk"))
    return list(found.select_related("grant", "post__area", "post__department").order_by("-pk")[:USES])


def opened_groups(dataset: Dataset) -> list[Group]:
    """Groups whose units may apply for the dataset. One query."""
    held = GroupObjectPermission.objects.filter(
        content_type__app_label=Dataset._meta.app_label,
        permission__codename=APPLY.partition(".")[2],
        object_pk=str(dataset.pk),
    )
    return list(Group.objects.filter(pk__in=held.values("group")))


def get_applicants(dataset: Dataset) -> Applicants:
    """Four queries, whatever the district holds. Needs `department` joined."""
    area = dataset.department.area
    areas = [area, *Area.objects.filter(parent=area, closed_on=None).order_by("code")]
    departments = list(Department.objects.filter(area__code__range=area.range).exclude(pk=dataset.department_id))
    opened = opened_groups(dataset)
    names, keys = {group.name for group in opened}, {group.pk for group in opened}
    return Applicants(
        areas,
        departments,
        [one.code for one in areas if area_group_name(one.code) in names],
        [one.pk for one in departments if one.group_id in keys],
    )


def get_applicable(*, actor: Actor, pk: int) -> Dataset:
    """A dataset that the post may apply for, with department and live version. Raises NotFound."""
    found = Dataset.objects.visible_to(actor).open_to(actor).select_related("department", "live").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def list_readers(actor: Actor) -> tuple[Role, ...]:
    """Roles that may read under a grant to the post's unit; none where the post does not stand for one."""
    readers = OF_DEPARTMENT if actor.department_id is not None else BELOW.get(actor.area_level, ())
    return readers if actor.role in readers else ()


def get_askable(*, actor: Actor, pk: int) -> Dataset:
    """A dataset that the post may apply for, for its unit. Raises NotFound, also for a post that stands for none."""
    found = Dataset.objects.visible_to(actor).open_to(actor).select_related("department", "live").filter(pk=pk).first()
    if found is None or not list_readers(actor):
        raise NotFound
    return found


def list_askable_areas(actor: Actor) -> list[Area]:
    """The post's own area and those one level under it, down to communities. One query."""
    inside = Q(parent_id=actor.area_code, level__in=(Level.TOWN, Level.COMMUNITY), closed_on=None)
    return list(Area.objects.filter(Q(code=actor.area_code) | inside).order_by("code"))
