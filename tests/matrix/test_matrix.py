"""The authorisation matrix against its oracle: a part of the cells in each run, all of them in the soak."""

import os
import random
from collections import Counter, defaultdict

import pytest

from tests.matrix.cells import Cell, cells, outcome, routes, try_cell, without_volatile
from tests.matrix.oracle import RULES, VISITORS
from tests.matrix.world import make_world, offers

pytestmark = [pytest.mark.django_db(databases=["default", "audit"]), pytest.mark.rls]
ENOUGH = 20_000
PART = ENOUGH // 10
SHOWN = 20


@pytest.fixture
def world(items, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    # The whole takes longer than a second factor or an idle session lasts.
    settings.STEP_UP_SECONDS = settings.SESSION_IDLE_SECONDS = 24 * 60 * 60
    return make_world()


@pytest.fixture
def matrix(world):
    return list(cells(world, offers(world)))


def mismatches(world, tried: list[Cell]) -> list[str]:
    """Cells that answered otherwise than told, in words."""
    answers = ((cell, outcome(try_cell(world, cell))) for cell in tried)
    return [f"{cell}: {was} instead of {cell.expected}" for cell, was in answers if not agrees(was, cell)]


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
