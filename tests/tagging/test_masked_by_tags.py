"""A tag tells nothing of an item that its reader sees masked, whichever way the reader asks.

The same village twice: somebody meets a condition over a masked item in one and not in the other. To whom the item is
masked, every answer is the same; who sees it, tells the two apart.
"""

import io
import re
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from accounts.scope import acting_as
from bench.frame import undone
from registry.models import Household, Person
from tagging.evaluation.counting import count_month
from tagging.evaluation.keeping import refresh_all
from tests.doors import sign_in
from tests.factories import EAST, make_person
from tests.tagging.proposing import make_tag

pytestmark = pytest.mark.django_db
POOR = {"all": [{"item": "person.is_low_income", "op": "=", "value": True}]}
TABLES = ("registry_person", "registry_household", "tagging_tag", "tagging_tagchange", "tagging_tagevent")
#: Tokens, keys and days differ from one making to the next: they have two digits, what is counted here has one.
VOLATILE = re.compile(r"[A-Za-z0-9_=-]{30,}|\d{2,}|[0-9a-f]{8,}")


@pytest.fixture(autouse=True)
def long_keys(db):
    """Keys of two digits and more."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, 10)", [table])


def make_village(cast, *, poor):
    """Three people and a household; one of them is poor, or nobody is."""
    with acting_as(cast.town):
        for number in range(3):
            make_person(EAST, name="某", birth_date=date(1930, 1, 1), is_low_income=poor and number == 0)
        person = Person.objects.order_by("pk").first()
        home = Household.objects.create(area_code=EAST, head=person)
        Person.objects.filter(pk=person.pk).update(household=home)
    tags = {
        "old": make_tag(cast),
        "poor": make_tag(cast, cast.town, name="困难群众", condition=POOR, recheck_days=30),
        "home": make_tag(cast, cast.town, name="困难家庭", condition=POOR, subject="household"),
    }
    refresh_all()
    count_month()
    return person, home, tags


def ways(person, home, tags):
    """Every address that tags are read by, with what it is asked."""
    lists = {"person": tags["poor"].code, "household": tags["home"].code}
    for entity, code in lists.items():
        for kind in ("list", "export"):
            yield reverse(f"registry:{entity}_{kind}"), {}
            for asked in ("tag", "any", "without"):
                yield reverse(f"registry:{entity}_{kind}"), {asked: code}
    for entity, one in (("person", person), ("household", home)):
        yield reverse(f"registry:{entity}_detail", args=[one.pk]), {}
        yield reverse("tagging:story", args=[entity, one.pk]), {}
        yield reverse("tagging:tag_statistics"), {"subject": entity}
        yield reverse("tagging:tag_statistics_export"), {"subject": entity}
        yield reverse("tagging:api_tag_assignments"), {"subject": entity}
    for tag in tags.values():
        yield reverse("tagging:tag_detail", args=[tag.pk]), {}
        yield reverse("tagging:tag_trend", args=[tag.pk]), {}
    yield reverse("tagging:tag_trend", args=[tags["old"].pk]), {"other": tags["poor"].code}
    yield reverse("tagging:tag_list"), {"q": "困难"}
    yield reverse("tagging:api_tags"), {}
    yield reverse("tagging:recheck_list"), {}
    yield reverse("portal:home"), {}


def text_of(answer):
    if answer.headers.get("Content-Type", "").startswith("application/vnd."):
        sheets = load_workbook(io.BytesIO(b"".join(answer) if answer.streaming else answer.content))
        return "\n".join(str([cell.value for cell in row]) for sheet in sheets for row in sheet.iter_rows())
    return answer.content.decode()


def told(client, cast, actor, *, poor):
    """What the post is told on every way, without what changes from one making to the next."""
    with undone():
        person, home, tags = make_village(cast, poor=poor)
        sign_in(client, actor)
        answers = {}
        for number, (address, asked) in enumerate(ways(person, home, tags)):
            answer = client.get(address, asked)
            key = (number, VOLATILE.sub("#", address), *asked)
            answers[key] = (answer.status_code, VOLATILE.sub("#", text_of(answer)))
    return answers


def differing(client, cast, actor):
    one, other = (told(client, cast, actor, poor=poor) for poor in (True, False))
    assert one.keys() == other.keys()
    return {key[1:] for key in one if one[key] != other[key]}, {status for status, _ in one.values()}


def test_to_whom_the_item_is_masked_no_answer_tells_who_meets_it(client, cast, items):
    for actor in (cast.district, cast.department):
        different, statuses = differing(client, cast, actor)
        assert different == set()
        assert 200 in statuses
        assert not any(status >= 500 for status in statuses)


def test_who_sees_the_item_is_told_on_the_same_ways(client, cast, items):
    """So the test before can fail."""
    different, _ = differing(client, cast, cast.town)
    seen = {address.partition("#")[0] for address, *_ in different}
    ways_told = {reverse("registry:person_list"), reverse("registry:person_export"), reverse("registry:household_list")}
    ways_told |= {reverse("tagging:tag_statistics"), reverse("tagging:tag_statistics_export")}
    ways_told |= {reverse("tagging:api_tag_assignments")}
    assert ways_told <= seen
