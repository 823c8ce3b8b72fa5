"""The task monitor: what waits, runs and failed, how long and why; trying again and stopping."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.urls import reverse
from django.utils import timezone

from accounts import jobs
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import Job
from accounts.models.jobs import MAX_ATTEMPTS
from accounts.scope import acting_as
from accounts.services.jobs import retry_job, stop_job
from data_return.models import (
    Channel,
    Connector,
    Dataset,
    DatasetEvent,
    EventDoor,
    PullRun,
    PushFlow,
    PushMessage,
    PushTarget,
)
from portal.operation_words import CLOCKWORK, JOBS
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST

TASKS = reverse("portal:status_tasks")
State = Job.State


@pytest.fixture
def make_job(cast):
    def make(state=State.WAITING, kind="registry.write_import", **fields):
        return Job.objects.create(kind=kind, post_id=cast.worker.post_id, state=state, **fields)

    return make


@pytest.fixture
def target(cast):
    """A department's system with a message that waits and one that was refused."""
    given = {"created_by_id": cast.department.post_id}
    channel = Channel.objects.create(
        department_id=cast.department.department_id, name="网", kind="http", address={"base": "https://e.cn"}, **given
    )
    target = PushTarget.objects.create(channel=channel, name="民政业务系统", is_on=True, **given)
    flow = PushFlow.objects.create(
        target=target, topic="report", source_id=1, is_on=True, post_id=cast.department.post_id
    )
    with acting_as(cast.worker):
        for number, state in enumerate((PushMessage.State.WAITING, PushMessage.State.REFUSED)):
            PushMessage.objects.create(
                district=DISTRICT // 10**12, area_code=EAST, target=target, flow=flow, about_id=number,
                about_version=1, state=state,
            )  # fmt: skip
    return target


def page_of(client, cast):
    return sign_in(client, cast.system).get(TASKS)


def test_jobs_are_listed_with_what_they_do_and_why_they_failed(client, cast, make_job):
    waiting = make_job()
    Job.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    make_job(State.FAILED, message="第 2 张表打不开。", finished_at=timezone.now())
    make_job(State.DONE, kind="forms_engine.export", finished_at=timezone.now())
    page = page_of(client, cast)
    assert [line.job.pk for line in page.context["open_jobs"]] == [waiting.pk]
    said = page.content.decode()
    for words in ("写入导入的名单", "5\xa0分钟", "第 2 张表打不开。"):
        assert words in said
    assert "导出汇总" not in said


def test_pulls_pushes_and_events_are_on_the_same_page(client, cast, target, make_connector):
    connector = make_connector(target.channel)
    page = page_of(client, cast)
    line = page.context["targets"][0]
    assert (line.target, line.backlog.waiting, line.backlog.stuck) == (target, 1, 1)
    said = page.content.decode()
    assert "连不上对方系统" in said
    assert "已熔断" in said
    assert connector.dataset.name in said
    assert page.context["events"].waiting == 1


@pytest.fixture
def make_connector(cast):
    """A source that failed so often that its breaker is open, with a failed run and an event that waits."""

    def make(channel):
        given = {"department_id": cast.department.department_id, "created_by_id": cast.department.post_id}
        dataset = Dataset.objects.create(name="低保名单", **given)
        ago = timezone.now() - timedelta(hours=2)
        connector = Connector.objects.create(
            channel=channel, dataset=dataset, kind="http", is_on=True, failures=6, fault="unreachable",
            failing_since=ago, due_at=timezone.now(), post_id=cast.department.post_id,
        )  # fmt: skip
        PullRun.objects.create(
            connector=connector, asked="schedule", state="failed", fault="unreachable", ended_at=timezone.now()
        )
        door = EventDoor.objects.create(dataset=dataset, secret="x", created_by_id=cast.department.post_id)
        DatasetEvent.objects.create(door=door, number="1")
        return connector

    return make


def test_a_job_that_gave_up_is_tried_again(client, cast, make_job):
    job = make_job(State.FAILED, attempts=MAX_ATTEMPTS, message="多次没有成功", finished_at=timezone.now())
    sign_in(client, cast.system)
    with watching() as statements:
        answer = client.post(reverse("portal:status_task_retry", args=[job.pk]))
    assert answer["Location"] == TASKS
    job.refresh_from_db()
    assert (job.state, job.attempts, job.message, job.finished_at) == (State.WAITING, 0, "", None)
    assert audited(statements) == ["job.retried"]
    assert jobs.list_resumable_jobs() == [job.pk]


def test_a_refused_job_is_for_who_asked_to_begin_again(cast, make_job):
    job = make_job(State.FAILED, attempts=1, message="文件里没有数据。", finished_at=timezone.now())
    with pytest.raises(Conflict, match="改正后重新发起"):
        retry_job(actor=cast.system, pk=job.pk)


def test_a_stopped_job_tells_who_asked_and_its_worker_commits_no_further_step(client, cast, make_job):
    lease = Job.new_lease()
    job = make_job(State.RUNNING, lease=lease, lease_until=timezone.now() + timedelta(minutes=1))
    sign_in(client, cast.system)
    with watching() as statements:
        client.post(reverse("portal:status_task_stop", args=[job.pk]))
    assert audited(statements) == ["job.stopped"]
    stopped = jobs.get_job(actor=cast.worker, pk=job.pk)
    assert (stopped.state, "系统管理员" in stopped.message) == (State.FAILED, True)
    with acting_as(cast.worker), pytest.raises(jobs.LeaseLost):
        jobs._renew(job, lease)
    assert jobs.list_resumable_jobs() == []


def test_what_is_over_is_not_stopped_and_what_is_not_there_is_not_found(cast, make_job):
    with pytest.raises(Conflict):
        stop_job(actor=cast.system, pk=make_job(State.DONE).pk)
    with pytest.raises(NotFound):
        stop_job(actor=cast.system, pk=10**9)


@pytest.mark.parametrize("who", ["worker", "town", "district", "department"])
def test_nobody_else_looks_tries_or_stops(client, cast, make_job, who):
    job, actor = make_job(), getattr(cast, who)
    sign_in(client, actor)
    addresses = [reverse(f"portal:status_task_{step}", args=[job.pk]) for step in ("retry", "stop")]
    assert [client.get(TASKS).status_code, *(client.post(one).status_code for one in addresses)] == [403] * 3
    with pytest.raises(NotAllowed):
        stop_job(actor=actor, pk=job.pk)


def test_every_kind_of_job_and_every_scheduled_task_has_words():
    kinds = {kind for kind in jobs._handlers if not kind.startswith("tests.")}
    assert kinds - set(JOBS) == set()
    assert set(configured.CELERY_BEAT_SCHEDULE) - set(CLOCKWORK) == set()


def test_it_costs_the_same_however_much_there_is(client, cast, make_job, target, django_assert_max_num_queries):
    for _ in range(10):
        make_job()
        make_job(State.FAILED, message="x", finished_at=timezone.now())
    sign_in(client, cast.system)
    with django_assert_max_num_queries(20):
        client.get(TASKS)
