"""Organizations of a community: mostly small venues (九小场所), a company or two, the committee's own office."""

from collections.abc import Iterator
from random import Random

from registry.seeding.names import LOCAL_SURNAMES, MALE, given_name
from registry.seeding.numbers import Numbers

VENUES = (
    "小吃店",
    "便利店",
    "理发店",
    "棋牌室",
    "烟杂店",
    "水果店",
    "早餐店",
    "足浴店",
    "诊所",
    "电动车修理部",
    "快递驿站",
    "托管班",
)
COMPANIES = ("建筑工程有限公司", "生态农业有限公司", "物业管理有限公司")
SMALL_VENUE, COMPANY, SELF_EMPLOYED = "05", "01", "02"


def build_organizations(
    rng: Random, doors: list[tuple[int, str]], numbers: Numbers
) -> Iterator[tuple[int, dict[str, object]]]:
    """One organization per door. doors: microgrid code and building; yields microgrid and canonical values."""
    for microgrid, building in doors:
        surname = LOCAL_SURNAMES.draw(rng)
        owner = surname + given_name(rng, MALE, 1975)
        kind = rng.choices((SMALL_VENUE, SELF_EMPLOYED, COMPANY), weights=(80, 12, 8))[0]
        name = rng.choice(COMPANIES if kind == COMPANY else VENUES)
        staff = rng.randint(8, 60) if kind == COMPANY else rng.randint(1, 6)
        yield (
            microgrid,
            {
                "organization.name": f"崇明{owner[-1]}{rng.choice('兴顺康和盛源')}{name}",
                "organization.uscc": numbers.credit_code(),
                "organization.type": kind,
                "organization.address": f"{building}底层",
                "organization.legal_person": owner,
                "organization.legal_phone": numbers.phone(),
                "organization.employee_count": staff,
                "organization.extinguishers": rng.choice((1, 2, 2, 4)) if rng.random() < 0.92 else 0,
            },
        )
