"""A joined system asks the desk for tags: the way of the page, once a key, and never past it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import Approval
from accounts.roles import Role
from accounts.scope import acting_as
from tagging.models import ProposalKey, Tag, TagChange
from tagging.services.desk import approve_change, return_change
from tests.accounts.approving import at_the_desk
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST
from tests.machines import machine_door, make_machine
from tests.tagging.proposing import OLD, approval_of, basic, make_tag

pytestmark = pytest.mark.django_db
PROPOSALS = reverse("tagging:api_tag_proposals")
OLD_PEOPLE = {"name": "高龄老人", "kind": "dynamic", "meaning": "满 80 周岁", "purpose": "高龄津贴", "condition": OLD}
POOR = {"all": [{"item": "person.is_low_income", "op": "=", "value": True}]}


def door(cast, scopes=("proposals",)):
    return machine_door(
        *make_machine(Role.DEPARTMENT_STAFF, DISTRICT, department=cast.department.department_id, scopes=scopes)
    )


@pytest.fixture
def http(cast, items):
    return door(cast)


def ask(http, key="key-1", tag="", reason="发放津贴要用", **more):
    body = {"definition": OLD_PEOPLE | more, "reason": reason} | ({"tag": tag} if tag else {})
    return http.post(PROPOSALS, body, content_type="application/json", headers={"Idempotency-Key": key})


def state_of(http, answer):
    return http.get(reverse("tagging:api_tag_proposal", args=[answer.json()["id"]])).json()


def decide(step, actor, change, **more):
    with acting_as(actor):
        step(actor=actor, change=change, seen=approval_of(change).version, **more)


def test_a_system_asks_the_desk_decides_and_the_system_reads_it(cast, http):
    with watching() as statements:
        answer = ask(http)
    assert answer.status_code == 201
    assert audited(statements) == ["tag.drafted", "tag.submitted"]
    told = answer.json()
    assert (told["state"], told["step"], told["tag"], told["level"], told["note"]) == ("submitted", "add", None, 2, "")
    assert date.fromisoformat(told["due_on"]) > localdate()
    change = TagChange.objects.get()
    assert change.department_id == cast.department.department_id
    assert not Tag.objects.exists()
    decide(approve_change, cast.district, change)
    tag = Tag.objects.get()
    assert state_of(http, answer)["state"] == "approved"
    assert state_of(http, answer)["tag"] == tag.code
    assert (tag.condition, tag.department_id) == (OLD, cast.department.department_id)


def test_what_is_sent_again_is_the_same_request(cast, http):
    first = ask(http)
    with watching() as statements:
        again = ask(http)
    assert (again.status_code, again.json()) == (200, first.json())
    assert audited(statements) == []
    decide(approve_change, cast.district, TagChange.objects.get())
    assert (ask(http).status_code, ask(http).json()["state"]) == (200, "approved")
    assert TagChange.objects.count() == Tag.objects.count() == 1


def test_a_key_is_not_used_for_something_else(cast, http):
    ask(http)
    with watching() as statements:
        answer = ask(http, name="老人家")
    assert (answer.status_code, answer.json()["code"]) == (409, "key_used")
    assert audited(statements) == ["access.refused"]
    assert TagChange.objects.get().name == "高龄老人"


def test_a_key_counts_for_its_own_machine_only(cast, http):
    other = door(cast)
    assert ask(http).status_code == 201
    assert ask(other, name="老人家").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "键", "a" * 65, "a\n"])
def test_without_a_usable_key_nothing_is_asked(http, key):
    answer = ask(http, key=key)
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not TagChange.objects.exists()


def test_what_is_refused_keeps_no_key(cast, http):
    refused = ask(http, condition={})
    assert (refused.status_code, refused.json()["code"]) == (422, "tag_refused")
    assert not ProposalKey.objects.exists()
    assert ask(http).status_code == 201


def test_a_change_of_an_own_tag_is_asked_for(cast, http):
    tag = make_tag(cast)
    answer = ask(http, tag=tag.code, recheck_days=90, valid_until=(localdate() + timedelta(days=30)).isoformat())
    assert (answer.status_code, answer.json()["step"], answer.json()["tag"]) == (201, "change", tag.code)
    assert ask(http, key="key-2", tag=tag.code, recheck_days=30).status_code == 409  # one at a time
    decide(approve_change, cast.district, TagChange.objects.get(step="change"))
    tag.refresh_from_db()
    assert (tag.recheck_days, tag.version) == (90, 2)


def test_a_tag_of_others_is_not_changed(cast, http):
    tag = make_tag(cast, cast.town, **basic())
    assert ask(http, tag=tag.code).status_code == 403
    assert ask(http, tag="T9999").status_code == 404


def test_what_is_returned_says_what_is_missing(cast, http):
    answer = ask(http)
    decide(return_change, cast.district, TagChange.objects.get(), note="请写明津贴的依据")
    told = state_of(http, answer)
    assert (told["state"], told["note"]) == ("returned", "请写明津贴的依据")


def test_neither_the_machine_nor_its_department_decides(client, cast, http):
    ask(http)
    change = TagChange.objects.get()
    page = reverse("tagging:change_detail", args=[change.pk])
    answer = {"decision": "approve", "seen": approval_of(change).version}
    assert http.post(page, answer).status_code == 403
    for actor in (cast.department, at_the_desk(cast.department)):
        with watching() as statements:
            assert sign_in(client, actor).post(page, answer).status_code == 403
        assert "access.refused" in audited(statements)
    assert Approval.objects.get().state == "submitted"
    assert not Tag.objects.exists()


def test_what_is_above_the_clearance_is_refused_and_on_record(cast, http):
    hidden = make_tag(cast, cast.town, **basic("失独家庭", level=3))
    for condition in (POOR, {"not": POOR}, {"tag": hidden.code}):
        with watching() as statements:
            answer = ask(http, condition=condition)
        assert (answer.status_code, answer.json()["code"]) == (403, "above_clearance")
        assert audited(statements) == ["access.refused"]
    assert TagChange.objects.count() == 1


def test_reading_tags_does_not_open_asking_for_them(cast, items):
    http = door(cast, scopes=("tags",))
    assert (ask(http).status_code, ask(http).json()["code"]) == (403, "insufficient_scope")


def test_a_request_is_read_by_its_own_side_alone(cast, http):
    page = reverse("tagging:api_tag_proposal", args=[ask(http).json()["id"]])
    village = machine_door(*make_machine(Role.COMMUNITY_WORKER, EAST, scopes=("proposals",)))
    assert village.get(page).status_code == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": 7}, "definition"),
        ({"level": 5}, "definition"),
        ({"colour": "red"}, "definition"),
        ({"synonyms": ["老人"] * 11}, "definition"),
        ({"recheck_days": 0}, "definition"),
        ({"standard_code": "A1"}, "definition"),
        ({"condition": []}, "definition"),
    ],
)
def test_what_is_not_in_the_schema_is_refused(http, given, field):
    answer = ask(http, **given)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


@pytest.mark.parametrize(
    "condition",
    [
        {"item": ["person.age"], "op": ">", "value": 1},
        {"item": "person.age", "op": ["="], "value": {}},
        {"all": {"item": "person.age"}},
        {"tag": {}},
        {"tag": "T99999"},
        {"not": None},
        {"all": [{"item": "person.age", "op": "known"}], "\0": 1},
        {"item": "person.registered_area", "op": "=", "value": "\0"},
        {"returned": "1"},
    ],
)
def test_a_condition_that_cannot_stand_is_refused_in_words(http, condition):
    answer = ask(http, condition=condition)
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_asks_and_the_other_is_told(cast, items):
    http, start = door(cast), Barrier(2)

    def send(_):
        try:
            start.wait(timeout=10)
            return ask(http).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == [200, 201]
    assert TagChange.objects.count() == ProposalKey.objects.count() == 1
