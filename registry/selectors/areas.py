from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.codes import Level, ancestor
from accounts.models import Area

INSIDE_COMMUNITY = (Level.GRID, Level.MICROGRID)


def list_areas_below(actor: Actor) -> list[Area]:
    """Areas one level under the post's: towns of a district, grids of a community. For filters."""
    return list(Area.objects.filter(parent_id=actor.area_code).order_by("code"))


def list_places_to_live(actor: Actor) -> list[Area]:
    """Where the actor may put a resident: their communities, grids and microgrids, in order of the code."""
    return list(Area.objects.visible_to(actor).filter(level__in=(Level.COMMUNITY, *INSIDE_COMMUNITY)))


def list_register_communities(actor: Actor) -> list[Area]:
    """Communities of the post's town: where someone who lives here may be registered (户籍)."""
    town = ancestor(actor.area_code, Level.TOWN)
    found: QuerySet[Area] = Area.objects.filter(parent_id=town, level=Level.COMMUNITY)
    return list(found.order_by("code"))


def get_area_names(codes: set[int]) -> dict[int, str]:
    """Names of areas; those unknown here are left out. One query."""
    return dict(Area.objects.filter(Q(code__in=codes)).values_list("code", "name"))
