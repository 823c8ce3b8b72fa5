import pytest
from django.urls import reverse

from tagging.models import Tag, TagChange
from tests.doors import sign_in
from tests.tagging.proposing import approval_of, make_tag, propose

pytestmark = pytest.mark.django_db
FORM = {
    "name": "高龄老人", "kind": "dynamic", "subject": "person", "level": "2", "meaning": "满 80 周岁",
    "purpose": "高龄津贴", "group": "老人", "colour": "act", "reason": "发放津贴", "join": "all",
    "rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "0",
    "rows-0-item": "person.age", "rows-0-op": ">=", "rows-0-value": "80",
    "rows-1-item": "",
}  # fmt: skip


def text_of(client, name, *args, query=""):
    page = client.get(reverse(f"tagging:{name}", args=args) + query)
    assert page.status_code == 200
    return page.content.decode()


def test_a_tag_goes_from_the_form_over_the_desk_into_the_catalogue(client, cast, items):
    sign_in(client, cast.department)
    assert client.post(reverse("tagging:tag_add"), FORM).status_code == 302
    change = TagChange.objects.get()
    assert "须由其他人审核" in text_of(client, "change_detail", change.pk)
    sign_in(client, cast.district)
    assert "新增标签“高龄老人”" in text_of(client, "change_list")
    answer = {"decision": "approve", "seen": approval_of(change).version}
    assert client.post(reverse("tagging:change_detail", args=[change.pk]), answer).status_code == 302
    sign_in(client, cast.worker)
    assert "年龄不小于 80" in text_of(client, "tag_detail", Tag.objects.get().pk)
    sign_in(client, cast.grid_worker)
    assert "申请新标签" not in text_of(client, "tag_list")


def test_a_wrong_row_stands_at_its_place(client, cast, items):
    sign_in(client, cast.department)
    page = client.post(reverse("tagging:tag_add"), FORM | {"rows-0-value": "八十"})
    assert page.status_code == 422
    assert "请填数字" in page.content.decode()


def test_the_builder_offers_only_items_that_the_post_sees_unmasked(client, cast, items):
    page = text_of(sign_in(client, cast.department), "tag_add")
    assert "person.sex" in page
    assert "person.is_low_income" not in page
    assert "person.is_low_income" in text_of(sign_in(client, cast.town), "tag_add")


def test_a_stale_decision_is_answered_409(client, cast, items):
    change = propose(cast.department)
    page = reverse("tagging:change_detail", args=[change.pk])
    sign_in(client, cast.district)
    assert client.post(page, {"decision": "approve", "seen": 0}).status_code == 409
    assert not Tag.objects.exists()


def test_a_returned_request_is_mended_on_its_page(client, cast, items):
    change = propose(cast.department)
    answer = {"decision": "return", "note": "请写清", "seen": approval_of(change).version}
    sign_in(client, cast.district).post(reverse("tagging:change_detail", args=[change.pk]), answer)
    sign_in(client, cast.department)
    assert 'value="80"' in text_of(client, "change_revise", change.pk)
    mended = FORM | {"rows-0-value": "90", "seen": approval_of(change).version}
    assert client.post(reverse("tagging:change_revise", args=[change.pk]), mended).status_code == 302
    change.refresh_from_db()
    assert (change.state, change.condition["all"][0]["value"]) == ("submitted", 90)


def test_the_list_narrows_by_text_kind_and_group(client, cast, items):
    make_tag(cast)
    make_tag(cast, name="失独家庭", kind="basic", condition={}, group="家庭")
    sign_in(client, cast.worker)
    for query in ("?q=失独", "?kind=basic", "?group=家庭"):
        page = text_of(client, "tag_list", query=query)
        assert "T0" in page
        assert "高龄老人" not in page, query
    assert "没有符合条件的标签" in text_of(client, "tag_list", query="?state=retired")
    assert 'aria-label="去掉筛选' not in text_of(client, "tag_list")


def test_a_tag_of_a_town_is_not_seen_from_another_district(client, cast, items):
    from accounts.codes import Level
    from accounts.models import Area
    from accounts.roles import Role
    from tests.factories import make_actor

    tag = make_tag(cast, cast.town)
    far = 320206_000000_000000
    Area.objects.create(code=far, name="惠山区", level=Level.DISTRICT)
    sign_in(client, make_actor(Role.DISTRICT_ADMIN, far))
    assert client.get(reverse("tagging:tag_detail", args=[tag.pk])).status_code == 404
    assert client.get(reverse("tagging:change_detail", args=[tag.changes.get().pk])).status_code == 404


def test_the_list_costs_the_same_for_one_tag_and_for_many(client, cast, items, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_tag(cast)
    sign_in(client, cast.worker)
    with CaptureQueriesContext(connection) as first:
        text_of(client, "tag_list")
    for n in range(3):
        make_tag(cast, name=f"标签{n}")
    with django_assert_num_queries(len(first)):
        text_of(client, "tag_list")


def test_groups_of_a_condition_are_shown_and_stay_until_somebody_leaves_them_out(client, cast, items):
    group = {"any": [{"item": "person.age", "op": ">=", "value": 90}, {"item": "person.sex", "op": "=", "value": "2"}]}
    tag = make_tag(cast, condition={"all": [{"item": "person.age", "op": ">=", "value": 80}, group]})
    sign_in(client, cast.department)
    page = text_of(client, "tag_change", tag.pk)
    key = page.partition('name="groups" value="')[2].partition('"')[0]
    assert "年龄不小于 90 或" in page
    url = reverse("tagging:tag_change", args=[tag.pk])
    assert client.post(url, FORM | {"groups": key, "draft": "1"}).status_code == 302
    assert TagChange.objects.order_by("pk").last().condition["all"][1] == group
    assert client.post(url, FORM | {"draft": "1"}).status_code == 302
    assert len(TagChange.objects.order_by("pk").last().condition["all"]) == 1
