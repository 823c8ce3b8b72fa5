"""Dwellings and their addresses: lanes with staircases in the town, numbered houses by group in the villages."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from registry.seeding.numbers import Numbers

FLOORS, DOORS_PER_FLOOR = 6, 2
STREETS = ("人民路", "八一路", "湄洲路", "玉环路", "江山路", "鳌山路", "寒山寺路", "朝阳门路")
_OFFICES = {"社区居委会": "", "居居委会": "", "居委会": "", "村村委会": "村", "村委会": ""}


@dataclass(slots=True)
class Home:
    """One door. microgrid: 18-digit code of where it stands; values: item code -> canonical value."""

    microgrid: int
    address: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where homes stand. town, community: names as in the area tree; microgrids: 18-digit codes, never empty."""

    town: str
    community: str
    microgrids: tuple[int, ...]

    @property
    def is_village(self) -> bool:
        return self.community.endswith("村委会")

    @property
    def stem(self) -> str:
        """南门 of 南门居委会, 运粮村 of 运粮村村委会."""
        office = next((office for office in _OFFICES if self.community.endswith(office)), "")
        return self.community.removesuffix(office) + _OFFICES.get(office, "")


def build_homes(rng: Random, place: Place, numbers: Numbers) -> Iterator[Home]:
    """Doors of one community without end, none twice, spread over its microgrids."""
    for microgrid, building, room in _village_doors(place) if place.is_village else _town_doors(rng, place):
        address = f"{place.town}{building}{room}"
        values: dict[str, object] = {
            "dwelling.code": f"{microgrid}{numbers.dwelling_serial()}",
            "dwelling.address": address,
            "dwelling.building": building,
            "dwelling.room": room,
            "dwelling.use": "01",
            **(_farmhouse(rng) if place.is_village else _flat(rng)),
        }
        yield Home(microgrid, address, values)


def _town_doors(rng: Random, place: Place) -> Iterator[tuple[int, str, str]]:
    own_street = place.stem if place.stem.endswith(("路", "街", "弄")) else f"{place.stem}路"
    lanes = [(own_street if rng.random() < 0.6 else rng.choice(STREETS), 2 * nth + 8) for nth in range(900)]
    for staircase in count(1):
        for nth, microgrid in enumerate(place.microgrids):
            street, lane = lanes[nth]
            for floor in range(1, FLOORS + 1):
                for door in range(1, DOORS_PER_FLOOR + 1):
                    yield microgrid, f"{street}{lane}弄{staircase}号", f"{floor}0{door}室"


def _village_doors(place: Place) -> Iterator[tuple[int, str, str]]:
    for house in count(1):
        for group, microgrid in enumerate(place.microgrids, 1):
            yield microgrid, f"{place.stem}{group}组{house}号", ""


def _flat(rng: Random) -> dict[str, object]:
    return {
        "dwelling.area_sqm": str(rng.randint(42, 128)),
        "dwelling.structure": "01" if rng.random() < 0.7 else "02",
        "dwelling.floors": FLOORS,
        "dwelling.built_year": rng.randint(1978, 2016),
        "dwelling.safety_level": "A" if rng.random() < 0.8 else "B",
        "dwelling.gas_type": "01" if rng.random() < 0.9 else "02",
    }


def _farmhouse(rng: Random) -> dict[str, object]:
    return {
        "dwelling.area_sqm": str(rng.randint(90, 240)),
        "dwelling.structure": "03" if rng.random() < 0.3 else "01",
        "dwelling.floors": rng.choice((1, 2, 2, 3)),
        "dwelling.built_year": rng.randint(1968, 2012),
        "dwelling.safety_level": rng.choices("ABCD", weights=(60, 32, 7, 1))[0],
        "dwelling.gas_type": "02" if rng.random() < 0.8 else "01",
    }
