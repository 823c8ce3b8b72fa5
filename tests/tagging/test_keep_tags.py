"""Tags follow the people: after a decision, after a change, and every night."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.jobs import run_job
from accounts.models import Job
from accounts.scope import acting_as
from registry.models import Person
from registry.services.people import Leaving, change_person, close_person, reopen_person
from tagging.evaluation import keeping
from tagging.evaluation.difference import write_difference
from tagging.evaluation.keeping import list_chunks, refresh_all, refresh_changed
from tagging.evaluation.rules import list_layers
from tagging.models import SubjectTags, Tag, TagEvent, TagWatch
from tagging.services.hand import attach_tag, remove_tag
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, TOWN, WEST, make_household, make_person
from tests.tagging.proposing import basic, make_tag

pytestmark = pytest.mark.django_db
SINGLE = {"all": [{"item": "person.marital_status", "op": "known"}]}


def carried(actor):
    with acting_as(actor):
        return {row.subject_id: row.tags for row in SubjectTags.objects.all() if row.tags}


def events(actor):
    with acting_as(actor):
        return [(one.subject_id, one.gained, one.lost) for one in TagEvent.objects.all()]


@pytest.fixture
def two(cast, items):
    """Somebody old in each village."""
    with acting_as(cast.town):
        return make_person(EAST, birth_date=date(1930, 1, 1)), make_person(WEST, birth_date=date(1930, 1, 1))


def test_an_approved_tag_fills_by_its_job_inside_its_area(cast, two):
    tag = make_tag(cast, cast.town)
    with watching() as statements:
        run_job(Job.objects.get(kind=keeping.REFRESH).pk)
    assert audited(statements) == ["tag.refreshed"]
    assert carried(cast.district) == {one.pk: [tag.pk] for one in two}
    assert carried(cast.worker) == {two[0].pk: [tag.pk]}


def test_both_communities_of_a_separated_person_see_the_tag(cast, items):
    with acting_as(cast.town):
        person = make_person(EAST, registered=WEST, birth_date=date(1930, 1, 1))
    tag = make_tag(cast)
    refresh_all()
    assert carried(cast.worker) == carried(cast.neighbour) == {person.pk: [tag.pk]}


def test_a_second_pass_writes_nothing(cast, two):
    make_tag(cast)
    assert refresh_all() == 2
    before = events(cast.district)
    assert refresh_all() == 0
    assert events(cast.district) == before


def test_a_changed_person_is_found_at_the_next_look(cast, two):
    tag = make_tag(cast, cast.town, condition=SINGLE)
    refresh_all()
    refresh_changed()
    assert carried(cast.district) == {}
    with acting_as(cast.worker):
        values = {"person.marital_status": "10"}
        change_person(actor=cast.worker, pk=two[0].pk, version=1, values=values, on=timezone.localdate())
    with watching() as statements:
        assert refresh_changed() == 1
    assert audited(statements) == ["tag.refreshed_changed"]
    assert carried(cast.district) == {two[0].pk: [tag.pk]}
    assert events(cast.district) == [(two[0].pk, [tag.pk], [])]
    assert refresh_changed() == 0


def test_only_changed_people_are_looked_at(cast, two):
    tag = make_tag(cast)
    with acting_as(cast.town):
        Person.objects.filter(pk=two[1].pk).update(updated_at=timezone.now() - timedelta(days=1))
    refresh_changed()
    assert carried(cast.district) == {two[0].pk: [tag.pk]}


def test_who_shares_the_household_is_looked_at_too(cast, items):
    big = {"all": [{"item": "household.registered_count", "op": ">=", "value": 2}]}
    tag = make_tag(cast, cast.town, condition=big)
    with acting_as(cast.worker):
        household = make_household(EAST, number="1")
        old = make_person(EAST, household=household)
        Person.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=1))
        TagWatch.objects.create(pk=1, looked_until=timezone.now())
        young = make_person(EAST, household=household, birth_date=date(2020, 1, 1))
    refresh_changed()
    assert carried(cast.worker) == {old.pk: [tag.pk], young.pk: [tag.pk]}


def test_the_night_finds_who_has_had_a_birthday(cast, items):
    today = timezone.localdate()
    with acting_as(cast.worker):
        person = make_person(EAST, birth_date=date(today.year - 80, today.month, min(today.day, 28)))
    tag = make_tag(cast)
    with acting_as(cast.worker):
        for layer in list_layers(on=today - timedelta(days=30)):
            write_difference(Person.objects.all(), layer)
    assert carried(cast.worker) == {}
    assert refresh_all() == 1
    assert carried(cast.worker) == {person.pk: [tag.pk]}


def test_who_leaves_the_registry_carries_nothing(cast, two):
    tag = make_tag(cast)
    refresh_all()
    with acting_as(cast.worker):
        today = timezone.localdate()
        close_person(actor=cast.worker, pk=two[0].pk, reason=next(iter(Leaving)), on=today, today=today)
    refresh_changed()
    assert carried(cast.district) == {two[1].pk: [tag.pk]}
    assert events(cast.worker) == [(two[0].pk, [tag.pk], []), (two[0].pk, [], [tag.pk])]


def test_who_is_struck_off_by_mistake_gets_the_tags_of_hands_again(cast, two):
    today, (person, _) = timezone.localdate(), two
    ruled, by_hand = make_tag(cast), make_tag(cast, **basic())
    with acting_as(cast.worker):
        attach_tag(actor=cast.worker, tag=by_hand, ids=[person.pk], reason="走访")
    refresh_all()
    with acting_as(cast.worker):
        close_person(actor=cast.worker, pk=person.pk, reason=next(iter(Leaving)), on=today, today=today)
    refresh_changed()
    assert person.pk not in carried(cast.district)
    with acting_as(cast.worker):
        reopen_person(actor=cast.worker, pk=person.pk, today=today)
    refresh_changed()
    assert carried(cast.district)[person.pk] == [ruled.pk, by_hand.pk]
    with acting_as(cast.worker):
        told = TagEvent.objects.filter(subject_id=person.pk).exclude(reason="").values_list("reason", flat=True)
        assert list(told) == ["走访", "已注销登记", "恢复登记"]
        remove_tag(actor=cast.worker, tag=by_hand, ids=[person.pk], reason="不符合")
    refresh_changed()
    refresh_all()
    assert carried(cast.district)[person.pk] == [ruled.pk]


@pytest.mark.parametrize("ended", [{"is_live": False}, {"valid_until": date(2020, 1, 1)}])
def test_a_tag_that_has_ended_is_taken_off(cast, two, ended):
    tag = make_tag(cast)
    refresh_all()
    Tag.objects.filter(pk=tag.pk).update(**ended)
    assert refresh_all() == 2
    assert carried(cast.district) == {}


def test_a_moved_person_takes_the_tags_along(cast, two):
    tag = make_tag(cast)
    refresh_all()
    with acting_as(cast.town):
        Person.objects.filter(pk=two[0].pk).update(area_code=WEST, registered_area_code=WEST, updated_at=timezone.now())
    refresh_changed()
    assert carried(cast.worker) == {}
    assert carried(cast.neighbour) == {one.pk: [tag.pk] for one in two}


def test_chunks_make_up_the_area_without_gap_or_overlap(cast):
    from accounts.codes import Level, subtree
    from accounts.models import Area

    Area.objects.create(code=310151102_000_000000, name="堡镇", level=Level.TOWN)
    district = Area.objects.get(code=cast.district.area_code)
    chunks = list_chunks(district.range)
    assert len(chunks) == 2
    assert (chunks[0][0], chunks[-1][1]) == district.range
    assert all(one[1] + 1 == other[0] for one, other in pairwise(chunks))
    assert list_chunks(subtree(TOWN, Level.TOWN)) == [subtree(TOWN, Level.TOWN)]
    assert list_chunks(subtree(EAST, Level.COMMUNITY)) == [subtree(EAST, Level.COMMUNITY)]


def test_a_pass_is_one_statement_whatever_the_number_of_people_and_rules(cast, two, django_assert_num_queries):
    for n in range(3):
        make_tag(cast, name=f"标签{n}")
    (layer,) = list_layers(on=timezone.localdate())
    with acting_as(cast.town), django_assert_num_queries(1):
        write_difference(Person.objects.all(), layer)


def test_the_page_counts_carriers_by_area_for_who_may_know(client, cast, two):
    tag = make_tag(cast)
    poor = make_tag(cast, cast.town, name="不限", condition={"all": [{"item": "person.name", "op": "known"}]})
    refresh_all()
    detail = reverse("tagging:tag_detail", args=[tag.pk])
    page = sign_in(client, cast.town).get(detail).content.decode()
    assert "<b>2 人</b>" in page
    assert "东村" in page
    assert "<b>1 人</b>" in sign_in(client, cast.worker).get(detail).content.decode()
    assert "少于最小人数" in sign_in(client, cast.department).get(detail).content.decode()
    page = sign_in(client, cast.district).get(reverse("tagging:tag_detail", args=[poor.pk])).content.decode()
    assert "人数不显示" in page
