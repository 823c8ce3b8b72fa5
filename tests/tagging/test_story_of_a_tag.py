"""Since, until, why and by what: the story of the tags of one subject."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.scope import acting_as
from registry.services.people import change_person
from tagging.evaluation.keeping import refresh_all, refresh_changed
from tagging.selectors.story import list_spans
from tagging.services.hand import attach_tag, remove_tag
from tests.doors import sign_in
from tests.factories import EAST, make_person
from tests.tagging.proposing import basic, make_tag

pytestmark = pytest.mark.django_db
POOR_AND_OLD = {
    "all": [
        {"item": "person.age", "op": ">=", "value": 80},
        {"not": {"item": "person.is_low_income", "op": "=", "value": False}},
    ]
}


@pytest.fixture
def person(cast, items):
    with acting_as(cast.town):
        return make_person(EAST, name="施桂兰", birth_date=date(1930, 1, 1), is_low_income=True)


def spans(actor, person):
    with acting_as(actor):
        return list_spans(actor=actor, entity="person", subject=person)


def test_a_dynamic_tag_tells_its_rule_and_the_facts(cast, person):
    tag = make_tag(cast, cast.town, name="困难老人", condition=POOR_AND_OLD)
    refresh_all()
    (span,) = spans(cast.worker, person)
    assert (span.tag, span.ended, span.version, span.begun.post) == (tag, None, 1, None)
    assert span.facts == [("年龄", str(timezone.localdate().year - 1930)), ("是否低保", "是")]
    assert span.rule == "年龄不小于 80 且 不满足(是否低保:否)"


def test_a_tag_by_hand_tells_who_and_why_and_until_when(cast, person):
    tag = make_tag(cast, **basic())
    with acting_as(cast.worker):
        attach_tag(actor=cast.worker, tag=tag, ids=[person.pk], reason="入户走访")
    with acting_as(cast.colleague):
        remove_tag(actor=cast.colleague, tag=tag, ids=[person.pk], reason="误打")
        attach_tag(actor=cast.colleague, tag=tag, ids=[person.pk], reason="核实无误")
    running, ended = spans(cast.worker, person)
    assert (ended.begun.reason, ended.ended.reason, str(ended.begun.post.user)) == ("入户走访", "误打", "陈秀英")
    assert (running.begun.reason, running.ended, str(running.begun.post.user)) == ("核实无误", None, "王建国")


def test_what_ended_by_its_rule_says_so(client, cast, person):
    make_tag(cast, cast.town, name="困难老人", condition=POOR_AND_OLD)
    refresh_all()
    with acting_as(cast.worker):
        values = {"person.is_low_income": False}
        change_person(actor=cast.worker, pk=person.pk, version=1, values=values, on=timezone.localdate())
    refresh_changed()
    (span,) = spans(cast.worker, person)
    assert (span.ended.subject_version, span.facts) == (2, ())
    page = sign_in(client, cast.worker).get(reverse("tagging:story", args=["person", person.pk])).content.decode()
    assert "登记信息第 2 版" in page


def test_a_tag_above_the_clearance_has_no_story(client, cast, person):
    """The district reads level 2; 困难老人 is made of an item of level 3, which the story would tell."""
    make_tag(cast, cast.town, name="困难老人", condition=POOR_AND_OLD)
    refresh_all()
    assert spans(cast.district, person) == []
    page = sign_in(client, cast.district).get(reverse("tagging:story", args=["person", person.pk])).content.decode()
    assert "困难老人" not in page
    assert "都高于本岗位的级别" in page


def test_the_next_village_reads_no_story(client, cast, person):
    answer = sign_in(client, cast.neighbour).get(reverse("tagging:story", args=["person", person.pk]))
    assert answer.status_code == 404


def test_a_story_costs_the_same_for_one_tag_and_for_many(cast, person, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_tag(cast)
    refresh_all()
    with CaptureQueriesContext(connection) as first:
        spans(cast.worker, person)
    make_tag(cast, cast.town, name="困难老人", condition=POOR_AND_OLD)
    make_tag(cast, name="老人")
    refresh_all()
    with django_assert_num_queries(len(first)):
        assert len(spans(cast.worker, person)) == 3
