"""A merged tag ends; who carries it gets the other one, and whatever names it means that one."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.errors import Conflict, NotAllowed
from accounts.jobs import run_job
from accounts.models import Job
from accounts.scope import acting_as
from tagging.checks import AboveClearance, TagInUse, TagRefused
from tagging.evaluation import keeping
from tagging.evaluation.keeping import refresh_all, refresh_changed
from tagging.models import SubjectTags, Tag, TagEvent
from tagging.services.desk import approve_change, propose_change, propose_merge, propose_retirement
from tagging.services.hand import attach_tag
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_person
from tests.tagging.proposing import approval_of, basic, make_tag, values

pytestmark = pytest.mark.django_db


def merge(cast, tag, into, by=None):
    with acting_as(by or cast.town):
        change = propose_merge(actor=by or cast.town, tag=tag, into=into, reason="同一个意思")
    with acting_as(cast.district):
        approve_change(actor=cast.district, change=change, seen=approval_of(change).version)
    tag.refresh_from_db()
    return change


def work_off(kind=keeping.REFRESH):
    for job in Job.objects.filter(kind=kind, state="waiting").order_by("pk"):
        run_job(job.pk)


def carried(cast):
    with acting_as(cast.district):
        return {row.subject_id: row.tags for row in SubjectTags.objects.all() if row.tags}


@pytest.fixture
def two(cast, items):
    """The local tag of a town, and the standard one."""
    return make_tag(cast, cast.town, **basic("失独")), make_tag(cast, **basic("失独家庭"))


@pytest.fixture
def marked(cast, two):
    """One with the local tag, one with both."""
    local, standard = two
    with acting_as(cast.town):
        only, both = make_person(EAST), make_person(EAST)
    with acting_as(cast.worker):
        attach_tag(actor=cast.worker, tag=local, ids=[only.pk, both.pk], reason="走访")
        attach_tag(actor=cast.worker, tag=standard, ids=[both.pk], reason="走访")
    return only, both


def test_its_carriers_get_the_other_tag_and_their_trace_says_why(cast, two, marked):
    (local, standard), (only, both) = two, marked
    merge(cast, local, standard)
    assert (local.is_live, local.merged_into) == (False, standard)
    with watching() as statements:
        work_off()
    assert "tag.refreshed" in audited(statements)
    assert carried(cast) == {only.pk: [standard.pk], both.pk: [standard.pk]}
    with acting_as(cast.worker):
        traces = {one.subject_id: (one.gained, one.lost) for one in TagEvent.objects.filter(reason__contains="并入")}
    assert traces == {only.pk: ([standard.pk], [local.pk]), both.pk: ([], [local.pk])}


def test_the_story_of_a_carrier_tells_of_the_merge(client, cast, two, marked):
    merge(cast, *two)
    work_off()
    page = sign_in(client, cast.worker).get(reverse("tagging:story", args=["person", marked[0].pk]))
    assert page.content.decode().count("“失独”并入“失独家庭”") == 2


def test_a_pass_before_the_move_takes_nothing_from_the_carriers(cast, two, marked):
    local, standard = two
    merge(cast, local, standard)
    refresh_changed()
    assert carried(cast)[marked[0].pk] == [local.pk]
    work_off()
    work_off()
    assert carried(cast)[marked[0].pk] == [standard.pk]


def test_what_was_attached_while_the_desk_decided_is_moved_at_night(cast, two, marked):
    local, standard = two
    merge(cast, local, standard)
    Job.objects.all().delete()  # as if the moment had come after the job
    refresh_all()
    assert carried(cast) == {one.pk: [standard.pk] for one in marked}


def test_conditions_that_name_it_mean_the_other_and_its_name_becomes_a_synonym(cast, two, marked):
    local, standard = two
    names = make_tag(cast, cast.town, name="要上门", condition={"all": [{"tag": local.code}]})
    merge(cast, local, standard)
    refresh_all()
    assert all(names.pk in tags for tags in carried(cast).values())
    standard.refresh_from_db()
    assert standard.synonyms == ["失独"]
    with acting_as(cast.district), pytest.raises(TagInUse, match="要上门"):
        propose_retirement(actor=cast.district, tag=standard, reason="不用了")


def test_into_a_rule_means_that_the_rule_alone_says_who_carries_it(cast, items):
    by_hand, ruled = make_tag(cast, cast.town, **basic("老寿星")), make_tag(cast)
    with acting_as(cast.town):
        old, young = make_person(EAST, birth_date=date(1930, 1, 1)), make_person(EAST, birth_date=date(2000, 1, 1))
    with acting_as(cast.worker):
        attach_tag(actor=cast.worker, tag=by_hand, ids=[old.pk, young.pk], reason="走访")
    merge(cast, by_hand, ruled)
    refresh_all()
    assert carried(cast) == {old.pk: [ruled.pk]}


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        ({}, {"subject": "household"}, "对象要相同"),
        ({}, {"level": 1}, "级别比"),
        (values(), {}, "并入基础标签"),
        ({}, {"valid_until": localdate() - timedelta(1)}, "已过有效期"),
    ],
)
def test_what_cannot_stand_for_it_is_refused(cast, items, first, second, problem):
    tag, into = make_tag(cast, cast.town, **basic("失独") | first), make_tag(cast, **basic("失独家庭"))
    Tag.objects.filter(pk=into.pk).update(**second)
    into.refresh_from_db()
    with acting_as(cast.town), pytest.raises(TagRefused, match=problem):
        propose_merge(actor=cast.town, tag=tag, into=into, reason="同一个意思")


def test_a_wide_tag_does_not_end_in_a_narrow_one(cast, items):
    wide, narrow = make_tag(cast, **basic("失独家庭")), make_tag(cast, cast.town, **basic("失独"))
    with acting_as(cast.department), pytest.raises(TagRefused, match="适用范围小"):
        propose_merge(actor=cast.department, tag=wide, into=narrow, reason="同一个意思")


def test_a_merge_that_would_close_a_circle_is_refused_with_its_way(cast, items):
    tag = make_tag(cast, **basic("失独"))
    between = make_tag(cast, name="中间", condition={"all": [{"tag": tag.code}]})
    into = make_tag(cast, name="末端", condition={"all": [{"tag": between.code}]})
    with acting_as(cast.department), pytest.raises(TagRefused, match="末端 → 中间 → 末端"):
        propose_merge(actor=cast.department, tag=tag, into=into, reason="同一个意思")


def test_a_higher_tag_does_not_take_the_place_of_one_in_use(cast, items):
    tag, into = make_tag(cast, cast.town, **basic("失独")), make_tag(cast, cast.town, **basic("失独家庭", level=3))
    make_tag(cast, cast.town, name="要上门", condition={"all": [{"tag": tag.code}]})
    with acting_as(cast.town), pytest.raises(TagRefused, match="正用在标签“要上门”"):
        propose_merge(actor=cast.town, tag=tag, into=into, reason="同一个意思")


def test_a_tag_above_the_clearance_is_not_merged_with(cast, items):
    tag, into = make_tag(cast, **basic("失独")), make_tag(cast, cast.town, **basic("失独家庭", level=3))
    Tag.objects.filter(pk=into.pk).update(area=tag.area)
    with acting_as(cast.department), pytest.raises(AboveClearance):
        propose_merge(actor=cast.department, tag=tag, into=into, reason="同一个意思")


def test_the_other_owner_cannot_ask_for_the_end_of_a_tag(cast, two):
    with acting_as(cast.other_department), pytest.raises(NotAllowed):
        propose_merge(actor=cast.other_department, tag=two[1], into=two[0], reason="同一个意思")


def test_of_a_merge_and_a_retirement_of_the_other_tag_the_second_is_refused(cast, two):
    local, standard = two
    with acting_as(cast.town):
        change = propose_merge(actor=cast.town, tag=local, into=standard, reason="同一个意思")
    with acting_as(cast.department):
        end = propose_retirement(actor=cast.department, tag=standard, reason="不用了")
    with acting_as(cast.district):
        approve_change(actor=cast.district, change=end, seen=approval_of(end).version)
    with acting_as(cast.district), pytest.raises(TagRefused, match="已停用"):
        approve_change(actor=cast.district, change=change, seen=approval_of(change).version)


def test_it_is_asked_for_mended_and_decided_on_its_pages(client, cast, two):
    local, standard = two
    other = make_tag(cast, **basic("失独老人"))
    sign_in(client, cast.town)
    page = reverse("tagging:tag_merge", args=[local.pk])
    assert "失独家庭" in client.get(page).content.decode()
    assert client.post(page, {"into": "T0000", "reason": "同一个意思"}).status_code == 422
    asked = client.post(page, {"into": other.code, "reason": "同一个意思", "draft": "1"})
    assert asked.status_code == 302
    change = local.changes.get(step="merge")
    revise = reverse("tagging:change_revise", args=[change.pk])
    assert f'value="{other.code}" selected' in client.get(revise).content.decode()
    mended = {"into": standard.code, "reason": "同一个意思", "seen": approval_of(change).version}
    assert client.post(revise, mended).status_code == 302
    detail = reverse("tagging:change_detail", args=[change.pk])
    answer = {"decision": "approve", "seen": approval_of(change).version}
    assert "合并不能撤销" in sign_in(client, cast.district).get(detail).content.decode()
    assert client.post(detail, answer).status_code == 302
    assert "已并入“" in client.get(reverse("tagging:tag_detail", args=[local.pk])).content.decode()


def test_a_change_of_it_waits_for_no_merge(cast, two):
    with acting_as(cast.town):
        propose_merge(actor=cast.town, tag=two[0], into=two[1], reason="同一个意思")
    with acting_as(cast.town), pytest.raises(Conflict):
        propose_change(actor=cast.town, tag=two[0], values=basic("失独", colour="late"), reason="醒目")
