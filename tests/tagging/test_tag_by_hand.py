"""Basic tags by hand: attached and removed with who and why, kept by the passes, undone."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.scope import acting_as
from registry.models import Organization
from registry.services.people import Leaving, close_person
from tagging.checks import AboveClearance, TagRefused
from tagging.evaluation.difference import write_difference
from tagging.evaluation.keeping import refresh_all, refresh_changed
from tagging.evaluation.rules import list_layers
from tagging.models import SubjectTags, Tag, TagEvent
from tagging.services.hand import MOST, attach_tag, check_tag, remove_tag, undo_by_hand
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, WEST, make_person
from tests.tagging.proposing import basic, make_tag

pytestmark = pytest.mark.django_db


def attach(actor, tag, *people, reason="入户走访"):
    with acting_as(actor):
        return attach_tag(actor=actor, tag=tag, ids=[one.pk for one in people], reason=reason)


def remove(actor, tag, *people, reason="已搬走"):
    with acting_as(actor):
        return remove_tag(actor=actor, tag=tag, ids=[one.pk for one in people], reason=reason)


def tags_of(actor, person):
    with acting_as(actor):
        row = SubjectTags.objects.filter(entity="person", subject_id=person.pk).first()
    return row.tags if row else []


@pytest.fixture
def tag(cast, items):
    return make_tag(cast, **basic())


@pytest.fixture
def two(cast, items):
    with acting_as(cast.town):
        return make_person(EAST, birth_date=date(1930, 1, 1)), make_person(EAST, birth_date=date(1990, 1, 1))


def test_a_worker_attaches_a_tag_to_several_with_the_reason(cast, tag, two):
    with watching() as statements:
        done = attach(cast.worker, tag, *two)
    assert done.changed == 2
    assert audited(statements) == ["tag.attached"]
    assert [tags_of(cast.worker, one) for one in two] == [[tag.pk], [tag.pk]]
    with acting_as(cast.worker):
        events = list(TagEvent.objects.all())
    assert {(e.post_id, e.reason, tuple(e.gained), e.batch) for e in events} == {
        (cast.worker.post_id, "入户走访", (tag.pk,), done.batch)
    }


def test_a_second_time_changes_nothing(cast, tag, two):
    attach(cast.worker, tag, two[0])
    assert attach(cast.colleague, tag, *two).changed == 1
    assert remove(cast.worker, tag, *two).changed == 2
    assert remove(cast.worker, tag, *two).changed == 0
    assert tags_of(cast.worker, two[0]) == []


def test_a_tag_by_hand_stands_beside_the_dynamic_ones_and_outlives_the_passes(cast, tag, two):
    old = make_tag(cast)
    attach(cast.worker, tag, *two)
    refresh_all()
    assert [tags_of(cast.worker, one) for one in two] == [[tag.pk, old.pk], [tag.pk]]
    assert refresh_all() == 0
    remove(cast.worker, tag, two[0])
    refresh_all()
    assert tags_of(cast.worker, two[0]) == [old.pk]


def test_rules_over_a_tag_by_hand_follow_within_the_minute(cast, tag, two):
    needy = make_tag(cast, name="失独高龄", condition={"all": [{"tag": tag.code}]})
    refresh_changed()
    with acting_as(cast.town):
        type(two[0]).objects.update(updated_at=timezone.now() - timedelta(days=1))
    attach(cast.worker, tag, two[0])
    refresh_changed()
    assert tags_of(cast.worker, two[0]) == [tag.pk, needy.pk]
    assert tags_of(cast.worker, two[1]) == []


def test_what_is_attached_while_a_pass_runs_is_kept(cast, tag, two):
    """The pass saw the row before; it writes from the row's newest state."""
    make_tag(cast)
    attach(cast.worker, tag, two[1])
    refresh_all()
    (layer,) = list_layers(on=timezone.localdate())
    with acting_as(cast.worker):
        people = type(two[0]).objects.all()
        remove_tag(actor=cast.worker, tag=tag, ids=[two[1].pk], reason="误打")
        write_difference(people, layer)
    assert tags_of(cast.worker, two[1]) == []


def test_a_retired_tag_comes_off_and_cannot_be_attached(cast, tag, two):
    attach(cast.worker, tag, two[0])
    Tag.objects.filter(pk=tag.pk).update(is_live=False)
    refresh_all()
    assert tags_of(cast.worker, two[0]) == []
    with pytest.raises(TagRefused, match="已停用"):
        attach(cast.worker, tag, two[0])


def test_who_leaves_carries_nothing(cast, tag, two):
    attach(cast.worker, tag, two[0])
    with acting_as(cast.worker):
        today = timezone.localdate()
        close_person(actor=cast.worker, pk=two[0].pk, reason=next(iter(Leaving)), on=today, today=today)
    refresh_changed()
    assert tags_of(cast.worker, two[0]) == []


def test_a_dynamic_tag_is_not_attached_by_hand(cast, two):
    old = make_tag(cast)
    for step in (attach, remove):
        with pytest.raises(TagRefused, match="由条件自动得出"):
            step(cast.worker, old, two[1])


def test_a_tag_above_the_clearance_is_refused(cast, two):
    """Level 4 is above every clearance."""
    secret = make_tag(cast, **basic(level=4))
    with pytest.raises(AboveClearance):
        attach(cast.worker, secret, two[0])


def test_the_try_is_audited(client, cast, two):
    secret = make_tag(cast, **basic(level=4))
    sign_in(client, cast.worker)
    form = {"subject": two[0].pk, "step": "attach", "tag": secret.code, "reason": "试"}
    with watching() as statements:
        answer = client.post(reverse("tagging:hand", args=["person"]), form)
    assert answer.status_code == 403
    assert "access.refused" in audited(statements)


def test_people_of_the_next_village_are_not_there(cast, tag, two):
    with acting_as(cast.town):
        neighbour = make_person(WEST)
    for strangers in ([neighbour], [two[0], neighbour]):
        with pytest.raises(NotFound):
            attach(cast.worker, tag, *strangers)
    assert tags_of(cast.worker, two[0]) == []


def test_who_lives_elsewhere_is_tagged_where_they_live(cast, tag):
    with acting_as(cast.town):
        away = make_person(WEST, registered=EAST)
    with pytest.raises(TagRefused, match="居住地"):
        attach(cast.worker, tag, away)
    assert attach(cast.neighbour, tag, away).changed == 1


def test_a_tag_of_another_village_is_not_there(cast, items, two):
    theirs = make_tag(cast, cast.neighbour, **basic())
    with pytest.raises(NotFound):
        attach(cast.worker, theirs, two[0])


@pytest.mark.parametrize("who", ["town", "district", "department"])
def test_only_the_village_attaches(cast, tag, two, who):
    with pytest.raises(NotAllowed):
        attach(getattr(cast, who), tag, two[0])


def test_a_step_is_of_a_size_one_can_answer_for(cast, tag):
    with acting_as(cast.worker), pytest.raises(TagRefused, match="最多"):
        attach_tag(actor=cast.worker, tag=tag, ids=range(1, MOST + 2), reason="全部")
    with acting_as(cast.worker), pytest.raises(TagRefused, match="还没有选中"):
        attach_tag(actor=cast.worker, tag=tag, ids=[], reason="无")


def test_the_last_step_is_undone_and_only_what_it_changed(cast, tag, two):
    attach(cast.worker, tag, two[0])
    done = attach(cast.worker, tag, *two)
    with acting_as(cast.worker):
        undo_by_hand(actor=cast.worker, batch=done.batch)
    assert [tags_of(cast.worker, one) for one in two] == [[tag.pk], []]
    removed = remove(cast.worker, tag, two[0])
    with acting_as(cast.worker):
        undo_by_hand(actor=cast.worker, batch=removed.batch)
    assert tags_of(cast.worker, two[0]) == [tag.pk]


def test_nobody_undoes_anothers_step_nor_one_of_yesterday(cast, tag, two, monkeypatch):
    done = attach(cast.worker, tag, *two)
    for actor, batch in ((cast.colleague, done.batch), (cast.worker, uuid4())):
        with acting_as(actor), pytest.raises(NotFound):
            undo_by_hand(actor=actor, batch=batch)
    monkeypatch.setattr("tagging.services.hand.UNDO_TIME", timedelta(0))
    with acting_as(cast.worker), pytest.raises(Conflict):
        undo_by_hand(actor=cast.worker, batch=done.batch)


def test_a_check_is_no_change(cast, tag, two):
    attach(cast.worker, tag, two[0])
    with acting_as(cast.worker):
        assert check_tag(actor=cast.worker, tag=tag, ids=[one.pk for one in two]).changed == 1
    assert [tags_of(cast.worker, one) for one in two] == [[tag.pk], []]


def test_other_subjects_are_tagged_too(cast, items):
    shop = make_tag(cast, **basic("重点单位", subject="organization"))
    with acting_as(cast.worker):
        one = Organization.objects.create(area_code=EAST, name="东村超市")
        assert attach_tag(actor=cast.worker, tag=shop, ids=[one.pk], reason="检查").changed == 1
        assert SubjectTags.objects.get(entity="organization").tags == [shop.pk]
    refresh_all()
    with acting_as(cast.worker):
        assert SubjectTags.objects.get(entity="organization").tags == [shop.pk]


def test_from_the_list_over_the_page_and_back(client, cast, tag, two):
    sign_in(client, cast.worker)
    people = reverse("registry:person_list")
    assert f'action="{reverse("tagging:hand", args=["person"])}"' in client.get(people).content.decode()
    hand = reverse("tagging:hand", args=["person"])
    chosen = {"subject": [one.pk for one in two], "next": f"{people}?sex=1"}
    with watching() as statements:
        page = client.post(hand, chosen)
    assert "给 2 个居民打标签" in page.content.decode()
    assert "tag.subjects_chosen" in audited(statements)
    assert client.post(hand, chosen | {"step": "attach", "tag": tag.code}).status_code == 422
    answer = client.post(hand, chosen | {"step": "attach", "tag": tag.code, "reason": "走访"}, follow=True)
    assert answer.redirect_chain == [(f"{people}?sex=1", 302)]
    assert "已给 2 个居民打上" in answer.content.decode()


def test_nobody_chosen_is_said_so(client, cast, tag):
    page = sign_in(client, cast.worker).post(reverse("tagging:hand", args=["person"]))
    assert "还没有选中" in page.content.decode()


@pytest.mark.parametrize(
    ("entity", "subject"), [("event", "1"), ("person", "x"), ("person", "9" * 30), ("person", "²")]
)
def test_what_is_no_subject_is_not_found(client, cast, tag, entity, subject):
    answer = sign_in(client, cast.worker).post(reverse("tagging:hand", args=[entity]), {"subject": subject})
    assert answer.status_code == 404


def test_attaching_to_many_costs_as_much_as_to_one(cast, tag, two, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as first:
        attach(cast.worker, tag, two[0])
    with django_assert_num_queries(len(first)):
        attach(cast.worker, tag, *two)
