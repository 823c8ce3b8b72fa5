"""The authorisation matrix against its oracle: a part of the cells in each run, all of them in the soak."""

import os
import random
from collections import Counter, defaultdict

import pytest
from rest_framework.throttling import UserRateThrottle

from tests.answers import text_of
from tests.matrix.cells import Cell, cells, outcome, routes, try_cell, without_volatile
from tests.matrix.oracle import RULES, VISITORS, is_above_clearance
from tests.matrix.world import make_world, offers

pytestmark = [pytest.mark.django_db(databases=["default", "audit"]), pytest.mark.rls]
ENOUGH = 20_000
PART = ENOUGH // 10
SHOWN = 20


@pytest.fixture
def world(items, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    # The whole takes longer than a second factor, an idle session or a machine's token lasts.
    day = 24 * 60 * 60
    settings.STEP_UP_SECONDS = settings.SESSION_IDLE_SECONDS = day
    settings.OAUTH2_PROVIDER = settings.OAUTH2_PROVIDER | {"ACCESS_TOKEN_EXPIRE_SECONDS": day}
    # Nor does it slow down for the many who come from one address without a name.
    monkeypatch.setitem(UserRateThrottle.THROTTLE_RATES, "user", "1000000/min")
    return make_world()


@pytest.fixture
def matrix(world):
    return list(cells(world, offers(world)))


def mismatches(world, tried: list[Cell]) -> list[str]:
    """Cells that answered otherwise than told, or with a value above the clearance of their visitor, in words."""
    found = []
    for cell in tried:
        answer = try_cell(world, cell)
        was = outcome(answer)
        if not agrees(was, cell):
            found.append(f"{cell}: {was} instead of {cell.expected}")
        if levels := levels_told(world, cell, answer):
            found.append(f"{cell}: tells values of level {levels}")
    return found


def levels_told(world, cell: Cell, answer) -> set[int]:
    """Levels above the clearance of the visitor of which a value is in the answer."""
    if RULES[cell.route].unmasks and cell.expected == "open":
        return set()
    hidden = {value: level for value, level in world.secrets.items() if is_above_clearance(cell.visitor, level)}
    text = text_of(answer)
    return {level for value, level in hidden.items() if value in text}


def agrees(was: str, cell: Cell) -> bool:
    return was == cell.expected or (was == "a door" and cell.expected in ("login", "second factor"))


def test_every_route_has_a_rule_and_every_rule_a_route():
    assert set(routes()) == set(RULES)


def test_every_route_declares_who_may_use_it():
    assert [name for name, pattern in routes().items() if not hasattr(pattern.callback, "access")] == []


def test_the_matrix_is_large_and_has_every_outcome(matrix):
    assert len(matrix) >= ENOUGH
    assert len(VISITORS) >= 10
    told = Counter(cell.expected for cell in matrix)
    assert set(told) == {"open", "absent", "forbidden", "method", "login", "second factor", "post"}


def test_what_is_told_is_looked_for(world, matrix):
    """Who may read values of level 3 does find some, so that finding none of level 4 means something."""
    cards = [cell for cell in matrix if cell.route == "registry:person_detail" and cell.method == "GET"]
    own = [cell for cell in cards if cell.visitor.name == "worker" and cell.thing.name == "east"]
    text = text_of(try_cell(world, own[0]))
    assert {level for value, level in world.secrets.items() if value in text} == {3}


@pytest.mark.matrix
def test_the_matrix_agrees_with_its_oracle(world, matrix):
    """All of it in the soak; else as much as a tenth of what is enough, other cells each time."""
    seed = int(os.environ.get("MATRIX_SEED") or random.SystemRandom().randrange(10**6))
    tried = matrix if os.environ.get("SOAK") else random.Random(seed).sample(matrix, PART)
    found = mismatches(world, tried)
    print(f"MATRIX_SEED={seed}: {len(tried)} of {len(matrix)} cells, {len(found)} mismatches")
    assert not found, f"MATRIX_SEED={seed}\n" + "\n".join(found[:SHOWN])


def test_what_belongs_elsewhere_answers_byte_for_byte_like_nothing(world, matrix):
    """Each route with an object, by everybody who may use the route, but not on this object."""
    absent = [cell for cell in matrix if cell.expected == "absent" and cell.method in ("GET", "POST")]
    nothing = defaultdict(list)
    for cell in absent:
        if not cell.thing.exists:
            nothing[cell.route, cell.method, cell.visitor].append(cell)
    compared = random.Random(7).sample([cell for cell in absent if cell.thing.exists], 150)
    different = [
        str(cell)
        for cell in compared
        if told(world, cell) not in [told(world, other) for other in nothing[cell.route, cell.method, cell.visitor]]
    ]
    assert different == []


def told(world, cell):
    return without_volatile(cell, try_cell(world, cell))
