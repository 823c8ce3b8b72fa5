"""Assignments that nobody looked at for a whole cycle: to-do of the village, unverified on the card."""

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.scope import acting_as
from portal.selectors.todo import count_todo
from tagging.evaluation.keeping import refresh_all
from tagging.models import SubjectTags, TagEvent
from tagging.selectors.events import list_held
from tagging.selectors.rechecks import is_unverified, list_due, list_due_of, list_due_tags
from tagging.services.hand import check_tag
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, EAST_GRID, WEST, make_person
from tests.tagging.proposing import basic, make_tag

pytestmark = pytest.mark.django_db
CYCLE = 90


@pytest.fixture
def tag(cast, items):
    return make_tag(cast, **basic("独居老人", recheck_days=CYCLE))


@pytest.fixture
def people(cast, items):
    with acting_as(cast.town):
        return [
            make_person(EAST_GRID, name="施桂兰", birth_date=date(1930, 1, 1)),
            make_person(EAST, name="黄阿妹", birth_date=date(1931, 1, 1)),
            make_person(WEST, name="顾邻居", birth_date=date(1932, 1, 1)),
        ]


def begun(cast, tag, days, *people, **more):
    """The tag on those people, as it was attached that many days ago, at the last moment of the day."""
    day = timezone.localdate() - timedelta(days=days)
    at = timezone.make_aware(datetime.combine(day, time.max))
    with acting_as(cast.town):
        for one in people:
            where = {"entity": "person", "subject_id": one.pk, "area_code": one.area_code}
            where |= {"registered_area_code": one.registered_area_code, "district": one.district}
            if not SubjectTags.objects.filter(entity="person", subject_id=one.pk).exists():
                SubjectTags.objects.create(tags=[tag.pk], **where)
            TagEvent.objects.create(subject_version=1, at=at, **(where | ({"gained": [tag.pk]} | more)))


def due(actor, tag):
    with acting_as(actor):
        found = [row.subject_id for row in list_due_of(actor=actor, tag=tag)]
        counted = {one.pk: one.due for one in list_due_tags(actor=actor)}
        assert counted.get(tag.pk, 0) == len(found) == list_due(actor=actor).count() == count_todo(actor=actor)["tags"]
    return found


def nothing_due(actor):
    with acting_as(actor):
        return not list_due_tags(actor=actor) and count_todo(actor=actor).get("tags", 0) == 0


@pytest.mark.parametrize(("days", "waits"), [(CYCLE - 1, False), (CYCLE, True), (CYCLE + 1, True)])
def test_an_assignment_waits_when_its_cycle_has_ended(cast, tag, people, days, waits):
    begun(cast, tag, days, people[1])
    assert nothing_due(cast.worker) is not waits
    with acting_as(cast.worker):
        held = list_held(cast.worker, "person", people[1])[tag.pk]
    assert is_unverified(tag, held.looked_on) is waits


def test_each_village_and_grid_sees_its_own(cast, tag, people):
    begun(cast, tag, CYCLE, *people)
    assert set(due(cast.worker, tag)) == {people[0].pk, people[1].pk}
    assert due(cast.grid_worker, tag) == [people[0].pk]
    assert due(cast.neighbour, tag) == [people[2].pk]


def test_who_was_looked_at_waits_no_more(cast, tag, people):
    begun(cast, tag, CYCLE, *people)
    with acting_as(cast.worker), watching() as statements:
        check_tag(actor=cast.worker, tag=tag, ids=[people[0].pk], reason="电话")
    assert audited(statements) == ["tag.checked"]
    assert due(cast.worker, tag) == [people[1].pk]
    with acting_as(cast.worker):
        assert list_held(cast.worker, "person", people[0])[tag.pk].looked_on == timezone.localdate()


def test_an_earlier_look_of_long_ago_does_not_count(cast, tag, people):
    begun(cast, tag, 3 * CYCLE, people[1])
    begun(cast, tag, CYCLE, people[1], gained=[], checked=[tag.pk])
    assert due(cast.worker, tag) == [people[1].pk]


def test_a_tag_without_a_cycle_and_one_above_the_clearance_wait_for_nobody(cast, items, people):
    for given in (basic("无周期"), basic("四级", recheck_days=CYCLE, level=4)):
        begun(cast, make_tag(cast, **given), CYCLE, people[1])
    assert nothing_due(cast.worker)


def test_dynamic_tags_have_a_cycle_too(cast, items, people):
    old = make_tag(cast, recheck_days=CYCLE)
    begun(cast, old, CYCLE, people[1])
    refresh_all()
    assert due(cast.worker, old) == [people[1].pk]
    with acting_as(cast.worker):
        assert set(SubjectTags.objects.values_list("subject_id", flat=True)) == {people[0].pk, people[1].pk}


def test_the_card_and_the_story_say_unverified(client, cast, tag, people):
    begun(cast, tag, CYCLE, people[1])
    sign_in(client, cast.worker)
    card = client.get(reverse("registry:person_detail", args=[people[1].pk])).content.decode()
    assert "待复核" in card
    with watching() as statements:
        story = client.get(reverse("tagging:story", args=["person", people[1].pk])).content.decode()
    assert "待复核" in story
    assert "person.read" in audited(statements)


def test_the_worker_looks_again_from_the_workbench(client, cast, tag, people):
    begun(cast, tag, CYCLE, *people)
    sign_in(client, cast.worker)
    page = reverse("tagging:recheck_tag", args=[tag.pk])
    assert reverse("tagging:recheck_list") in client.get("/").content.decode()
    assert page in client.get(reverse("tagging:recheck_list")).content.decode()
    with watching() as statements:
        text = client.get(page).content.decode()
    assert "施桂兰" in text
    assert "黄阿妹" in text
    assert "顾邻居" not in text
    assert "tag.rechecks_listed" in audited(statements)
    assert client.post(page, {"answer": "yes", "subject": people[0].pk}).status_code == 302
    assert client.post(page, {"answer": "no", "subject": people[1].pk}).status_code == 422
    assert client.post(page, {"answer": "no", "subject": people[1].pk, "reason": "已搬去养老院"}).status_code == 302
    assert nothing_due(cast.worker)
    assert "没有要复核的" in client.get(page).content.decode()


def test_who_does_not_visit_has_nothing_to_look_at(client, cast, tag, people):
    begun(cast, tag, CYCLE, *people)
    assert sign_in(client, cast.town).get(reverse("tagging:recheck_list")).status_code == 403
    with acting_as(cast.town), pytest.raises(NotAllowed):
        check_tag(actor=cast.town, tag=tag, ids=[people[0].pk])


def test_the_pages_cost_the_same_for_one_and_for_many(client, cast, tag, people, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    begun(cast, tag, CYCLE, people[0])
    sign_in(client, cast.worker)
    pages = [reverse("tagging:recheck_list"), reverse("tagging:recheck_tag", args=[tag.pk])]
    costs = []
    for page in pages:
        client.get(page)
        with CaptureQueriesContext(connection) as first:
            client.get(page)
        costs.append(len(first))
    begun(cast, tag, CYCLE, people[1])
    begun(cast, make_tag(cast, **basic("空巢老人", recheck_days=CYCLE)), CYCLE, people[1])
    for page, cost in zip(pages, costs, strict=True):
        with django_assert_num_queries(cost):
            client.get(page)
