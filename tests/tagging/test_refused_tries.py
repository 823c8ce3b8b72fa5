"""What must not work with a tag is refused at its page, and the try is on record."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from accounts.scope import acting_as
from tagging.models import SubjectTags, Tag
from tagging.services.desk import propose_merge, withdraw_change
from tests.accounts.approving import at_the_desk
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, make_actor, make_person
from tests.tagging.proposing import approval_of, basic, make_tag, propose
from tests.tagging.test_tag_pages import FORM

pytestmark = pytest.mark.django_db


def tried(client, name, /, *args, **given):
    """Status, and whether the try is on record."""
    with watching() as statements:
        answer = client.post(reverse(f"tagging:{name}", args=args), given)
    return answer.status_code, "access.refused" in audited(statements)


def test_who_asked_does_not_decide_in_whatever_post(client, cast, items):
    change = propose(cast.department)
    answer = {"decision": "approve", "seen": approval_of(change).version}
    for actor in (cast.department, at_the_desk(cast.department)):
        assert tried(sign_in(client, actor), "change_detail", change.pk, **answer) == (403, True)
    assert not Tag.objects.exists()


def test_a_decision_that_is_sent_again_is_refused(client, cast, items):
    change = propose(cast.department)
    answer = {"decision": "approve", "seen": approval_of(change).version}
    sign_in(client, cast.district)
    assert tried(client, "change_detail", change.pk, **answer) == (302, False)
    assert tried(client, "change_detail", change.pk, **answer) == (409, True)
    assert Tag.objects.get().version == 1


def test_a_request_that_is_handed_in_again_is_refused(client, cast, items):
    change = propose(cast.department)
    sign_in(client, cast.department)
    assert tried(client, "change_submit", change.pk, seen=approval_of(change).version) == (409, True)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_desk_at_once_one_decides_and_the_other_is_refused(cast, items):
    change = propose(cast.department)
    seen, start = approval_of(change).version, Barrier(2)
    page = reverse("tagging:change_detail", args=[change.pk])
    desks = [cast.district, make_actor(Role.DISTRICT_ADMIN, DISTRICT)]
    clients = [sign_in(Client(), desk) for desk in desks]

    def decide(pair):
        client, decision = pair
        try:
            start.wait(timeout=10)
            with watching() as statements:
                answer = client.post(page, {"decision": decision, "seen": seen, "note": "不需要"})
            return answer.status_code, "access.refused" in audited(statements)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, zip(clients, ("approve", "refuse"), strict=True))) == [(302, False), (409, True)]
    change.refresh_from_db()
    assert change.state in ("approved", "refused")
    assert Tag.objects.count() == (change.state == "approved")


def test_a_tag_above_the_clearance_is_not_used_in_a_condition(client, cast, items):
    tag = make_tag(cast, cast.town, **basic("失独家庭", level=3))
    given = FORM | {"rows-0-item": f"tag:{tag.code}", "rows-0-op": "=", "rows-0-value": ""}
    assert tried(sign_in(client, cast.department), "tag_add", **given) == (403, True)


def test_a_tag_above_the_clearance_is_not_merged(client, cast, items):
    low, high = make_tag(cast, **basic("失独")), make_tag(cast, cast.town, **basic("失独家庭", level=4))
    Tag.objects.filter(pk=high.pk).update(area=low.area)
    high.refresh_from_db()
    sign_in(client, cast.department)
    assert high.name not in client.get(reverse("tagging:tag_merge", args=[low.pk])).content.decode()
    assert tried(client, "tag_merge", low.pk, into=high.code, reason="同一个意思") == (403, True)


def test_the_impact_of_what_is_above_the_clearance_is_not_counted(client, cast, items):
    poor = {"all": [{"item": "person.is_low_income", "op": "=", "value": True}]}
    change = propose(cast.town, condition=poor)
    with acting_as(cast.town):
        withdraw_change(actor=cast.town, change=change, seen=approval_of(change).version)
    assert tried(sign_in(client, cast.district), "change_impact", change.pk) == (404, True)


def test_a_tag_above_the_clearance_is_not_attached(client, cast, items):
    tag = make_tag(cast, cast.town, **basic("失独家庭", level=4))
    with acting_as(cast.town):
        person = make_person(EAST)
    sign_in(client, cast.worker)
    given = {"subject": person.pk, "step": "attach", "tag": tag.code, "reason": "走访"}
    assert tried(client, "hand", "person", **given) == (403, True)
    with acting_as(cast.town):
        assert not SubjectTags.objects.filter(tags__contains=[tag.pk]).exists()


def test_a_merge_is_not_decided_by_who_asked_for_it(client, cast, items):
    tags = make_tag(cast, **basic("失独")), make_tag(cast, **basic("失独家庭"))
    with acting_as(cast.department):
        change = propose_merge(actor=cast.department, tag=tags[0], into=tags[1], reason="同一个意思")
    answer = {"decision": "approve", "seen": approval_of(change).version}
    assert tried(sign_in(client, at_the_desk(cast.department)), "change_detail", change.pk, **answer) == (403, True)
    tags[0].refresh_from_db()
    assert tags[0].is_live
