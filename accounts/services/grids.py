"""Grids (网格) and microgrids (微网格) of a community: add, rename, close, take back."""

from django.db import transaction
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import SPAN, Level
from accounts.errors import Conflict, DomainError, NotFound
from accounts.models import Area, Post
from accounts.rights import MANAGE_GRIDS, require

BELOW = {Level.COMMUNITY: Level.GRID, Level.GRID: Level.MICROGRID}
"""Level of an area -> level of the parts it can be cut into here."""
MOST = 999


@transaction.atomic
def add_grid(*, actor: Actor, parent_code: int, name: str) -> Area:
    """A grid of a community or a microgrid of a grid, under the next free code; a code is never given twice.

    Raises NotFound outside the area, NotAllowed, DomainError on `name` where a sister bears it, Conflict when full.
    """
    parent = _lock(actor, parent_code, frozenset(BELOW))
    if parent.closed_on is not None:
        raise Conflict("这个网格已经撤销,不能再划分。")
    _refuse_same_name(parent.pk, name)
    level = BELOW[Level(parent.level)]
    last = Area.objects.filter(parent=parent).order_by("-code").values_list("code", flat=True).first() or parent.pk
    nth = (last - parent.pk) // SPAN[level] + 1
    if nth > MOST:
        raise Conflict(f"一个{parent.get_level_display()}最多分 {MOST} 个{level.label}。")
    area = Area.objects.create(code=parent.pk + nth * SPAN[level], name=name, level=level, parent=parent)
    record(actor, "grid.added", area)
    return area


@transaction.atomic
def rename_grid(*, actor: Actor, code: int, name: str) -> Area:
    """Raises NotFound, NotAllowed, DomainError on `name` where a sister bears it."""
    area = _lock(actor, code, frozenset(BELOW.values()))
    _refuse_same_name(area.parent_id or 0, name, but=area.pk)
    area.name = name
    area.save(update_fields=["name"])
    record(actor, "grid.renamed", area)
    return area


@transaction.atomic
def close_grid(*, actor: Actor, code: int) -> Area:
    """No new post, no new part; what is registered there stays. Raises Conflict while somebody stands on it."""
    area = _lock(actor, code, frozenset(BELOW.values()))
    if area.children.filter(closed_on=None).exists():
        raise Conflict("这个网格下面还有微网格,请先撤销微网格。")
    if Post.objects.not_over(localdate()).filter(area=area).exists():
        raise Conflict("这里还有在岗的人,请先调动或结束他们的岗位。")
    area.closed_on = area.closed_on or localdate()
    area.save(update_fields=["closed_on"])
    record(actor, "grid.closed", area)
    return area


@transaction.atomic
def reopen_grid(*, actor: Actor, code: int) -> Area:
    """Take the closing back. Raises Conflict where the grid around it is closed."""
    area = _lock(actor, code, frozenset(BELOW.values()))
    if area.parent is not None and area.parent.closed_on is not None:
        raise Conflict("上级网格已经撤销,请先恢复它。")
    area.closed_on = None
    area.save(update_fields=["closed_on"])
    record(actor, "grid.reopened", area)
    return area


def _lock(actor: Actor, code: int, levels: frozenset[Level]) -> Area:
    require(actor, MANAGE_GRIDS, code)
    area = Area.objects.select_for_update().filter(pk=code, level__in=levels).first()
    if area is None:
        raise NotFound
    return area


def _refuse_same_name(parent: int, name: str, *, but: int = 0) -> None:
    if Area.objects.filter(parent_id=parent, name=name, closed_on=None).exclude(pk=but).exists():
        raise DomainError("这里已有同名的网格,请换一个名称。", field="name")
