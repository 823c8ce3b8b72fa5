"""Reads of notices (通知) and guides (操作指南): for those they are for, and for those who sent them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.approvals.selectors import get_approval, list_waiting
from accounts.codes import SPAN, Level, Range
from accounts.errors import NotFound
from accounts.models import Approval, Area, Department, Post
from accounts.roles import Role
from portal.models import Guide, Notice, NoticeFile, NoticeReceipt
from portal.models.notices import unit_of

NOTICE = "notice"
"""Code of the approval of a department's notice."""
LEVELS = {
    Role.COMMUNITY_WORKER: Level.COMMUNITY,
    Role.GRID_WORKER: Level.COMMUNITY,
    Role.TOWN_ADMIN: Level.TOWN,
    Role.DISTRICT_ADMIN: Level.DISTRICT,
    Role.DISCIPLINE: Level.DISTRICT,
}
"""Whose unit is an area of that level; the others are units by department."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that a notice is for. read: whether it was opened there."""

    name: str
    read: bool


@dataclass(frozen=True, slots=True)
class Receipts:
    """What of the units has read. Villages are told by name, people never."""

    units: Sequence[Unit]

    @property
    def read(self) -> int:
        return sum(unit.read for unit in self.units)

    @property
    def unread(self) -> list[Unit]:
        return [unit for unit in self.units if not unit.read]


def list_notices(*, actor: Actor) -> QuerySet[Notice]:
    """For the post and in force, each with `is_read`: opened by its unit."""
    read = NoticeReceipt.objects.filter(notice=OuterRef("pk"), **unit_of(actor))
    found = Notice.objects.addressed_to(actor).select_related("area", "department")
    return found.annotate(is_read=Exists(read)).order_by("-published_at", "-pk")


def list_unread(*, actor: Actor) -> QuerySet[Notice]:
    return Notice.objects.unread_by(actor)


def list_sent(*, actor: Actor) -> QuerySet[Notice]:
    """Those of the own unit; for the district also those that departments handed in."""
    sent = Notice.objects.sent_by(actor).values("pk")
    handed_in = Notice.objects.at_desk_of(actor).values("pk")
    found = Notice.objects.filter(Q(pk__in=sent) | Q(pk__in=handed_in))
    return found.select_related("area", "department").order_by("-pk")


def list_notices_to_decide(*, actor: Actor) -> QuerySet[Notice]:
    waiting = list_waiting(actor=actor, kind=NOTICE).order_by()
    return Notice.objects.filter(pk__in=waiting.values("subject_id"))


def get_notice(*, actor: Actor, pk: int) -> Notice:
    """One for the post, of its unit, or at its desk. Raises NotFound."""
    addressed = Notice.objects.addressed_to(actor).values("pk")
    found = Notice.objects.filter(Q(pk__in=addressed) | Q(pk__in=list_sent(actor=actor).values("pk")), pk=pk)
    notice = found.select_related("area", "department").first()
    if notice is None:
        raise NotFound
    return notice


def get_sent(*, actor: Actor, pk: int) -> Notice:
    """One of the post's own unit. Raises NotFound."""
    notice = Notice.objects.sent_by(actor).select_related("area", "department").filter(pk=pk).first()
    if notice is None:
        raise NotFound
    return notice


def get_at_desk(*, actor: Actor, pk: int) -> Notice:
    """A department's notice at the desk. Raises NotFound."""
    notice = Notice.objects.at_desk_of(actor).select_related("area", "department").filter(pk=pk).first()
    if notice is None:
        raise NotFound
    return notice


def is_for(*, actor: Actor, notice: Notice) -> bool:
    return Notice.objects.addressed_to(actor).filter(pk=notice.pk).exists()


def get_file(*, notice: Notice, pk: int) -> NoticeFile:
    """Raises NotFound."""
    file = notice.files.filter(pk=pk).first()
    if file is None:
        raise NotFound
    return file


def get_approval_of(notice: Notice) -> Approval:
    return get_approval(kind=NOTICE, subject_id=notice.pk)


def get_receipts(*, notice: Notice) -> Receipts:
    """Units with somebody in office that the notice is for, in the order of their codes. Three queries."""
    ranges = [area.range for area in notice.areas.all()]
    roles = {Role(one) for one in notice.roles}
    areas = [(one, unit.name) for one, unit in _areas(ranges, roles)]
    departments = [(one, unit.name) for one, unit in _departments(ranges, roles)]
    read = set(notice.receipts.values_list("area_id", "department_id"))
    return Receipts([Unit(name, key in read) for key, name in (*areas, *departments)])


def list_places(*, actor: Actor) -> list[Area]:
    """To where the post may send: its own area first, then the areas right below it."""
    below = Area.objects.filter(parent=actor.area_code, closed_on__isnull=True).order_by("code")
    return [*Area.objects.filter(code=actor.area_code), *below]


def list_guides(*, actor: Actor, text: str = "", category: str = "") -> QuerySet[Guide]:
    found = Guide.objects.visible_to(actor).defer("sealed")
    if category:
        found = found.filter(category=category)
    for word in text.split():
        found = found.filter(Q(title__icontains=word) | Q(summary__icontains=word))
    return found


def get_guide(*, actor: Actor, pk: int) -> Guide:
    """Raises NotFound."""
    guide = Guide.objects.visible_to(actor).filter(pk=pk).first()
    if guide is None:
        raise NotFound
    return guide


def _areas(ranges: list[Range], roles: set[Role]) -> list[tuple[tuple[int, int | None], Area]]:
    """Areas that are units: each has a post of a role whose unit it is."""
    found: list[tuple[tuple[int, int | None], Area]] = []
    for level in {LEVELS[role] for role in roles if role in LEVELS}:
        wanted = [role for role in roles if LEVELS.get(role) == level]
        posts = Post.objects.valid_on(localdate()).filter(role__in=wanted)
        inside = posts.filter(area__gte=OuterRef("code"), area__lt=OuterRef("code") + SPAN[level])
        areas = Area.objects.filter(_within("code", ranges), Exists(inside), level=level).order_by("code")
        found += [((area.code, None), area) for area in areas]
    return found


def _departments(ranges: list[Range], roles: set[Role]) -> list[tuple[tuple[int, int | None], Department]]:
    wanted = [role for role in roles if role not in LEVELS]
    if not wanted:
        return []
    posts = Post.objects.valid_on(localdate()).filter(role__in=wanted, department=OuterRef("pk"))
    found = Department.objects.filter(_within("area", ranges), Exists(posts)).order_by("pk")
    return [((one.area_id, one.pk), one) for one in found]


def _within(column: str, ranges: list[Range]) -> Q:
    either = Q(pk__in=[])
    for low, high in ranges:
        either |= Q(**{f"{column}__gte": low, f"{column}__lte": high})
    return either
