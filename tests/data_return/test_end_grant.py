"""Both sides can narrow and revoke a grant, each alone; the holder's next request feels it."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts.approvals.refusals import NeedsNote
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.scope import acting_as
from data_return.models import Grant, ReturnedRecord
from data_return.services.granting import narrow_grant, revoke_grant
from data_return.services.grants import BadTerms
from tests.doors import audited, watching
from tests.factories import EAST, EAST_GRID, TOWN, WEST, make_record

pytestmark = pytest.mark.django_db


def count_seen(actor):
    with acting_as(actor):
        return ReturnedRecord.objects.visible_to(actor).count()


def narrow(actor, grant, **changed):
    given = {"items": grant.items, "areas": grant.areas, "until": grant.until, "reason": "范围过大"}
    with acting_as(actor):
        narrow_grant(actor=actor, grant=grant, **(given | changed))
    grant.refresh_from_db()


@pytest.mark.parametrize("side", ["officer", "desk"])
def test_either_side_revokes_and_the_next_request_reads_nothing(cast, officers, dataset, grant_to, side):
    grant = grant_to(cast.worker)
    make_record(officers.disabled, dataset, EAST)
    assert count_seen(cast.worker) == 1
    actor = officers.disabled if side == "officer" else cast.district
    with watching() as statements, acting_as(actor):
        revoke_grant(actor=actor, grant=grant, reason="用途变了")
    assert audited(statements) == ["grant.revoked"]
    assert count_seen(cast.worker) == 0
    with acting_as(actor), pytest.raises(Conflict):
        revoke_grant(actor=actor, grant=grant, reason="再来一次")


def test_a_town_is_narrowed_to_one_village_and_one_item(cast, officers, dataset, grant_to):
    grant = grant_to(cast.town)
    for area in (EAST, WEST):
        make_record(officers.disabled, dataset, area)
    assert count_seen(cast.town) == 2
    with watching() as statements:
        narrow(officers.disabled, grant, items=["person.name"], areas=[EAST])
    assert audited(statements) == ["grant.narrowed"]
    assert (grant.items, grant.areas) == (["person.name"], [EAST])
    assert count_seen(cast.town) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"items": ["person.id_number"]}, "items"),
        ({"items": []}, "items"),
        ({"areas": [TOWN]}, "areas"),
        ({"areas": [WEST]}, "areas"),
        ({"areas": []}, "areas"),
        ({"until": localdate() + timedelta(days=400)}, "until"),
        ({"until": localdate() - timedelta(days=1)}, "until"),
    ],
)
def test_narrowing_never_widens(cast, officers, grant_to, changed, field):
    grant = grant_to(cast.worker)
    with pytest.raises(BadTerms) as refused:
        narrow(officers.disabled, grant, **changed)
    assert refused.value.field == field


def test_a_part_of_a_granted_area_is_inside_it(cast, officers, grant_to):
    grant = grant_to(cast.town)
    narrow(cast.district, grant, areas=[EAST, WEST])
    assert grant.areas == [EAST, WEST]
    with pytest.raises(BadTerms):
        narrow(cast.district, grant, areas=[TOWN])
    assert EAST_GRID not in grant.areas


def test_a_reason_is_needed(cast, officers, grant_to):
    grant = grant_to(cast.worker)
    with acting_as(officers.disabled), pytest.raises(NeedsNote):
        revoke_grant(actor=officers.disabled, grant=grant, reason=" ")


def test_nobody_else_ends_it(cast, officers, grant_to):
    grant = grant_to(cast.worker)
    with acting_as(officers.civil), pytest.raises(NotFound):
        revoke_grant(actor=officers.civil, grant=grant, reason="越权")
    with acting_as(cast.worker), pytest.raises(NotAllowed):
        revoke_grant(actor=cast.worker, grant=grant, reason="越权")
    assert Grant.objects.get().revoked_at is None


def test_what_has_run_out_cannot_be_revoked_any_more(cast, officers, grant_to):
    grant = grant_to(cast.worker)
    day = localdate() - timedelta(days=1)
    Grant.objects.filter(pk=grant.pk).update(since=day, until=day)
    with acting_as(officers.disabled), pytest.raises(Conflict):
        revoke_grant(actor=officers.disabled, grant=grant, reason="晚了")
