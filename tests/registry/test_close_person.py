"""A resident dies or moves away; the step can be taken back on its day."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.errors import DomainError
from accounts.scope import acting_as
from registry.errors import AlreadyClosed, UndoTooLate
from registry.services.people import Leaving, change_person, close_person, reopen_person
from tests.doors import audited, watching

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def close(cast, person, reason=Leaving.DEATH, on=TODAY):
    with acting_as(cast.worker):
        return close_person(actor=cast.worker, pk=person.pk, reason=reason, on=on, today=TODAY)


def reopen(cast, person, today=TODAY):
    with acting_as(cast.worker):
        return reopen_person(actor=cast.worker, pk=person.pk, today=today)


def test_a_death_closes_the_registration_with_its_date(cast, village, fresh):
    close(cast, village["guilan"], on=date(2026, 11, 1))
    person = fresh(village["guilan"])
    assert (person.closed_on, person.closed_reason, person.death_date) == (date(2026, 11, 1), "死亡", date(2026, 11, 1))


def test_a_move_away_keeps_its_date_as_an_item(cast, village, fresh):
    close(cast, village["guilan"], reason=Leaving.MOVED)
    assert fresh(village["guilan"]).attributes["person.move_out_date"] == TODAY.isoformat()


def test_a_day_ahead_is_refused(cast, village):
    with pytest.raises(DomainError, match="不能晚于今天"):
        close(cast, village["guilan"], on=TODAY + timedelta(days=1))


def test_nobody_is_closed_twice(cast, village):
    close(cast, village["guilan"])
    with pytest.raises(AlreadyClosed):
        close(cast, village["guilan"])


def test_the_step_is_taken_back_on_its_day_with_the_date_it_wrote(cast, village, fresh):
    close(cast, village["guilan"])
    reopen(cast, village["guilan"])
    person = fresh(village["guilan"])
    assert (person.closed_on, person.closed_reason, person.death_date) == (None, "", None)


def test_the_step_is_not_taken_back_on_the_next_day(cast, village):
    close(cast, village["guilan"])
    with pytest.raises(UndoTooLate):
        reopen(cast, village["guilan"], today=TODAY + timedelta(days=1))


def test_the_page_offers_to_undo(worker_client, village):
    url = reverse("registry:person_close", args=[village["guilan"].pk])
    with watching() as statements:
        answer = worker_client.post(url, {"reason": "death", "on": TODAY.isoformat()}, follow=True)
    undo = reverse("registry:person_reopen", args=[village["guilan"].pk])
    assert f'action="{undo}"' in answer.content.decode()
    assert "person.closed" in audited(statements)
    assert worker_client.post(undo).status_code == 302


def test_a_closed_resident_is_not_edited_from_the_card(cast, worker_client, village):
    text = worker_client.get(reverse("registry:person_detail", args=[village["closed"].pk])).content.decode()
    assert "已注销:死亡" in text
    assert reverse("registry:person_edit", args=[village["closed"].pk]) not in text
    with pytest.raises(AlreadyClosed), acting_as(cast.worker):
        change_person(
            actor=cast.worker, pk=village["closed"].pk, version=1, values={"person.phone": "13900000001"}, on=TODAY
        )
