"""What uses a tag: shown before it is changed, and in the way of its retirement."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.jobs import run_job
from accounts.scope import acting_as
from forms_engine.models import FormVersion, ReportRow
from registry.conditions import BadCondition
from tagging.checks import TagInUse
from tagging.evaluation.keeping import refresh_all
from tagging.services.desk import approve_change, propose_retirement
from tagging.uses import list_uses
from tests.doors import sign_in
from tests.factories import EAST, make_form, make_person, send_form
from tests.forms_engine.bringing import admitted, submitted
from tests.tagging.proposing import approval_of, make_tag, propose

pytestmark = pytest.mark.django_db
COLUMNS = {"B": "person.name"}


@pytest.fixture
def tag(cast, items):
    return make_tag(cast)


def asking(tag):
    return {"all": [{"not": {"tag": tag.code}}]}


def retire(cast, tag):
    with acting_as(cast.department):
        return propose_retirement(actor=cast.department, tag=tag, reason="不用了")


def test_a_form_in_force_stands_in_the_way(cast, tag):
    make_form(cast.department, COLUMNS, condition=asking(tag))
    with pytest.raises(TagInUse, match="高龄津贴发放花名册"):
        retire(cast, tag)


def test_the_page_says_why_and_offers_no_button(client, cast, tag):
    make_form(cast.department, COLUMNS, condition=asking(tag))
    page = sign_in(client, cast.department).get(reverse("tagging:tag_retire", args=[tag.pk])).content.decode()
    assert "高龄津贴发放花名册" in page
    assert "停用前须先换掉" in page
    assert "提交停用申请" not in page
    answer = client.post(reverse("tagging:tag_retire", args=[tag.pk]), {"reason": "不用了"})
    assert answer.status_code == 422
    assert "正在使用" in answer.content.decode()


def test_another_tag_stands_in_the_way(cast, tag):
    make_tag(cast, name="高龄之外", condition=asking(tag))
    with pytest.raises(TagInUse, match="标签“高龄之外”"):
        retire(cast, tag)


@pytest.mark.parametrize("fields", [{"state": FormVersion.State.DRAFT}, {"state": FormVersion.State.SUBMITTED}])
def test_a_form_that_is_not_in_force_is_told_and_does_not_block(cast, tag, fields):
    make_form(cast.department, COLUMNS, condition=asking(tag), **fields)
    assert [use.blocks for use in list_uses(tag)] == [False]
    assert retire(cast, tag).state == "submitted"


def test_a_form_that_has_ended_is_no_use(cast, tag):
    make_form(cast.department, COLUMNS, condition=asking(tag), valid_until=localdate() - timedelta(days=1))
    assert list_uses(tag) == []


def test_an_ended_form_that_is_still_out_is_one(cast, tag):
    version = make_form(cast.department, COLUMNS, condition=asking(tag))
    send_form(cast.department, version, cast.worker.area_code)
    FormVersion.objects.filter(pk=version.pk).update(valid_until=localdate() - timedelta(days=1))
    assert [use.blocks for use in list_uses(tag)] == [True]


def test_a_newer_version_without_the_tag_lets_it_go(cast, tag):
    old = make_form(cast.department, COLUMNS, condition=asking(tag))
    FormVersion.objects.create(
        template=old.template, number=2, state="admitted", filename="表.xlsx", workbook=b"", condition={}
    )
    assert list_uses(tag) == []


def test_what_came_into_force_after_the_request_is_refused_at_the_desk(cast, tag):
    change = retire(cast, tag)
    make_form(cast.department, COLUMNS, condition=asking(tag))
    with acting_as(cast.district), pytest.raises(TagInUse):
        approve_change(actor=cast.district, change=change, seen=approval_of(change).version)
    tag.refresh_from_db()
    assert tag.is_live


def test_a_form_over_a_retired_tag_is_not_admitted(cast, tag):
    version = submitted(cast.department, COLUMNS, condition=asking(tag))
    change = retire(cast, tag)
    with acting_as(cast.district):
        approve_change(actor=cast.district, change=change, seen=approval_of(change).version)
    with pytest.raises(BadCondition, match="已停用"):
        admitted(cast.district, version)


def test_a_request_over_the_tag_is_told(cast, tag):
    propose(cast.town, name="其余", condition=asking(tag))
    assert [(use.noun, use.blocks) for use in list_uses(tag)] == [("标签申请", False)]


def test_looking_for_uses_costs_the_same_for_many(cast, tag, django_assert_num_queries):
    for n in range(3):
        make_form(cast.department, COLUMNS, condition=asking(tag))
        make_tag(cast, name=f"其余{n}", condition=asking(tag))
    with django_assert_num_queries(7):
        assert len(list_uses(tag)) == 6


def test_a_form_asks_by_tags_through_its_page(client, cast, tag):
    """The builder offers the tag, and the roster is who carries it."""
    version = make_form(cast.department, COLUMNS, state=FormVersion.State.DRAFT)
    page = sign_in(client, cast.department).get(reverse("forms_engine:template_settings", args=[version.template_id]))
    assert f'value="tag:{tag.code}"' in page.content.decode()


def test_the_roster_of_a_form_is_who_carries_the_tag(cast, tag):
    with acting_as(cast.town):
        old = make_person(EAST, birth_date=date(1930, 1, 1))
        young = make_person(EAST, birth_date=date(1990, 1, 1))
    refresh_all()
    rosters = []
    for condition in ({"all": [{"tag": tag.code}]}, asking(tag)):
        sent = send_form(cast.department, make_form(cast.department, COLUMNS, condition=condition), EAST)
        run_job(sent.job_id)
        with acting_as(cast.worker):
            rosters.append(list(ReportRow.objects.filter(report__dispatch=sent).values_list("subject_id", flat=True)))
    assert rosters == [[old.pk], [young.pk]]
