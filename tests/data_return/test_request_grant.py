"""A unit asks for returned data; the source department and the district both decide, and never whoever asks."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from guardian.models import GroupObjectPermission

from accounts.approvals.refusals import NeedsNote
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import Department, Post
from accounts.roles import Role
from accounts.scope import acting_as
from data_return.models import Grant, GrantRequest
from data_return.selectors.grants import get_approval_of_grant, get_request, list_requests, list_requests_to_decide
from data_return.services.grants import (
    BadTerms,
    approve_request,
    refuse_request,
    request_grant,
    return_request,
    revise_request,
    withdraw_request,
)
from tests.doors import audited, watching
from tests.factories import (
    DISTRICT,
    EAST,
    EAST_GRID,
    TOWN,
    WEST,
    ask_for_grant,
    decide_grant,
    grant_terms,
    make_actor,
    make_dataset,
)

pytestmark = pytest.mark.django_db


def seen(request):
    return get_approval_of_grant(request).version


def test_it_begins_when_both_sides_have_consented(cast, officers, dataset):
    with watching() as statements:
        request = ask_for_grant(cast.worker, dataset)
        decide_grant(request, officers.disabled)
        assert not Grant.objects.exists()
        decide_grant(request, cast.district)
    grant = Grant.objects.get()
    request.refresh_from_db()
    assert (request.state, grant.request, grant.terms()) == ("approved", request, request.terms())
    assert audited(statements) == ["grant.drafted", "grant.submitted", "grant.consented", "grant.approved"]


def test_both_sides_have_it_on_the_desk_until_they_have_consented(cast, officers, dataset):
    request = ask_for_grant(cast.worker, dataset)
    for actor in (officers.disabled, cast.district):
        assert list_requests_to_decide(actor=actor).get() == request
    decide_grant(request, cast.district)
    assert not list_requests_to_decide(actor=cast.district).exists()
    assert list_requests_to_decide(actor=officers.disabled).get() == request
    assert not list_requests_to_decide(actor=officers.civil).exists()


def test_one_side_alone_opens_nothing_and_does_not_count_twice(cast, officers, dataset):
    request = ask_for_grant(cast.worker, dataset)
    decide_grant(request, officers.disabled)
    with pytest.raises(Conflict, match="在等另一方"):
        decide_grant(request, officers.disabled)
    assert not Grant.objects.exists()


@pytest.mark.parametrize("who", ["worker", "town", "department"])
def test_who_decides_neither_side_is_refused(cast, dataset, who):
    request = ask_for_grant(cast.worker, dataset)
    with pytest.raises((NotAllowed, NotFound)):
        decide_grant(request, getattr(cast, who))


def test_another_departments_officer_does_not_decide(cast, officers, dataset):
    request = ask_for_grant(cast.worker, dataset)
    with pytest.raises(NotAllowed):
        decide_grant(request, officers.civil)


def test_the_requesting_user_never_decides_in_another_post(cast, officers, dataset):
    request = ask_for_grant(cast.worker, dataset)
    for role, department in ((Role.DISTRICT_ADMIN, None), (Role.DATA_OFFICER, dataset.department)):
        post = Post.objects.create(user_id=cast.worker.user_id, role=role, area_id=DISTRICT, department=department)
        with pytest.raises(NotAllowed, match="须由其他人审核"):
            decide_grant(request, Post.objects.with_context().get(pk=post.pk).as_actor(second_factor=True))


def test_nobody_of_the_requesting_department_decides(cast, officers, dataset):
    request = ask_for_grant(cast.department, dataset)
    civil = Department.objects.get(pk=cast.department.department_id)
    colleague = make_actor(Role.DEPARTMENT_STAFF, DISTRICT, department=civil)
    post = Post.objects.create(user_id=colleague.user_id, role=Role.DISTRICT_ADMIN, area_id=DISTRICT)
    with pytest.raises(NotAllowed, match="须由其他人审核"):
        decide_grant(request, Post.objects.with_context().get(pk=post.pk).as_actor(second_factor=True))


def test_a_district_that_asks_is_decided_by_a_colleague(cast, officers, dataset):
    request = ask_for_grant(cast.district, dataset)
    with pytest.raises(NotAllowed):
        decide_grant(request, cast.district)
    decide_grant(request, make_actor(Role.DISTRICT_ADMIN, DISTRICT), officers.disabled)
    assert Grant.objects.get().unit == "崇明区"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"items": []}, "items"),
        ({"items": ["person.sex"]}, "items"),
        ({"areas": [WEST]}, "areas"),
        ({"areas": [TOWN]}, "areas"),
        ({"areas": [EAST_GRID]}, "areas"),
        ({"readers": [Role.TOWN_ADMIN.value]}, "readers"),
        ({"readers": []}, "readers"),
        ({"clearance": 3}, "clearance"),
        ({"until": localdate() - timedelta(days=1)}, "until"),
        ({"until": localdate() + timedelta(days=500)}, "until"),
    ],
)
def test_terms_that_cannot_stand_are_refused_on_their_field(cast, dataset, changed, field):
    with pytest.raises(BadTerms) as refused:
        ask_for_grant(cast.worker, dataset, **changed)
    assert refused.value.field == field
    assert not GrantRequest.objects.exists()


def test_an_area_inside_another_one_is_left_out(cast, dataset):
    assert ask_for_grant(cast.town, dataset, areas=[WEST, TOWN, EAST]).areas == [TOWN]


def test_a_department_may_ask_for_its_district(cast, officers, dataset):
    request = ask_for_grant(cast.department, dataset, clearance=3)
    decide_grant(request, cast.district, officers.disabled)
    grant = Grant.objects.get()
    assert (grant.areas, grant.clearance, grant.unit) == ([DISTRICT], 3, "区民政局")


def test_the_database_never_opens_the_highest_level(cast, officers, grant_to):
    grant = grant_to(cast.department)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(clearance=4)


@pytest.mark.parametrize("who", ["grid_worker", "system"])
def test_a_post_that_stands_for_no_unit_does_not_ask(cast, dataset, who):
    with pytest.raises((NotAllowed, NotFound)):
        request_grant(actor=getattr(cast, who), dataset=dataset, terms=grant_terms(cast.worker))


def test_an_officer_without_a_department_asks_for_nobody(cast, officers, dataset):
    with pytest.raises(NotAllowed):
        ask_for_grant(officers.nowhere, dataset)


def test_the_source_department_needs_no_grant_of_its_own(cast, officers, dataset):
    with pytest.raises(NotFound):
        ask_for_grant(officers.disabled, dataset)


def test_what_is_not_published_cannot_be_asked_for(cast, officers):
    with pytest.raises(NotFound):
        ask_for_grant(cast.worker, make_dataset(officers.disabled, cast.district, name="草稿", steps=0))


def test_a_returned_request_is_mended_and_handed_in_again(cast, officers, dataset):
    request = ask_for_grant(cast.worker, dataset)
    decide_grant(request, officers.disabled, step=return_request, note="请写明哪项服务")
    request = get_request(actor=cast.worker, pk=request.pk)
    assert request.state == "returned"
    terms = grant_terms(cast.worker, purpose="残疾人两项补贴入户核对")
    with acting_as(cast.worker):
        revise_request(actor=cast.worker, request=request, terms=terms, seen=seen(request))
    request.refresh_from_db()
    assert (request.state, request.purpose) == ("submitted", "残疾人两项补贴入户核对")


def test_what_waits_cannot_be_changed_but_withdrawn(cast, dataset):
    request = ask_for_grant(cast.worker, dataset)
    with acting_as(cast.worker), pytest.raises(Conflict):
        revise_request(actor=cast.worker, request=request, terms=grant_terms(cast.worker), seen=seen(request))
    with acting_as(cast.worker):
        withdraw_request(actor=cast.worker, request=request, seen=seen(request))
    assert get_request(actor=cast.worker, pk=request.pk).state == "withdrawn"


def test_a_refusal_needs_words_and_ends_it(cast, officers, dataset):
    request = ask_for_grant(cast.worker, dataset)
    with pytest.raises(NeedsNote):
        decide_grant(request, cast.district, step=refuse_request, note=" ")
    decide_grant(request, cast.district, step=refuse_request, note="用途不在共享依据之内")
    with pytest.raises(Conflict):
        decide_grant(request, officers.disabled)
    assert not Grant.objects.exists()


def test_a_request_of_another_unit_does_not_exist(cast, dataset):
    request = ask_for_grant(cast.worker, dataset)
    assert list_requests(actor=cast.colleague).get() == request
    for actor in (cast.neighbour, cast.town, cast.department):
        with pytest.raises(NotFound):
            get_request(actor=actor, pk=request.pk)


def test_a_period_that_ran_out_at_the_desk_is_not_granted(cast, officers, dataset):
    request = ask_for_grant(cast.worker, dataset)
    decide_grant(request, officers.disabled)
    past = localdate() - timedelta(days=2)
    GrantRequest.objects.filter(pk=request.pk).update(since=past, until=past)
    with pytest.raises(BadTerms, match="已经过去"):
        decide_grant(request, cast.district)
    assert not Grant.objects.exists()


def test_a_stale_page_decides_nothing(cast, officers, dataset):
    request = ask_for_grant(cast.worker, dataset)
    with acting_as(officers.disabled), pytest.raises(Conflict):
        approve_request(actor=officers.disabled, request=request, seen=seen(request) - 1)


def test_a_renewal_follows_a_grant_of_the_same_unit(cast, officers, dataset, grant_to):
    grant = grant_to(cast.worker)
    with acting_as(cast.colleague):
        again = request_grant(actor=cast.colleague, dataset=dataset, terms=grant_terms(cast.colleague), renews=grant)
    assert again.renews == grant
    with acting_as(cast.neighbour), pytest.raises(NotFound):
        request_grant(actor=cast.neighbour, dataset=dataset, terms=grant_terms(cast.neighbour), renews=grant)
    assert EAST not in grant_terms(cast.neighbour)["areas"]


def test_datasets_of_before_are_open_to_their_area_too(cast, dataset):
    GroupObjectPermission.objects.filter(permission__codename="apply_dataset").delete()
    with pytest.raises(NotFound):
        ask_for_grant(cast.worker, dataset)
    import_module("data_return.migrations.0007_open_datasets").open_to_own_area(apps, None)
    assert ask_for_grant(cast.worker, dataset).state == "submitted"
