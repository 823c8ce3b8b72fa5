"""What a request would do is counted by the comparison that a pass writes by, inside the reader's scope."""

import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.jobs import run_job
from accounts.models import Job
from accounts.scope import acting_as
from tagging.checks import AboveClearance
from tagging.evaluation.keeping import refresh_all
from tagging.models import TagChange, TagImpact
from tagging.selectors.impacts import how_told, list_near, read_impact
from tagging.services.desk import (
    propose_change,
    propose_retirement,
    propose_tag,
    revise_change,
    submit_change,
    withdraw_change,
)
from tagging.services.hand import attach_tag
from tagging.services.impacts import PREVIEW, start_impact
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, WEST, make_person
from tests.tagging.proposing import OLD, approval_of, basic, make_tag, propose, values

pytestmark = pytest.mark.django_db
OLDER = {"all": [{"item": "person.age", "op": ">=", "value": 95}]}
POOR = {"all": [{"item": "person.is_low_income", "op": "=", "value": True}]}


def counted(actor, change):
    """As the actor's page tells it, after the job."""
    with acting_as(actor):
        impact = start_impact(actor=actor, change=change)
    run_job(impact.job_id)
    impact = TagImpact.objects.get(pk=impact.pk)
    with acting_as(actor):
        return read_impact(actor=actor, impact=impact)


def of_lines(impact):
    return {line.name: line.numbers and (line.numbers["gained"], line.numbers["lost"]) for line in impact.lines}


@pytest.fixture
def people(cast, items):
    """Two of 95 and one of 85 in the eastern village, one of 85 in the western."""
    with acting_as(cast.town):
        born = [(EAST, 1930), (EAST, 1930), (EAST, 1941), (WEST, 1941)]
        return [make_person(area, birth_date=date(year, 1, 1)) for area, year in born]


def test_a_new_rule_tells_its_gain_by_area_before_anybody_decides(cast, people):
    change = propose(cast.town)
    impact = counted(cast.town, change)
    assert sorted(of_lines(impact).values()) == [(1, 0), (3, 0)]
    assert (impact.total["had"], impact.total["gained"], impact.total["after"]) == (0, 4, 4)
    assert len(counted(cast.district, change).lines) == 1  # one town


def test_a_changed_rule_tells_who_gains_and_who_loses(cast, people):
    tag = make_tag(cast, cast.town)
    refresh_all()
    with acting_as(cast.town):
        make_person(EAST, birth_date=date(1920, 1, 1))
        change = propose_change(actor=cast.town, tag=tag, values=values(condition=OLDER), reason="年龄调整")
    impact = counted(cast.town, change)
    assert (impact.total["had"], impact.total["gained"], impact.total["lost"], impact.total["after"]) == (4, 1, 2, 3)
    assert sorted(numbers for numbers in of_lines(impact).values()) == [(0, 1), (1, 1)]


def test_the_preview_and_the_pass_agree(cast, people):
    from tagging.models import SubjectTags

    change = propose(cast.town)
    told = counted(cast.town, change).total["after"]
    with acting_as(cast.district):
        from tagging.services.desk import approve_change

        approve_change(actor=cast.district, change=change, seen=approval_of(change).version)
    refresh_all()
    with acting_as(cast.district):
        assert SubjectTags.objects.filter(tags__len__gt=0).count() == told


def test_a_retirement_tells_how_many_lose_it_and_whom_it_shares_them_with(cast, people):
    wide, narrow = make_tag(cast, cast.town), make_tag(cast, cast.town, name="长寿老人", condition=OLDER)
    refresh_all()
    with acting_as(cast.town):
        change = propose_retirement(actor=cast.town, tag=narrow, reason="不用了")
    impact = counted(cast.town, change)
    assert (impact.total["had"], impact.total["lost"], impact.total["after"]) == (2, 2, 0)
    (beside,) = impact.beside
    assert (beside.tag, beside.shared, beside.percent, beside.word) == (wide, 2, 100, "几乎都有这个标签")


def test_a_rule_of_the_same_people_is_called_nearly_the_same(cast, people):
    tag = make_tag(cast, cast.town)
    refresh_all()
    change = propose(cast.town, name="耄耋老人", condition={"all": [{"item": "person.age", "op": ">", "value": 79}]})
    (beside,) = counted(cast.town, change).beside
    assert (beside.tag, beside.word) == (tag, "几乎是同一批")


def test_an_overlap_with_a_tag_above_the_clearance_is_not_told(cast, people):
    with acting_as(cast.town):
        make_person(EAST, birth_date=date(1930, 1, 1), is_low_income=True)
    make_tag(cast, cast.town, name="困难老人", condition=POOR)
    refresh_all()
    change = propose(cast.town)
    assert [one.tag.name for one in counted(cast.town, change).beside] == ["困难老人"]
    assert counted(cast.district, change).beside == []


def test_a_desk_that_sees_the_level_masked_judges_by_round_tens(client, cast, people):
    with acting_as(cast.town):
        for place, many in ((EAST, 23), (WEST, 14)):
            for _ in range(many):
                make_person(place, is_low_income=True, birth_date=date(1941, 1, 1))
    make_tag(cast)
    refresh_all()
    change = propose(cast.town, condition=POOR, name="困难老人")
    assert counted(cast.town, change).total["gained"] == 37
    impact = counted(cast.district, change)
    assert (impact.tens, impact.total["gained"], impact.total["lost"]) == (True, 30, 0)
    assert [(one.tag.name, one.shared) for one in impact.beside] == [("高龄老人", None)]  # 37 of 41: 4 are outside
    page = sign_in(client, cast.district).get(reverse("tagging:change_detail", args=[change.pk])).content.decode()
    assert "按十取整" in page
    told = page.partition("同意以后会怎样")[2].partition("办理经过")[0]
    assert "37" not in re.sub(r"<[^>]*>|\d\d:\d\d", "", told)  # a token in a form or a time may hold any digits


def test_few_of_a_masked_level_are_not_told_to_the_desk(cast, people):
    with acting_as(cast.town):
        make_person(EAST, is_low_income=True)
    impact = counted(cast.district, propose(cast.town, condition=POOR))
    assert impact.total is None
    assert [line.numbers for line in impact.lines] == [None]


def test_who_asks_for_what_is_masked_to_them_and_who_looks_too_early_count_nothing(client, cast, people):
    change = propose(cast.town, condition=POOR)
    with acting_as(cast.town):
        withdraw_change(actor=cast.town, change=change, seen=approval_of(change).version)
        change.refresh_from_db()
        draft = propose_tag(actor=cast.town, values=values("另一个", condition=POOR), reason="要用", send=False)
    for early in (change, draft):
        assert not how_told(cast.district, early)
    asked = make_tag(cast, cast.town, name="本区要停用", condition=POOR)
    with acting_as(cast.district):
        end = propose_retirement(actor=cast.district, tag=asked, reason="不用了")
        with pytest.raises(AboveClearance):
            start_impact(actor=cast.district, change=end)
    page = sign_in(client, cast.district).get(reverse("tagging:change_detail", args=[end.pk])).content.decode()
    assert "人数不显示" in page


def test_small_numbers_are_withheld_from_a_department(client, cast, people):
    change = propose(cast.department)
    impact = counted(cast.department, change)
    assert impact.total is None
    assert [line.numbers for line in impact.lines] == [None]
    kept = str(TagImpact.objects.get().result)
    assert "gained" not in kept  # what is not told is not written either
    page = sign_in(client, cast.department).get(reverse("tagging:change_detail", args=[change.pk])).content.decode()
    assert "少于最小人数" in page


def test_the_page_asks_for_the_count_shows_its_progress_and_then_the_numbers(client, cast, people):
    change = propose(cast.town)
    page = reverse("tagging:change_detail", args=[change.pk])
    sign_in(client, cast.district)
    assert "开始测算" in client.get(page).content.decode()
    with watching() as statements:
        part = client.post(reverse("tagging:change_impact", args=[change.pk]), HTTP_HX_REQUEST="true")
    assert "正在测算" in part.content.decode()
    assert audited(statements) == ["tag.impact_counted"]
    client.post(reverse("tagging:change_impact", args=[change.pk]))  # while one is at it, no second one
    run_job(Job.objects.get(kind=PREVIEW).pk)
    assert "增加 4 个" in client.get(page).content.decode()


def test_a_draft_is_seen_by_its_maker_alone_until_it_is_handed_in(client, cast, people):
    with acting_as(cast.town):
        change = propose_tag(actor=cast.town, values=values(), reason="津贴", send=False)
    page = reverse("tagging:change_detail", args=[change.pk])
    assert sign_in(client, cast.district).get(page).status_code == 404
    sign_in(client, cast.town)
    assert "提交申请" in client.get(page).content.decode()
    answer = client.post(reverse("tagging:change_submit", args=[change.pk]), {"seen": approval_of(change).version})
    assert answer.status_code == 302
    change.refresh_from_db()
    assert change.state == "submitted"
    assert sign_in(client, cast.district).get(page).status_code == 200


def test_a_draft_keeps_nobody_from_asking_and_then_waits(cast, people):
    from accounts.errors import Conflict

    tag = make_tag(cast, cast.town, **basic())
    with acting_as(cast.town):
        draft = propose_retirement(actor=cast.town, tag=tag, reason="不用了", send=False)
    with acting_as(cast.district):
        propose_retirement(actor=cast.district, tag=tag, reason="不用了")
    with acting_as(cast.town), pytest.raises(Conflict):
        submit_change(actor=cast.town, change=draft, seen=approval_of(draft).version)


def test_a_mended_draft_is_counted_anew(cast, people):
    with acting_as(cast.town):
        change = propose_tag(actor=cast.town, values=values(), reason="津贴", send=False)
    assert counted(cast.town, change).total["gained"] == 4
    seen = approval_of(change).version
    with acting_as(cast.town):
        given = values(condition=OLDER)
        revise_change(actor=cast.town, change=change, values=given, reason="津贴", seen=seen, send=False)
    assert not TagImpact.objects.exists()
    assert counted(cast.town, change).total["gained"] == 2
    assert TagChange.objects.get().state == "drafted"


def test_tags_that_may_be_the_same_thing_are_named_with_the_reason(cast, people):
    make_tag(cast, cast.town, name="高龄老人", synonyms=["长者"])
    make_tag(cast, cast.town, name="残疾人", condition=POOR)
    make_tag(cast, cast.town, **basic("失独家庭"))
    near = {
        "高龄老人家庭": "名称相含",
        "长者们": "名称相含",
        "失毒家庭": "名称相近",
        "八十以上": "条件相同",
        "退役军人": "",
    }
    for name, why in near.items():
        with acting_as(cast.town):
            condition = {"any": OLD["all"]} if why == "条件相同" else OLDER
            change = propose_tag(actor=cast.town, values=values(name, condition=condition), reason="要用")
            found = [one.why.partition(":")[0] for one in list_near(actor=cast.town, change=change)]
        assert found == [why] * bool(why), name


def test_a_merge_tells_how_many_of_the_carriers_have_the_other_tag(cast, people):
    from tagging.services.desk import propose_merge

    local, standard = make_tag(cast, cast.town, **basic("失独")), make_tag(cast, cast.town, **basic("失独家庭"))
    keys = [one.pk for one in people[:2]]
    with acting_as(cast.worker):
        attach_tag(actor=cast.worker, tag=local, ids=keys, reason="走访")
        attach_tag(actor=cast.worker, tag=standard, ids=keys[:1], reason="走访")
    with acting_as(cast.town):
        change = propose_merge(actor=cast.town, tag=local, into=standard, reason="同一个意思")
    impact = counted(cast.district, change)
    assert (impact.total["had"], impact.total["shared"]) == (2, 1)
