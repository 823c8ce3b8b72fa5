"""Tags in conditions: of other tags, of lists and of forms, and what their levels then hide."""

from datetime import date

import pytest

from accounts.scope import acting_as
from forms_engine.selectors.overlap import names_above
from registry.catalogue import get_catalogue
from registry.conditions import BadCondition, compile_condition, describe_condition, level_of, parts_above
from registry.models import Household, Person
from tagging.checks import AboveClearance, TagRefused
from tagging.evaluation.keeping import refresh_all, refresh_changed
from tagging.models import SubjectTags, Tag
from tagging.services.desk import approve_change, propose_change
from tests.factories import EAST, WEST, make_form, make_household, make_person
from tests.tagging.proposing import approval_of, basic, make_tag, propose, values

pytestmark = pytest.mark.django_db
POOR = {"all": [{"item": "person.is_low_income", "op": "=", "value": True}]}


def has(tag):
    return {"tag": tag.code}


def both(*tags):
    return {"all": [has(tag) for tag in tags]}


def carriers(cast, tag):
    with acting_as(cast.district):
        found = SubjectTags.objects.filter(entity=tag.subject, tags__contains=[tag.pk])
        return set(found.values_list("subject_id", flat=True))


def change_condition(cast, tag, condition, by=None):
    with acting_as(by or cast.town):
        change = propose_change(
            actor=by or cast.town, tag=tag, values=values(tag.name, condition=condition), reason="修改"
        )
    with acting_as(cast.district):
        approve_change(actor=cast.district, change=change, seen=approval_of(change).version)
    tag.refresh_from_db()


@pytest.fixture
def village(cast, items):
    """Old, poor, both of it, neither."""
    with acting_as(cast.town):
        return {
            "old": make_person(EAST, birth_date=date(1930, 1, 1)),
            "poor": make_person(EAST, birth_date=date(1990, 1, 1), is_low_income=True),
            "both": make_person(EAST, birth_date=date(1930, 1, 1), is_low_income=True),
            "neither": make_person(WEST, birth_date=date(1990, 1, 1)),
        }


@pytest.fixture
def tags(cast, items):
    """高龄, 困难, and two that need them: 高龄困难, and 高龄困难之外 which needs that one."""
    old, poor = make_tag(cast, cast.town), make_tag(cast, cast.town, name="困难群众", condition=POOR)
    needy = make_tag(cast, cast.town, name="高龄困难", condition=both(old, poor))
    rest = make_tag(cast, cast.town, name="其余高龄", condition={"all": [has(old), {"not": has(needy)}]})
    return old, poor, needy, rest


def test_tags_that_need_tags_are_worked_out_after_them(cast, village, tags):
    old, _, needy, rest = tags
    refresh_all()
    assert carriers(cast, old) == {village["old"].pk, village["both"].pk}
    assert carriers(cast, needy) == {village["both"].pk}
    assert carriers(cast, rest) == {village["old"].pk}
    assert refresh_all() == 0


def test_one_change_runs_through_all_that_depend_on_it(cast, village, tags):
    _, _, needy, rest = tags
    refresh_all()
    with acting_as(cast.town):
        village["old"].is_low_income = True
        village["old"].save()
    refresh_changed()
    assert carriers(cast, needy) == {village["both"].pk, village["old"].pk}
    assert carriers(cast, rest) == set()


def test_a_circle_is_refused_and_its_way_is_named(cast, tags):
    old, _, needy, rest = tags
    with pytest.raises(TagRefused, match="高龄老人 → 其余高龄 → 高龄老人") as refused:
        change_condition(cast, old, {"all": [has(rest)]})
    assert refused.value.field == "condition"
    with pytest.raises(TagRefused, match="高龄困难 → 高龄困难"):
        change_condition(cast, needy, {"any": [{"not": has(needy)}]})


def test_two_requests_cannot_close_a_circle_between_them(cast, tags):
    """Each is fine when it is handed in; the second is refused at the desk."""
    old, poor, *_ = tags
    with acting_as(cast.town):
        requests = [
            propose_change(actor=cast.town, tag=one, values=values(one.name, condition=both(other)), reason="修改")
            for one, other in ((old, poor), (poor, old))
        ]
    with acting_as(cast.district):
        approve_change(actor=cast.district, change=requests[0], seen=approval_of(requests[0]).version)
        with pytest.raises(TagRefused, match="绕回了自己"):
            approve_change(actor=cast.district, change=requests[1], seen=approval_of(requests[1]).version)


def test_a_tag_is_as_high_as_the_highest_that_it_is_made_of(cast, tags):
    old, poor, needy, rest = tags
    assert [tag.level for tag in tags] == [2, 3, 3, 3]
    change_condition(cast, poor, {"all": [{"item": "person.sex", "op": "=", "value": "2"}]})
    for tag in (needy, rest):
        tag.refresh_from_db()
    assert (poor.level, needy.level, rest.level) == (2, 2, 2)
    change_condition(cast, old, POOR)
    rest.refresh_from_db()
    assert rest.level == 3


def test_a_level_that_the_catalogue_raised_reaches_the_tags_at_night(cast, tags):
    Tag.objects.filter(pk__in=[tag.pk for tag in tags]).update(level=1)
    refresh_all()
    assert [Tag.objects.get(pk=tag.pk).level for tag in tags] == [2, 3, 3, 3]


def test_a_tag_above_the_clearance_is_in_no_condition_of_that_post(cast, tags):
    """A department reads level 2: what a tag of level 3 is made of stays hidden behind the tag too."""
    hidden = tags[2]
    with pytest.raises(AboveClearance, match="标签:高龄困难"):
        propose(cast.department, name="绕过", condition=both(hidden))
    version = make_form(cast.department, {"B": "person.name"}, condition=both(hidden))
    assert names_above(version, cast.department.clearance) == ["标签:高龄困难"]
    assert names_above(version, 3) == []


def test_a_tag_out_of_sight_answers_like_one_that_does_not_exist(cast, tags):
    from accounts.codes import Level
    from accounts.models import Area
    from accounts.roles import Role
    from tests.factories import make_actor

    far = 320206_000000_000000
    Area.objects.create(code=far, name="惠山区", level=Level.DISTRICT)
    stranger = make_actor(Role.DISTRICT_ADMIN, far)
    said = []
    for code in (tags[0].code, "T9999"):
        with pytest.raises(TagRefused) as refused:
            propose(stranger, name="远处", condition={"all": [{"tag": code}]})
        said.append(refused.value.message)
    assert said[0] == said[1]


def test_a_condition_over_tags_reads_as_a_sentence(cast, tags):
    old, poor, *_ = tags
    tree = {"all": [has(old), {"any": [has(poor), {"item": "person.age", "op": ">=", "value": 90}]}]}
    assert describe_condition(tree, get_catalogue()) == "有标签“高龄老人” 且 (有标签“困难群众” 或 年龄不小于 90)"
    assert level_of(tree, get_catalogue()) == 3
    assert [part.name for part in parts_above(tree, 2, get_catalogue())] == ["标签:困难群众"]


@pytest.mark.parametrize("code", ["T9999", "高龄老人", "T0001; DROP TABLE", {"tag": 1}, None])
def test_what_is_no_tag_is_refused(cast, items, code):
    with pytest.raises(BadCondition, match="没有的标签"):
        compile_condition({"tag": code}, "person", get_catalogue(), on=date(2026, 1, 1))


def test_a_tag_of_another_subject_is_reached_by_its_relation_or_refused(cast, items):
    single = {"all": [{"item": "household.type", "op": "=", "value": "10"}]}
    family = make_tag(cast, cast.town, name="家庭户", subject="household", condition=single)
    member = make_tag(cast, cast.town, name="家庭成员", condition=both(family))
    with acting_as(cast.town):
        household = make_household(EAST, number="1", type="10")
        person = make_person(EAST, household=household)
        make_person(EAST)
    refresh_all()
    assert carriers(cast, family) == {household.pk}
    assert carriers(cast, member) == {person.pk}
    with acting_as(cast.town):
        Household.objects.filter(pk=household.pk).update(type="20")
        household.refresh_from_db()
        household.save()
    refresh_changed()
    assert carriers(cast, member) == set()
    with pytest.raises(BadCondition, match="对象不同"):
        compile_condition(has(family), "organization", get_catalogue(), on=date(2026, 1, 1))


def test_a_retired_tag_is_in_no_condition(cast, items):
    tag = make_tag(cast, cast.town, **basic())
    Tag.objects.filter(pk=tag.pk).update(is_live=False)
    with pytest.raises(BadCondition, match="已停用"):
        compile_condition(has(tag), "person", get_catalogue(), on=date(2026, 1, 1))


def test_a_broken_rule_stops_no_other_and_keeps_its_own(cast, village, tags, caplog):
    old, poor, *_ = tags
    refresh_all()
    before = carriers(cast, old)
    Tag.objects.filter(pk=old.pk).update(condition={"item": "person.gone", "op": "known"})
    with acting_as(cast.town):
        Person.objects.filter(pk=village["neither"].pk).update(is_low_income=True)
    refresh_all()
    assert carriers(cast, old) == before
    assert village["neither"].pk in carriers(cast, poor)
    assert "tag_rule_broken" in caplog.messages
