"""Which communities are filled, with how many people, and by how many processes."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from multiprocessing.pool import AsyncResult

from django.db import connection

from accounts.codes import Level, from_official, subtree
from accounts.errors import DomainError
from accounts.models import Area
from registry.seeding import fixed_random
from registry.seeding.communities import CommunityPlan
from registry.seeding.rows import Layout, MadeRows, make_rows, read_layout
from registry.seeding.storing import find_settled, refresh_statistics, store_rows

CHONGMING = from_official("310151000000")
DEMO_TOWN = from_official("310151101000")
DEMO_COMMUNITIES = tuple(
    from_official(f"310151101{number}") for number in ("001", "002", "007", "008", "009", "010", "201")
)
"""南门, 花园弄, 西泯沟, 东河沿, 北门社区, 西门南村 and 城桥村, all of 城桥镇."""
DEMO_PEOPLE = 600
COMMUNITIES_PER_WRITE = 12
MADE_AHEAD = 8
"""Communities kept ready while others are written: about 10 MB each."""


class DistrictNotLoaded(DomainError):
    code = "district_not_loaded"
    default = "区划表里没有崇明区的村居,请先运行 load_areas。"


def seed_demo(report: Callable[[str], None]) -> int:
    """The demo communities, about 600 people each. Returns how many people were added; 0 the second time."""
    _, settled = find_settled(subtree(CHONGMING, Level.DISTRICT))
    plans = [plan for plan in demo_plans() if plan.code not in settled]
    return _fill(plans, report, processes=1, thin=False)


def seed_district(people: int, report: Callable[[str], None], *, processes: int) -> int:
    """Fill the district's empty communities until about `people` live in it. Returns how many were added.

    processes: 1 stays in this process and on its connection.
    """
    already, settled = find_settled(subtree(CHONGMING, Level.DISTRICT))
    empty = [plan for plan in district_plans() if plan.code not in settled]
    plans = _share_out(people - already, empty)
    return _fill(plans, report, processes=processes, thin=True)


def demo_plans() -> list[CommunityPlan]:
    """Plans of the demo communities; they are each other's neighbours, so that both sides of a separation are there."""
    chosen = [plan for plan in district_plans() if plan.code in DEMO_COMMUNITIES]
    return [_sized(plan, DEMO_PEOPLE, _neighbours(plan, chosen)) for plan in chosen]


def district_plans() -> list[CommunityPlan]:
    """One empty plan for each community of the district, in the order of codes. Raises DistrictNotLoaded."""
    areas = Area.objects.within(subtree(CHONGMING, Level.DISTRICT)).filter(level=Level.COMMUNITY)
    plans = [
        CommunityPlan(code, town, name, position, 0)
        for position, (code, town, name) in enumerate(areas.values_list("code", "parent__name", "name"))
    ]
    if not plans:
        raise DistrictNotLoaded
    return plans


def _share_out(people: int, plans: Sequence[CommunityPlan]) -> list[CommunityPlan]:
    """Split people over communities of different size; small remainders stay unfilled."""
    if people < len(plans) or not plans:
        return []
    rng = fixed_random("sizes")
    weights = [rng.uniform(0.6, 1.4) for _ in plans]
    sizes = [round(people * weight / sum(weights)) for weight in weights]
    towns: dict[str, list[CommunityPlan]] = {}
    for plan in plans:
        towns.setdefault(plan.town, []).append(plan)
    return [_sized(plan, size, _neighbours(plan, towns[plan.town])) for plan, size in zip(plans, sizes, strict=True)]


def _neighbours(plan: CommunityPlan, others: Sequence[CommunityPlan]) -> tuple[tuple[int, str], ...]:
    return tuple((other.code, other.name) for other in others if other.code != plan.code)


def _sized(plan: CommunityPlan, people: int, neighbours: tuple[tuple[int, str], ...]) -> CommunityPlan:
    return CommunityPlan(plan.code, plan.town, plan.name, plan.position, people, neighbours)


def _fill(plans: Sequence[CommunityPlan], report: Callable[[str], None], *, processes: int, thin: bool) -> int:
    if not plans:
        return 0
    layout, added = read_layout(), 0
    rows = _made_in_processes(plans, layout, thin, processes) if processes > 1 else _made(plans, layout, thin)
    while chunk := list(islice(rows, COMMUNITIES_PER_WRITE)):
        added += store_rows(chunk, layout)
        report(f"{chunk[-1].plan.town}{chunk[-1].plan.name}:已写入 {added} 人")
    refresh_statistics()
    return added


def _made(plans: Sequence[CommunityPlan], layout: Layout, thin: bool) -> Iterator[MadeRows]:
    return (make_rows(plan, layout, thin=thin) for plan in plans)


def _made_in_processes(
    plans: Sequence[CommunityPlan], layout: Layout, thin: bool, processes: int
) -> Iterator[MadeRows]:
    """Building and sealing take longer than writing. Children share no connection: it is closed before they start."""
    connection.close()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        ahead = deque[AsyncResult[MadeRows]]()
        for plan in plans:
            ahead.append(pool.apply_async(make_rows, (plan, layout), {"thin": thin}))
            if len(ahead) > MADE_AHEAD:
                yield ahead.popleft().get()
        while ahead:
            yield ahead.popleft().get()
