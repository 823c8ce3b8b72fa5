"""Sessions end by themselves, at a change of password or phone, and by the hand of their owner."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.devices import in_words
from accounts.models import AppDevice, Job, LoginSession, User
from accounts.tasks import clear_sessions_task
from tests.doors import PASSWORD, app_code, audited, sign_in, username_of, watching

pytestmark = pytest.mark.django_db
LIST = reverse("accounts:sessions")
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0 Safari/537.36"
WECHAT = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0"


@pytest.fixture
def worker(cast):
    return log_in(cast.worker)


def log_in(actor, *, agent=CHROME, address="10.0.0.7"):
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    client.post(reverse("accounts:login"), {"username": username_of(actor), "password": PASSWORD})
    client.get("/")
    return client


def age(client, *, since=0, seen=0):
    """Let minutes go by for a session. since, seen: minutes ago; the end moves back with `seen`."""
    rows = LoginSession.objects.filter(session_key=client.session.session_key)
    row, now = rows.get(), timezone.now()
    gone = timedelta(minutes=seen)
    rows.update(since=now - timedelta(minutes=since), last_seen=now - gone, expire_date=row.expire_date - gone)


def is_in(client):
    return client.get("/me/").status_code == 200


def ends_in(client):
    """Minutes until the session ends."""
    row = LoginSession.objects.get(session_key=client.session.session_key)
    return round((row.expire_date - timezone.now()).total_seconds() / 60)


def test_a_session_ends_after_30_minutes_without_work(worker):
    age(worker, since=29, seen=29)
    assert is_in(worker)
    assert ends_in(worker) == 30
    age(worker, since=60, seen=31)
    assert not is_in(worker)


def test_a_session_ends_12_hours_after_the_login_whatever_is_done(worker):
    age(worker, since=12 * 60 - 10, seen=2)
    assert is_in(worker)
    assert ends_in(worker) == 10
    assert is_in(worker)
    assert ends_in(worker) == 10


def test_giving_a_second_factor_does_not_lengthen_the_working_day(cast, worker):
    age(worker, since=11 * 60, seen=2)
    worker.get(reverse("accounts:second_factor_setup"))
    before = worker.session.session_key
    given = {"code": app_code(AppDevice.objects.get()), "password": PASSWORD}
    worker.post(reverse("accounts:second_factor_setup"), given)
    assert worker.session.session_key != before
    worker.get("/me/")
    assert LoginSession.objects.get().device == "Chrome · Windows 电脑"
    age(worker, since=12 * 60 - 5, seen=2)
    worker.get("/me/")
    assert ends_in(worker) == 5


def test_a_page_that_polls_by_itself_does_not_keep_the_session_alive(cast, worker):
    job = Job.objects.create(kind="test", post_id=cast.worker.post_id, state=Job.State.RUNNING)
    age(worker, since=20, seen=20)
    assert worker.get(reverse("accounts:job_detail", args=[job.pk])).status_code == 200
    assert worker.get("/healthz").status_code == 200
    assert ends_in(worker) == 10


def test_activity_is_written_at_most_once_a_minute(worker):
    age(worker, since=5, seen=5)
    counts = []
    for _ in range(2):
        with watching() as statements:
            worker.get("/me/")
        counts.append(sum('UPDATE "accounts_loginsession"' in one for one in statements))
    assert counts == [1, 0]


def test_the_list_shows_ones_own_sessions_in_words_and_no_key(cast, worker):
    phone = log_in(cast.worker, agent=WECHAT, address="10.0.0.8")
    log_in(cast.colleague, address="10.0.0.9")
    page = worker.get(LIST).content.decode()
    for words in ("Chrome · Windows 电脑", "10.0.0.7", "微信 · 安卓手机", "10.0.0.8", "本次登录"):
        assert words in page
    assert "10.0.0.9" not in page
    assert phone.session.session_key not in page


def test_one_session_is_ended_and_the_others_go_on(cast, worker):
    phone, other = log_in(cast.worker, agent=WECHAT), log_in(cast.worker)
    ticket = LoginSession.objects.get(session_key=phone.session.session_key).ticket
    with watching() as statements:
        assert worker.post(reverse("accounts:session_end"), {"ticket": ticket}).status_code == 302
    assert "session.ended" in audited(statements)
    assert [is_in(client) for client in (worker, phone, other)] == [True, False, True]


def test_the_session_of_somebody_else_is_not_found(cast, worker):
    other = log_in(cast.colleague)
    ticket = LoginSession.objects.get(session_key=other.session.session_key).ticket
    assert worker.post(reverse("accounts:session_end"), {"ticket": ticket}).status_code == 404
    assert is_in(other)


def test_all_others_are_ended_at_once(cast, worker):
    others, colleague = [log_in(cast.worker) for _ in range(3)], log_in(cast.colleague)
    assert "其他 3 处" in worker.post(reverse("accounts:sessions_end_others"), follow=True).content.decode()
    assert not any(is_in(client) for client in others)
    assert is_in(worker)
    assert is_in(colleague)


def test_a_new_password_or_phone_ends_the_other_sessions(cast, worker):
    other, fresh = log_in(cast.worker), "Tidal-flat-77"
    given = {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}
    worker.post(reverse("accounts:password"), given)
    assert LoginSession.objects.count() == 1
    assert is_in(worker)
    assert not is_in(other)
    other = sign_in(Client(), cast.worker, second_factor=False)
    worker.get(reverse("accounts:second_factor_setup"))
    worker.post(reverse("accounts:second_factor_setup"), {"code": app_code(AppDevice.objects.get())})
    assert is_in(worker)
    assert not is_in(other)


def test_a_closed_account_is_out_at_once(cast, worker):
    User.objects.filter(pk=cast.worker.user_id).update(is_active=False)
    assert not is_in(worker)


def test_a_session_carries_ids_and_times_only(cast, worker):
    worker.get("/me/")
    assert set(worker.session.keys()) == {"_auth_user_id", "_auth_user_backend", "_auth_user_hash", "post"}


def test_sessions_that_are_over_are_cleared(worker):
    clear_sessions_task()
    assert LoginSession.objects.count() == 1
    LoginSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    clear_sessions_task()
    assert not LoginSession.objects.exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [(CHROME, "Chrome · Windows 电脑"), (WECHAT, "微信 · 安卓手机"), ("curl/8", "不认识的设备"), ("", "不认识的设备")],
)
def test_a_device_is_told_in_words(agent, words):
    assert in_words(agent) == words
