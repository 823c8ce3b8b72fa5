from datetime import date

import pytest

from accounts.errors import Conflict, NotAllowed
from accounts.scope import acting_as
from registry.conditions import BadCondition
from tagging.checks import AboveClearance, TagRefused
from tagging.models import Tag, TagChange
from tagging.services.desk import (
    approve_change,
    propose_change,
    propose_retirement,
    propose_tag,
    refuse_change,
    return_change,
    revise_change,
    withdraw_change,
)
from tests.accounts.approving import at_the_desk
from tests.doors import audited, watching
from tests.tagging.proposing import OLD, approval_of, basic, make_tag, propose, values

pytestmark = pytest.mark.django_db
POOR = {"all": [{"item": "person.is_low_income", "op": "=", "value": True}]}


def decide(step, actor, change, **more):
    with acting_as(actor):
        step(actor=actor, change=change, seen=approval_of(change).version, **more)


def test_a_department_proposes_and_the_district_lets_the_tag_in(cast, items):
    with watching() as statements:
        tag = make_tag(cast)
    assert (tag.name, tag.area_id, tag.department_id) == (
        "高龄老人",
        cast.district.area_code,
        cast.department.department_id,
    )
    assert (tag.level, tag.version, tag.is_live, tag.condition) == (2, 1, True, OLD)
    assert audited(statements) == ["tag.drafted", "tag.submitted", "tag.approved"]


def test_the_level_of_a_dynamic_tag_is_the_highest_of_its_items(cast, items):
    both = {"any": [*OLD["all"], *POOR["all"]]}
    assert make_tag(cast, cast.town, level=1, condition=both).level == 3


def test_an_item_above_the_requesters_clearance_cannot_be_used(cast, items):
    with pytest.raises(AboveClearance) as refused:
        propose(cast.department, condition={"all": [{"not": POOR["all"][0]}]})
    assert "是否低保" in refused.value.message
    assert not TagChange.objects.exists()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"condition": {}}, TagRefused),
        ({"condition": {"all": []}}, BadCondition),
        ({"condition": {"item": "dwelling.address", "op": "known"}}, AboveClearance),
        ({"condition": {"item": "organization.type", "op": "known"}}, BadCondition),
        ({"valid_until": date(2020, 1, 1)}, TagRefused),
    ],
)
def test_a_definition_that_cannot_stand_is_refused(cast, items, given, problem):
    with pytest.raises(problem):
        propose(cast.department, **given)


def test_a_name_means_one_thing_at_every_level(cast, items):
    make_tag(cast, cast.town)
    with pytest.raises(TagRefused, match="只能有一个含义"):
        propose(cast.department)


def test_of_two_requests_for_one_name_the_second_is_refused_at_the_desk(cast, items):
    first, second = propose(cast.department), propose(cast.town)
    decide(approve_change, cast.district, first)
    with pytest.raises(TagRefused):
        decide(approve_change, cast.district, second)
    second.refresh_from_db()
    assert second.state == "submitted"


def test_the_requester_never_decides_in_whatever_post(cast, items):
    change = propose(cast.department)
    for actor in (cast.department, at_the_desk(cast.department)):
        with pytest.raises(NotAllowed):
            decide(approve_change, actor, change)
    assert not Tag.objects.exists()


def test_a_town_does_not_decide_and_a_grid_worker_does_not_propose(cast, items):
    change = propose(cast.town)
    with pytest.raises(NotAllowed):
        decide(approve_change, cast.town, change)
    with pytest.raises(NotAllowed):
        propose(cast.grid_worker)


def test_a_village_proposes_a_tag_of_its_own(cast, items):
    tag = make_tag(cast, cast.worker)
    assert tag.area_id == cast.worker.area_code


def test_a_decision_is_taken_once(cast, items):
    change = propose(cast.department)
    seen = approval_of(change).version
    decide(approve_change, cast.district, change)
    with acting_as(cast.district), pytest.raises(Conflict):
        approve_change(actor=cast.district, change=change, seen=seen)
    assert Tag.objects.count() == 1


def test_what_was_returned_is_mended_and_handed_in_again(cast, items):
    change = propose(cast.department)
    decide(return_change, cast.district, change, note="请写清楚周岁还是虚岁")
    change.refresh_from_db()
    decide(revise_change, cast.department, change, values=values(meaning="满 80 周岁,按身份证"), reason="已写清")
    decide(approve_change, cast.district, change)
    assert Tag.objects.get().meaning == "满 80 周岁,按身份证"


def test_a_refused_or_withdrawn_request_leaves_no_tag(cast, items):
    refused, withdrawn = propose(cast.department), propose(cast.department, name="百岁老人")
    decide(refuse_change, cast.district, refused, note="已有同类")
    decide(withdraw_change, cast.department, withdrawn)
    assert set(TagChange.objects.values_list("state", flat=True)) == {"refused", "withdrawn"}
    assert not Tag.objects.exists()


def test_a_tag_changes_only_when_its_change_is_approved(cast, items):
    tag = make_tag(cast)
    with acting_as(cast.department):
        change = propose_change(actor=cast.department, tag=tag, values=values(colour="late"), reason="醒目")
    tag.refresh_from_db()
    assert (tag.colour, tag.version) == ("act", 1)
    with acting_as(cast.department), pytest.raises(Conflict):
        propose_retirement(actor=cast.department, tag=tag, reason="不用了")
    decide(approve_change, cast.district, change)
    tag.refresh_from_db()
    assert (tag.colour, tag.version) == ("late", 2)


def test_a_retired_tag_stays_and_gives_its_name_free(cast, items):
    tag = make_tag(cast, **basic())
    with acting_as(cast.department):
        change = propose_retirement(actor=cast.department, tag=tag, reason="不用了")
    decide(approve_change, cast.district, change)
    tag.refresh_from_db()
    assert not tag.is_live
    assert make_tag(cast, **basic()).pk != tag.pk


def test_only_its_owner_and_the_desk_ask_for_a_change(cast, items):
    tag = make_tag(cast)
    for actor in (cast.other_department, cast.town):
        with acting_as(actor), pytest.raises(NotAllowed):
            propose_retirement(actor=actor, tag=tag, reason="不用了")
    with acting_as(cast.district):
        assert propose_retirement(actor=cast.district, tag=tag, reason="不用了").state == "submitted"


def test_a_basic_tag_keeps_no_condition(cast, items):
    with acting_as(cast.town):
        change = propose_tag(actor=cast.town, values=basic(condition=OLD, level=3), reason="台账")
    assert (change.condition, change.level) == ({}, 3)
