"""Where a post can stand, for pickers: towns, areas of a level, departments, inside the manager's area."""

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.codes import Level, ancestor, subtree
from accounts.delegation import AREA_LEVELS
from accounts.models import Area, Department
from accounts.models.areas import AreaQuerySet
from accounts.roles import Role

BELOW_TOWN = frozenset({Level.COMMUNITY, Level.GRID, Level.MICROGRID})


def list_open_areas(actor: Actor) -> AreaQuerySet:
    """Areas of the actor's post, whatever the role, without closed grids."""
    return Area.objects.within(subtree(actor.area_code, actor.area_level)).filter(closed_on=None).order_by("code")


def list_towns(actor: Actor) -> AreaQuerySet:
    return list_open_areas(actor).filter(level=Level.TOWN)


def needs_town(actor: Actor, role: Role) -> bool:
    """Whether the places of the role are too many to choose from before a town is chosen."""
    return actor.area_level == Level.DISTRICT and not BELOW_TOWN.isdisjoint(AREA_LEVELS[role])


def list_places(actor: Actor, role: Role, town: Area | None = None) -> AreaQuerySet:
    """Areas on which a post of the role may stand, in the town where one is given."""
    found = list_open_areas(actor).filter(level__in=AREA_LEVELS[role])
    return found.within(town.range) if town is not None else found


def list_departments(actor: Actor) -> QuerySet[Department]:
    found = Department.objects.filter(area__code__range=subtree(actor.area_code, actor.area_level))
    return found.select_related("area").order_by("area_id", "name")


def group_by_community(areas: list[Area], names: dict[int, str]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Choices of a select: areas below a community under its name, the others by themselves. names: of communities."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for area in areas:
        community = ancestor(area.pk, Level.COMMUNITY)
        title = names.get(community, "") if area.pk != community or area.level == Level.COMMUNITY else ""
        groups.setdefault(title if area.level != Level.COMMUNITY else "", []).append((area.pk, area.name))
    return list(groups.items())


def community_names(actor: Actor, town: Area | None) -> dict[int, str]:
    found = list_open_areas(actor).filter(level=Level.COMMUNITY)
    return dict((found.within(town.range) if town is not None else found).values_list("code", "name"))
