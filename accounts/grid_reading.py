"""Grids and who stands on them (最小作战单元): 民警、微网格长、专职网格员、综合协管队员."""

from dataclasses import dataclass, field

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import SPAN, Level, subtree
from accounts.errors import NotFound
from accounts.models import Area, GridKind, Post


@dataclass(slots=True)
class Unit:
    """A grid or microgrid, who stands on it, and the kinds of members it still lacks."""

    area: Area
    posts: list[Post] = field(default_factory=list)
    parts: "list[Unit]" = field(default_factory=list)

    @property
    def lacking(self) -> list[str]:
        """Of an open microgrid: labels of the kinds nobody fills, the grid's own posts not counted."""
        if self.area.level != Level.MICROGRID or self.area.closed_on is not None:
            return []
        there = {post.kind for post in self.posts}
        return [kind.label for kind in GridKind if kind not in there]


def list_communities(*, actor: Actor, text: str = "") -> QuerySet[Area]:
    """Communities of the actor's area with `grids`, `microgrids` (open ones) and `people` (posts in office there)."""
    found = Area.objects.within(subtree(actor.area_code, actor.area_level)).filter(level=Level.COMMUNITY)
    if text:
        found = found.filter(name__contains=text)
    return found.select_related("parent").annotate(
        grids=_count(Area.objects.filter(level=Level.GRID, closed_on=None), "code"),
        microgrids=_count(Area.objects.filter(level=Level.MICROGRID, closed_on=None), "code"),
        people=_count(
            Post.objects.valid_on(localdate()).filter(area__level__in=(Level.GRID, Level.MICROGRID)), "area_id"
        ),
    )


def get_community(*, actor: Actor, code: int) -> Area:
    """Raises NotFound outside the actor's area."""
    low, high = subtree(actor.area_code, actor.area_level)
    found = Area.objects.filter(pk=code, level=Level.COMMUNITY, code__range=(low, high)).select_related("parent")
    if not found:
        raise NotFound
    return found[0]


def list_units(community: Area) -> list[Unit]:
    """Grids of a community with their microgrids, closed ones last. Two queries."""
    areas = list(Area.objects.within(community.range).exclude(pk=community.pk).order_by("code"))
    units = {area.pk: Unit(area) for area in areas}
    posts = Post.objects.valid_on(localdate()).with_context().filter(area_id__in=units)
    for post in posts.order_by("kind", "user__full_name"):
        units[post.area_id].posts.append(post)
    for unit in units.values():
        if unit.area.level == Level.MICROGRID and unit.area.parent_id in units:
            units[unit.area.parent_id].parts.append(unit)
    for unit in units.values():
        unit.parts.sort(key=_closed_last)
    return sorted((unit for unit in units.values() if unit.area.level == Level.GRID), key=_closed_last)


def get_grid(*, actor: Actor, code: int) -> Area:
    """A grid or microgrid of the actor's area. Raises NotFound."""
    low, high = subtree(actor.area_code, actor.area_level)
    found = Area.objects.filter(pk=code, level__in=(Level.GRID, Level.MICROGRID), code__range=(low, high)).first()
    if found is None:
        raise NotFound
    return found


def _closed_last(unit: Unit) -> tuple[bool, int]:
    return unit.area.closed_on is not None, unit.area.pk


def _count(rows: QuerySet[Area] | QuerySet[Post], column: str) -> Coalesce:
    """How many of `rows` lie in the community of the outer row."""
    span = SPAN[Level.COMMUNITY]
    inside = Q(**{f"{column}__gt": OuterRef("code"), f"{column}__lt": OuterRef("code") + span})
    counted = rows.filter(inside).order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
