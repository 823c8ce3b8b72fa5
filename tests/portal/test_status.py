"""The status page tells at a glance whether every part runs."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from accounts.models import Job
from portal.host import look_at_certificate, look_at_storage
from tests.doors import sign_in

STATUS = reverse("portal:status")


@pytest.fixture
def jobs(cast):
    def make(state, **fields):
        return Job.objects.create(kind="registry.write_import", post_id=cast.worker.post_id, state=state, **fields)

    now = timezone.now()
    return [
        make(Job.State.WAITING),
        make(Job.State.FAILED, message="第 2 张表打不开。", finished_at=now),
        make(Job.State.DONE, finished_at=now - timedelta(days=2)),
    ]


def certificate(path, *, until):
    """A certificate of the server's own, as PEM."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(until - timedelta(days=365)).not_valid_after(until)
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return str(path)


def test_the_system_admin_sees_services_and_the_queue(client, cast, jobs, monkeypatch):
    monkeypatch.setattr("portal.selectors.operation.queue_state", lambda: (True, False))
    page = sign_in(client, cast.system).get(STATUS)
    services, queue = page.context["services"], page.context["queue"]
    assert (services.database, services.redis, services.worker) == (True, True, False)
    assert (queue.waiting, queue.running, queue.done, queue.failed) == (1, 0, 0, 1)
    assert queue.oldest == jobs[0].created_at


def test_every_part_of_the_portal_is_on_the_page(client, cast):
    page = sign_in(client, cast.system).get(STATUS).content.decode()
    parts = ("数据库", "消息队列", "后台处理进程", "定时进程", "文件存储", "网站证书", "推送", "变更通知", "数据对接")
    assert [part for part in parts if part not in page] == []


def test_a_clock_that_stands_still_is_told(client, cast):
    every = IntervalSchedule.objects.create(every=5, period=IntervalSchedule.SECONDS)
    nightly = CrontabSchedule.objects.create(minute="30", hour="1", timezone="Asia/Shanghai")
    ago = timezone.now() - timedelta(hours=1)
    PeriodicTask.objects.create(name="resume-jobs", task="x", interval=every, last_run_at=ago)
    PeriodicTask.objects.create(name="verify-audit", task="x", crontab=nightly, last_run_at=timezone.now())
    page = sign_in(client, cast.system).get(STATUS)
    assert (page.context["late"], "1 项没有按时运行" in page.content.decode()) == (1, True)
    PeriodicTask.objects.filter(name="resume-jobs").update(last_run_at=timezone.now())
    assert client.get(STATUS).context["late"] == 0


@pytest.mark.parametrize(("days", "said"), [(200, "✓ 还有 199 天"), (20, "! 只剩 19 天"), (-3, "! 已到期")])
def test_the_end_of_the_certificate_is_told(client, cast, settings, tmp_path, days, said):
    settings.CERTIFICATE_FILE = certificate(tmp_path / "portal.crt", until=datetime.now(UTC) + timedelta(days=days))
    assert said in sign_in(client, cast.system).get(STATUS).content.decode()


def test_a_certificate_that_cannot_be_read_says_so_and_none_is_no_fault(client, cast, settings, tmp_path):
    assert "没有设置 CERTIFICATE_FILE" in sign_in(client, cast.system).get(STATUS).content.decode()
    (tmp_path / "portal.crt").write_text("no certificate")
    settings.CERTIFICATE_FILE = str(tmp_path / "portal.crt")
    assert "读不了 CERTIFICATE_FILE" in client.get(STATUS).content.decode()
    settings.CERTIFICATE_FILE = str(tmp_path / "nowhere.crt")
    assert look_at_certificate().until is None


def test_room_for_files_is_told_before_the_first_upload_too(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "not" / "there" / "yet")
    found = look_at_storage()
    assert found.writable
    assert 0 < found.free <= found.total


@pytest.mark.parametrize("who", ["worker", "town", "district", "department"])
def test_nobody_else_opens_it(client, cast, who):
    assert sign_in(client, getattr(cast, who)).get(STATUS).status_code == 403


def test_it_costs_a_fixed_number_of_queries(client, cast, jobs, django_assert_max_num_queries):
    sign_in(client, cast.system)
    with django_assert_max_num_queries(20):
        client.get(STATUS)
