from datetime import timedelta

from django.utils import timezone

from accounts.models import AccountChange, User
from accounts.roles import Role
from accounts.services.people import reactivate_person
from accounts.services.unused import suspend_unused_accounts
from tests.doors import audited, watching
from tests.factories import DISTRICT, make_actor


def last_here(actor, days):
    then = timezone.now() - timedelta(days=days)
    User.objects.filter(pk=actor.user_id).update(last_login=then, in_use_since=then)


def state(actor):
    user = User.objects.get(pk=actor.user_id)
    return user.is_active, user.suspension


def test_ninety_days_without_a_login_close_an_account_and_a_day_less_does_not(cast):
    last_here(cast.worker, 91)
    last_here(cast.colleague, 89)
    with watching() as statements:
        assert suspend_unused_accounts() == [cast.worker.user_id]
    assert audited(statements) == ["account.unused"]
    assert state(cast.worker) == (False, "unused")
    assert state(cast.colleague) == (True, "")
    assert AccountChange.objects.get(user=cast.worker.user_id).kind == "unused"
    assert suspend_unused_accounts() == []


def test_an_account_that_never_logged_in_counts_from_its_beginning(cast):
    User.objects.filter(pk=cast.worker.user_id).update(in_use_since=timezone.now() - timedelta(days=91))
    assert suspend_unused_accounts() == [cast.worker.user_id]


def test_opened_again_the_days_count_anew(cast):
    last_here(cast.worker, 200)
    suspend_unused_accounts()
    reactivate_person(actor=cast.town, pk=cast.worker.user_id)
    assert suspend_unused_accounts() == []
    assert state(cast.worker) == (True, "")


def test_the_security_admin_who_was_here_last_is_left(cast):
    second = make_actor(Role.SECURITY_ADMIN, DISTRICT)
    last_here(cast.security, 100)
    last_here(second, 120)
    assert suspend_unused_accounts() == [second.user_id]
    assert state(cast.security) == (True, "")


def test_the_number_of_days_is_a_setting(cast, settings):
    settings.UNUSED_ACCOUNT_DAYS = 30
    last_here(cast.worker, 31)
    assert suspend_unused_accounts() == [cast.worker.user_id]
