"""The pages of grants: apply, decide on both desks, narrow, revoke, renew; counts of what waits."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.scope import acting_as
from data_return.models import Grant, GrantRequest
from data_return.selectors.grants import get_approval_of_grant
from portal.selectors.todo import count_todo
from tests.doors import sign_in, watching
from tests.factories import DISTRICT, EAST, TOWN, WEST, ask_for_grant, decide_grant, make_dataset

pytestmark = pytest.mark.django_db
TODAY = localdate()
GIVEN = {
    "scenario": "service",
    "purpose": "残疾人两项补贴入户核对",
    "items": ["person.name", "person.phone"],
    "since": f"{TODAY}",
    "until": f"{TODAY + timedelta(days=90)}",
}


def page(name, *args):
    return reverse(f"data_return:{name}", args=args)


def decide(client, request, decision, **more):
    seen = get_approval_of_grant(request).version
    return client.post(page("request_decide", request.pk), {"decision": decision, "seen": seen, **more})


def todo(actor):
    with acting_as(actor):
        return count_todo(actor=actor).get("grants", 0)


def test_a_village_applies_and_both_desks_consent(client, cast, officers, dataset):
    sign_in(client, cast.worker)
    assert "申请使用" in client.get(page("dataset_detail", dataset.pk)).content.decode()
    answer = client.post(page("grant_new", dataset.pk), GIVEN | {"readers": ["community_worker"]})
    asked = GrantRequest.objects.get()
    assert answer["Location"] == page("request_detail", asked.pk)
    assert (asked.areas, asked.readers, asked.clearance) == ([EAST], ["community_worker"], None)
    assert "在等谁" in client.get(page("request_detail", asked.pk)).content.decode()
    assert (todo(officers.disabled), todo(cast.district)) == (1, 1)
    sign_in(client, officers.disabled)
    assert "待审 1 件" in client.get(page("grant_list")).content.decode()
    assert decide(client, asked, "approve").status_code == 302
    assert (todo(officers.disabled), todo(cast.district)) == (0, 1)
    sign_in(client, cast.district)
    assert "✓ 已同意" in client.get(page("request_detail", asked.pk)).content.decode()
    assert decide(client, asked, "approve").status_code == 302
    sign_in(client, cast.worker)
    assert "残疾人两项补贴入户核对" in client.get(page("grant_list")).content.decode()
    assert Grant.objects.get().areas == [EAST]


def test_a_town_chooses_villages_and_readers(client, cast, dataset):
    sign_in(client, cast.town)
    text = client.get(page("grant_new", dataset.pk)).content.decode()
    assert "城桥镇(全部)" in text
    assert "西村" in text
    client.post(page("grant_new", dataset.pk), GIVEN | {"areas": [WEST], "readers": ["town_admin"]})
    assert GrantRequest.objects.get().areas == [WEST]


def test_a_department_says_up_to_which_level_it_reads(client, cast, dataset):
    sign_in(client, cast.department)
    given = GIVEN | {"areas": [DISTRICT], "readers": ["department_staff"]}
    assert client.post(page("grant_new", dataset.pk), given).status_code == 422
    assert client.post(page("grant_new", dataset.pk), given | {"clearance": "4"}).status_code == 422
    assert client.post(page("grant_new", dataset.pk), given | {"clearance": "3"}).status_code == 302
    assert GrantRequest.objects.get().clearance == 3


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"items": ["person.sex"]}, "items"),
        ({"items": []}, "items"),
        ({"purpose": " "}, "purpose"),
        ({"until": f"{TODAY - timedelta(days=1)}"}, "until"),
        ({"until": f"{TODAY + timedelta(days=800)}"}, "until"),
    ],
)
def test_a_bad_answer_is_told_on_its_field(client, cast, dataset, changed, field):
    sign_in(client, cast.worker)
    answer = client.post(page("grant_new", dataset.pk), GIVEN | {"readers": ["grid_worker"]} | changed)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not GrantRequest.objects.exists()


def test_what_came_back_is_mended_on_its_page(client, cast, officers, dataset):
    asked = ask_for_grant(cast.worker, dataset)
    sign_in(client, officers.disabled)
    assert decide(client, asked, "return").status_code == 422
    assert decide(client, asked, "return", note="请写明哪项服务").status_code == 302
    assert todo(cast.worker) == 1
    sign_in(client, cast.worker)
    revise = page("request_revise", asked.pk)
    assert "走访残疾人" in client.get(revise).content.decode()
    seen = get_approval_of_grant(asked).version
    answer = client.post(revise, GIVEN | {"readers": ["grid_worker"], "seen": seen})
    asked.refresh_from_db()
    assert answer.status_code == 302
    assert (asked.state, asked.purpose, asked.readers) == ("submitted", GIVEN["purpose"], ["grid_worker"])
    assert todo(cast.worker) == 0


def test_a_second_decision_on_the_same_page_is_a_conflict(client, cast, officers, dataset):
    asked = ask_for_grant(cast.worker, dataset)
    seen = get_approval_of_grant(asked).version
    decide_grant(asked, officers.disabled)
    sign_in(client, cast.district)
    answer = client.post(page("request_decide", asked.pk), {"decision": "approve", "seen": seen})
    assert answer.status_code == 409
    assert not Grant.objects.exists()


def test_a_request_is_taken_back(client, cast, dataset):
    asked = ask_for_grant(cast.worker, dataset)
    sign_in(client, cast.worker)
    client.post(page("request_withdraw", asked.pk), {"seen": get_approval_of_grant(asked).version})
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


def test_either_side_narrows_and_revokes_on_its_page(client, cast, officers, grant_to):
    grant = grant_to(cast.town)
    sign_in(client, officers.disabled)
    narrow = page("grant_narrow", grant.pk)
    assert "东村" in client.get(narrow).content.decode()
    given = {"items": ["person.name"], "areas": [EAST], "until": f"{grant.until}", "reason": "只核对东村"}
    assert client.post(narrow, given).status_code == 302
    grant.refresh_from_db()
    assert (grant.items, grant.areas) == (["person.name"], [EAST])
    sign_in(client, cast.district)
    assert client.post(page("grant_revoke", grant.pk), {"reason": ""}).status_code == 422
    assert client.post(page("grant_revoke", grant.pk), {"reason": "用途变了"}).status_code == 302
    text = sign_in(client, cast.town).get(page("grant_detail", grant.pk)).content.decode()
    assert "已撤销" in text
    assert "用途变了" in text


def test_a_holder_sees_no_buttons_of_the_other_sides(client, cast, grant_to):
    grant = grant_to(cast.worker)
    text = sign_in(client, cast.worker).get(page("grant_detail", grant.pk)).content.decode()
    assert "续期" in text
    assert "撤销授权" not in text
    assert sign_in(client, cast.grid_worker).get(page("grant_detail", grant.pk)).status_code == 200
    assert sign_in(client, cast.neighbour).get(page("grant_detail", grant.pk)).status_code == 404


def test_a_renewal_begins_where_the_grant_ends(client, cast, dataset, grant_to):
    grant = grant_to(cast.worker, until=TODAY + timedelta(days=10))
    sign_in(client, cast.worker)
    assert "还剩 10 天" in client.get(page("grant_list")).content.decode()
    renew = f"{page('grant_new', dataset.pk)}?renews={grant.pk}"
    assert client.get(renew).context["form"].initial["since"] == grant.until
    given = GIVEN | {"readers": ["community_worker"], "since": f"{grant.until}"}
    assert client.post(renew, given).status_code == 302
    assert GrantRequest.objects.get(renews=grant).since == grant.until
    assert sign_in(client, cast.neighbour).get(renew).status_code == 404


def test_the_officer_says_who_may_apply(client, cast, officers, dataset):
    applicants = page("dataset_applicants", dataset.pk)
    sign_in(client, officers.disabled)
    civil = cast.department.department_id
    assert client.get(applicants).context["form"].initial == {"areas": [DISTRICT], "departments": []}
    assert client.post(applicants, {"departments": [civil]}).status_code == 302
    assert client.get(applicants).context["form"].initial == {"areas": [], "departments": [civil]}
    new = page("grant_new", dataset.pk)
    assert sign_in(client, cast.worker).get(new).status_code == 404
    assert sign_in(client, cast.department).get(new).status_code == 200
    sign_in(client, officers.disabled)
    assert client.post(applicants, {"areas": [TOWN]}).status_code == 302
    assert sign_in(client, cast.worker).get(new).status_code == 200
    assert sign_in(client, cast.department).get(new).status_code == 404
    assert sign_in(client, officers.civil).get(applicants).status_code == 404


def test_an_area_of_somewhere_else_cannot_be_opened(client, officers, dataset):
    sign_in(client, officers.disabled)
    answer = client.post(page("dataset_applicants", dataset.pk), {"areas": [320206_000000_000000]})
    assert answer.status_code == 422


def test_the_source_department_sees_who_holds_a_grant(client, cast, officers, dataset, grant_to):
    grant_to(cast.worker)
    sign_in(client, officers.disabled)
    text = client.get(page("dataset_detail", dataset.pk)).content.decode()
    assert "东村:走访残疾人" in text
    assert "谁在用" in text
    other = make_dataset(officers.disabled, cast.district, name="另一个")
    text = sign_in(client, cast.neighbour).get(page("dataset_detail", other.pk)).content.decode()
    assert "本岗位未获授权" in text


@pytest.mark.parametrize("who", ["worker", "district"])
def test_the_list_costs_the_same_whatever_it_holds(client, cast, dataset, grant_to, who):
    grant_to(cast.worker)
    sign_in(client, getattr(cast, who))
    client.get(page("grant_list"))
    with watching() as one:
        client.get(page("grant_list"))
    for _ in range(3):
        grant_to(cast.worker)
        ask_for_grant(cast.worker, dataset)
    with watching() as more:
        client.get(page("grant_list"))
    assert len(more) == len(one)
