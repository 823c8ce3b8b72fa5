"""Requests for returned data and grants that end soon stand in the to-dos of who decides and of who holds them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.roles import Role
from accounts.scope import acting_as
from data_return.models import Grant
from data_return.selectors.grants import list_ending_grants
from data_return.services.grants import request_grant, return_request
from portal.selectors.todo import count_todo
from tests.data_return.conftest import dataset, grant_to, officers  # noqa: F401
from tests.doors import sign_in, watching
from tests.factories import TOWN, ask_for_grant, decide_grant, grant_terms, make_actor

pytestmark = pytest.mark.django_db


def home(client, actor) -> str:
    return sign_in(client, actor).get("/").content.decode()


@pytest.fixture
def ending(cast, dataset, grant_to):  # noqa: F811
    """A grant of 东村 that ends in a week."""
    grant = grant_to(cast.worker)
    Grant.objects.update(until=localdate() + timedelta(days=7))
    return grant


def test_a_request_waits_for_both_sides_and_nobody_else(client, cast, officers, dataset):  # noqa: F811
    request = ask_for_grant(cast.worker, dataset)
    url = reverse("data_return:request_detail", args=[request.pk])
    for actor in (officers.disabled, cast.district):
        assert url in home(client, actor)
    for actor in (cast.worker, cast.neighbour, cast.town, officers.civil):
        assert url not in home(client, actor)


def test_a_side_that_has_consented_is_not_asked_again(client, cast, officers, dataset):  # noqa: F811
    request = ask_for_grant(cast.worker, dataset)
    decide_grant(request, officers.disabled)
    url = reverse("data_return:request_detail", args=[request.pk])
    assert url not in home(client, officers.disabled)
    assert url in home(client, cast.district)


def test_what_was_given_back_waits_for_the_unit(client, cast, officers, dataset):  # noqa: F811
    request = ask_for_grant(cast.worker, dataset)
    decide_grant(request, officers.disabled, step=return_request, note="请写明用途")
    text = home(client, cast.colleague)
    assert "本单位的申请被退回" in text
    assert reverse("data_return:request_detail", args=[request.pk]) in text


def test_a_grant_that_ends_soon_waits_for_who_holds_it(client, cast, ending):
    url = reverse("data_return:grant_detail", args=[ending.pk])
    assert "数据授权快到期" in home(client, cast.worker)
    assert url in home(client, cast.colleague)
    for actor in (cast.grid_worker, cast.neighbour, cast.town, cast.district):
        assert url not in home(client, actor)


def test_it_is_no_task_any_more_once_a_renewal_is_asked_for(client, cast, dataset, ending):  # noqa: F811
    with acting_as(cast.worker):
        request_grant(actor=cast.worker, dataset=dataset, terms=grant_terms(cast.worker), renews=ending)
    assert "数据授权快到期" not in home(client, cast.worker)


@pytest.mark.parametrize("days", [-1, 15])
def test_neither_what_is_over_nor_what_lasts_is_a_task(cast, ending, days):
    until = localdate() + timedelta(days=days)
    Grant.objects.update(since=until - timedelta(days=1), until=until)
    assert not list_ending_grants(actor=cast.worker).exists()


def test_the_menu_counts_both(cast, dataset, ending):  # noqa: F811
    with acting_as(cast.worker):
        assert count_todo(actor=cast.worker)["ending_grants"] == 1
    ask_for_grant(cast.worker, dataset)
    with acting_as(cast.district):
        assert count_todo(actor=cast.district)["grants"] == 1
    assert not list_ending_grants(actor=make_actor(Role.SYSTEM_ADMIN, TOWN)).exists()


def test_many_cost_as_much_as_one(client, cast, officers, dataset):  # noqa: F811
    ask_for_grant(cast.worker, dataset)
    home(client, cast.district)
    with watching() as one:
        client.get("/")
    ask_for_grant(cast.neighbour, dataset)
    with watching() as two:
        client.get("/")
    assert len(one) == len(two)
