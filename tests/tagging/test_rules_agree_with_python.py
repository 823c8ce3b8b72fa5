"""What the passes write is what the words of the condition language say, for generated conditions over a population.

The words are evaluated by `condition_in_python`, which shares nothing with the compiler.
"""

import os
import random
import time
from datetime import date

import psycopg2
import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.codes import Level, district_of, subtree
from accounts.scope import acting_as
from bench.frame import undone
from tagging.evaluation.keeping import list_steps, refresh_chunk
from tagging.models import SubjectTags, Tag
from tests.databases import admin_url
from tests.factories import DISTRICT
from tests.tagging.condition_in_python import Words
from tests.tagging.made_village import FIRST, LEAP_DAY, TODAY, WORKPLACES, make_village, read_codes

SOAK = bool(os.environ.get("SOAK"))
PEOPLE, EXAMPLES = (20_000, 20) if SOAK else (600, 4)
STAGE, STAGES = ("person", "household", "person", "household", "person"), 5
KINDS = STAGE * STAGES
"""Of the rules of an example: they are worked out together, as in a pass. One may name those of earlier stages."""
BY_HAND = {"person": "T9001", "household": "T9002"}
PHASES = (Phase.generate,) if SOAK else tuple(Phase)
"""Making a failing example smaller would take an hour with so many people; the small run does it."""
TABLES = "registry_person, registry_household, registry_dwelling, tagging_subjecttags"
BEFORE = date(2019, 6, 30)
DAYS = (TODAY, date(2027, 2, 28), date(2028, 2, 29))
pytestmark = [pytest.mark.django_db, pytest.mark.fuzz]

ORDER = st.sampled_from(["=", "<", "<=", ">", ">="])
WHOLE = {"person.age": (0, 101), "person.children_count": (0, 6), "dwelling.built_year": (1950, 2020)}
WHOLE |= {"household.registered_count": (0, 6), "household.resident_count": (0, 6)}
AMOUNTS = ("person.elderly_allowance_standard", "household.land_area", "dwelling.area_sqm")
DATES = ("person.birth_date", "person.move_in_date", "person.last_visit_date")
FLAGS = ("person.is_low_income", "person.is_veteran", "dwelling.is_rented")
TEXTS = {"person.workplace": WORKPLACES, "person.registered_area": ("东村", "西村")}
SPELLINGS = read_codes()
ITEMS = [*WHOLE, *AMOUNTS, *DATES, *FLAGS, *TEXTS, *SPELLINGS]


def reachable(kind):
    """Items that can be asked of that kind."""
    return [item for item in ITEMS if kind == "person" or not item.startswith("dwelling")]


def leaf(item, op, value):
    return {"item": item, "op": op, "value": value}


def leaves(kind, names):
    """Comparisons of every kind of item, and tags."""
    asked = reachable(kind)
    whole = [item for item in WHOLE if item in asked]
    of_item = {
        "whole": st.sampled_from(whole).flatmap(
            lambda item: st.builds(leaf, st.just(item), ORDER, st.integers(*WHOLE[item]))
        ),
        "amount": st.builds(
            leaf,
            st.sampled_from([item for item in AMOUNTS if item in asked]),
            ORDER,
            st.decimals(0, 200, places=2).map(str) | st.integers(0, 200),
        ),
        "date": st.builds(
            leaf, st.sampled_from(DATES), ORDER, (st.dates(FIRST, TODAY) | st.just(LEAP_DAY)).map(date.isoformat)
        ),
        "flag": st.builds(
            leaf, st.sampled_from([item for item in FLAGS if item in asked]), st.just("="), st.booleans()
        ),
        "text": st.sampled_from(sorted(TEXTS)).flatmap(
            lambda item: st.builds(leaf, st.just(item), st.just("="), st.sampled_from(TEXTS[item]))
        ),
        "code": st.sampled_from([item for item in SPELLINGS if item in asked]).flatmap(chosen_codes),
        "known": st.builds(lambda item: {"item": item, "op": "known"}, st.sampled_from(asked)),
        "tag": st.builds(lambda name: {"tag": name}, st.sampled_from(names)),
    }
    return st.one_of(*of_item.values())


def chosen_codes(item):
    """One or several, each as code, name or synonym."""
    words = st.sampled_from(sorted(SPELLINGS[item]))
    one = st.builds(leaf, st.just(item), st.just("="), words)
    return one | st.builds(leaf, st.just(item), st.just("in"), st.lists(words, min_size=1, max_size=4))


def trees(kind, names):
    return st.recursive(
        leaves(kind, names),
        lambda inner: st.one_of(
            st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda part: {"not": part}, inner),
        ),
        max_leaves=6,
    ).filter(lambda tree: depth(tree) <= 6)


def depth(tree):
    inner = [*tree.get("all", []), *tree.get("any", []), *([tree["not"]] if "not" in tree else [])]
    return 1 + max(map(depth, inner), default=0)


@st.composite
def rules(draw):
    """A condition for each of KINDS, which may name what was attached by hand and the rules of the stages before."""
    found = []
    for position, kind in enumerate(KINDS):
        before = [code(n) for n in range(position - position % len(STAGE))]
        found.append(draw(trees(kind, [*BY_HAND.values(), *before])))
    return found


def code(position):
    return f"T{9010 + position}"


@pytest.fixture
def statistics():
    """Takes those of the open transaction, as autovacuum does in the life of a portal: so many people would else be
    looked up as if there were ten of them.
    """
    admin = psycopg2.connect(admin_url(connection.settings_dict["NAME"]))
    admin.autocommit = True
    with admin.cursor() as owner, connection.cursor() as app:
        owner.execute(f"GRANT MAINTAIN ON {TABLES} TO portal_app")
        yield lambda: app.execute(f"ANALYZE {TABLES}")
        owner.execute(f"REVOKE MAINTAIN ON {TABLES} FROM portal_app")
    admin.close()


@pytest.fixture
def village(cast, items, statistics):
    """Some carry what was attached by hand."""
    rng = random.Random(3)
    with acting_as(cast.district):
        village = make_village(PEOPLE, seed=7)
        for kind, name in BY_HAND.items():
            make_row(kind, name, kind="basic")
            carrying = [pk for pk, one in village.of(kind).items() if one.is_there and rng.random() < 0.3]
            for pk in carrying:
                village.of(kind)[pk].tags.add(name)
            SubjectTags.objects.bulk_create(attached(kind, pk, village.of(kind)[pk], name) for pk in carrying)
        for position, kind in enumerate(KINDS):
            make_row(kind, code(position), kind="dynamic", condition={"item": "person.age", "op": "known"})
        statistics()
    return village


def make_row(subject, name, **fields):
    given = {"level": 3, "meaning": "生成", "purpose": "测试", "area_id": DISTRICT}
    Tag.objects.create(pk=int(name[1:]), name=name, subject=subject, **given, **fields)


def attached(kind, pk, one, name):
    place, home = one.facts["place"], one.facts.get("place_of_registration", one.facts["place"])
    key = {"district": district_of(place), "entity": kind, "subject_id": pk}
    return SubjectTags(**key, area_code=place, registered_area_code=home, tags=[int(name[1:])])


def expect(village, trees, on):
    """Writes who carries what into the beings, rule by rule."""
    kinds = {name: kind for kind, name in BY_HAND.items()} | {code(n): kind for n, kind in enumerate(KINDS)}
    words = Words(on, SPELLINGS, kinds)
    for position, (kind, tree) in enumerate(zip(KINDS, trees, strict=True)):
        for one in village.of(kind).values():
            one.tags.discard(code(position))
            if words.reaches(tree, one):
                one.tags.add(code(position))


def keep(trees, on):
    for position, tree in enumerate(trees):
        Tag.objects.filter(pk=int(code(position)[1:])).update(condition=tree)
    for layer, chunk in list_steps(subtree(DISTRICT, Level.DISTRICT), on=on):
        refresh_chunk(layer, chunk)


def wrong(village, kind):
    """Keys of who carries something else than the words say, with both."""
    rows = SubjectTags.objects.filter(entity=kind).values_list("subject_id", "tags")
    kept = {pk: {f"T{key:04d}" for key in tags} for pk, tags in rows}
    expected = {pk: one.tags if one.is_there else set() for pk, one in village.of(kind).items()}
    return {
        pk: (sorted(kept.get(pk, ())), sorted(tags)) for pk, tags in expected.items() if kept.get(pk, set()) != tags
    }


def test_tags_are_what_the_words_of_their_conditions_say(cast, village):
    """Each example starts from what stood on another day, so that writing by difference is tried as well."""
    told = {"conditions": 0, "assignments": 0}
    began = time.monotonic()

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=PHASES, suppress_health_check=list(HealthCheck)
    )
    @given(rules(), st.sampled_from(DAYS))
    def agree(trees, on):
        expect(village, trees, on)
        with undone(), acting_as(cast.district):
            keep(trees, BEFORE)
            keep(trees, on)
            different = {kind: wrong(village, kind) for kind in BY_HAND}
        told["conditions"] += len(trees)
        told["assignments"] += sum(len(one.tags) for kind in BY_HAND for one in village.of(kind).values())
        found = {kind: (len(some), list(some.items())[:3]) for kind, some in different.items() if some}
        assert not found, (found, on, trees)

    agree()
    print(
        f"\ntags: {told['conditions']} conditions over {PEOPLE:,} people and their households, "
        f"{told['assignments']:,} assignments as in Python, {time.monotonic() - began:.0f} s"
    )
    assert told["conditions"] >= EXAMPLES * len(KINDS)
    assert told["assignments"] > 0
