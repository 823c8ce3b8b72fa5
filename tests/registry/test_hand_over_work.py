"""Open events go on in a colleague's name when a worker leaves."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.errors import DomainError, NotAllowed
from accounts.models import AccountChange, Area, Post
from accounts.roles import Role
from accounts.scope import acting_as, limited_to
from accounts.services.granting import PostTerms, add_post
from accounts.services.handing_over import count_open_work, hand_over, list_successors
from registry.models import Event, EventStep
from registry.services.events import EventReport, Step, move_event, report_event
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, EAST_MICROGRID, make_actor


def make_event(reporter, handler, *steps):
    with acting_as(reporter):
        event = report_event(actor=reporter, report=EventReport(EAST, "路灯不亮", "1", "村口", "", timezone.now()))
    with acting_as(handler):
        for step in steps:
            move_event(actor=handler, pk=event.pk, step=step, note="已看过")
    return event.pk


@pytest.fixture
def events(cast, items):
    """In hand, closed, returned to its reporter: all of 陈秀英; and one in 王建国's hand."""
    return {
        "handling": make_event(cast.colleague, cast.worker, Step.ACCEPT),
        "closed": make_event(cast.colleague, cast.worker, Step.ACCEPT, Step.CLOSE),
        "returned": make_event(cast.worker, cast.colleague, Step.RETURN),
        "other": make_event(cast.worker, cast.colleague, Step.ACCEPT),
    }


def holder(cast, pk, column="handler_id"):
    with acting_as(cast.town):
        return getattr(Event.objects.get(pk=pk), column)


def post_of(actor):
    return Post.objects.with_context().get(pk=actor.post_id)


def test_what_is_open_goes_to_the_colleague_and_what_is_done_keeps_its_name(cast, events):
    with watching() as statements:
        moved = hand_over(actor=cast.security, post_id=cast.worker.post_id, to_post_id=cast.colleague.post_id, end=True)
    assert moved == {"registry.handled_events": 1, "registry.returned_events": 1}
    assert audited(statements) == ["account.handed_over", "account.post_ended"]
    assert holder(cast, events["handling"]) == cast.colleague.post_id
    assert holder(cast, events["returned"], "reporter_id") == cast.colleague.post_id
    assert holder(cast, events["closed"]) == cast.worker.post_id
    assert holder(cast, events["other"], "reporter_id") == cast.worker.post_id
    change = AccountChange.objects.get(kind="handed_over")
    assert (change.post_id, change.to_post_id, change.moved) == (cast.worker.post_id, cast.colleague.post_id, moved)
    assert not Post.objects.get(pk=cast.worker.post_id).is_active
    with acting_as(cast.town):
        step = EventStep.objects.filter(event_id=events["handling"]).latest("pk")
    assert (step.post_id, step.note) == (cast.colleague.post_id, "工作交接")


def test_the_colleague_goes_on_with_both(cast, events):
    hand_over(actor=cast.town, post_id=cast.worker.post_id, to_post_id=cast.colleague.post_id)
    with acting_as(cast.colleague):
        move_event(actor=cast.colleague, pk=events["returned"], step=Step.AGAIN, note="再报")
        move_event(actor=cast.colleague, pk=events["handling"], step=Step.CLOSE, note="好了")


def test_the_manager_sees_no_event_and_the_scope_is_put_back(cast, events):
    with limited_to(None):
        assert count_open_work(post_of(cast.worker)) == {"registry.handled_events": 1, "registry.returned_events": 1}
        assert not Event.objects.exists()


def test_only_a_colleague_of_the_same_role_in_reach_of_the_area_takes_over(cast, events):
    offered = {post.pk for post in list_successors(post_of(cast.worker))}
    assert offered == {cast.colleague.post_id}
    for wrong in (cast.neighbour, cast.grid_worker, cast.town, cast.worker):
        with pytest.raises(DomainError, match="同角色"):
            hand_over(actor=cast.town, post_id=cast.worker.post_id, to_post_id=wrong.post_id)
    on_microgrid = make_actor(Role.GRID_WORKER, EAST_MICROGRID)
    assert {post.pk for post in list_successors(post_of(on_microgrid))} == {cast.grid_worker.post_id}


def test_nobody_hands_the_own_work_over_or_that_of_a_post_not_delegated(cast, events):
    second = make_actor(Role.TOWN_ADMIN, cast.town.area_code)
    for actor, post, to in ((cast.town, cast.town, second), (second, cast.town, second)):
        with pytest.raises(NotAllowed):
            hand_over(actor=actor, post_id=post.post_id, to_post_id=to.post_id)


def test_the_page_tells_what_is_open_and_hands_it_over(client, cast, events):
    sign_in(client, cast.town)
    page = reverse("accounts:post_handover", args=[cast.worker.post_id])
    text = client.get(page).content.decode()
    assert "处理中的事件 1 件、退回待重报的事件 1 件" in text
    assert client.post(page, {"successor": ""}).status_code == 422
    answer = client.post(page, {"successor": cast.colleague.post_id}, follow=True)
    assert "已交接:处理中的事件 1 件" in answer.content.decode()
    moved = reverse("accounts:post_move", args=[cast.colleague.post_id])
    assert "原岗位还有未完的工作" in client.get(moved).content.decode()


def test_ending_without_handing_over_says_what_is_left(client, cast, events):
    sign_in(client, cast.town)
    add_post(
        actor=cast.town,
        user_id=cast.worker.user_id,
        terms=PostTerms(Role.GRID_WORKER, Area.objects.get(pk=EAST_MICROGRID)),
    )
    answer = client.post(reverse("accounts:post_end", args=[cast.worker.post_id]), follow=True)
    assert "还有未完的工作没有交接" in answer.content.decode()
