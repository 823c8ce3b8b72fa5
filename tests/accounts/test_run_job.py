import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from accounts.errors import DomainError, NotFound
from accounts.jobs import Outside, Progress, get_job, job_handler, list_resumable_jobs, run_job, start_job
from accounts.models import Job, Post, User
from accounts.models.jobs import MAX_ATTEMPTS
from accounts.scope import acting_as
from registry.models import Person
from tests.factories import EAST, make_person

pytestmark = pytest.mark.django_db


@job_handler("tests.count")
def count_to(actor, job, *, to):
    for done in range(1, to + 1):
        make_person(EAST, name=f"第{done}")
        yield Progress(done, to)
    return {"made": to}


@job_handler("tests.refuse")
def refuse(actor, job):
    make_person(EAST)
    raise DomainError("文件里没有数据。")
    yield Progress(0, 0)


@job_handler("tests.break")
def break_down(actor, job):
    raise ZeroDivisionError
    yield Progress(0, 0)


@job_handler("tests.stolen")
def lose_the_lease(actor, job):
    Job.objects.filter(pk=job.pk).update(lease=Job.new_lease())
    make_person(EAST)
    yield Progress(1, 2)
    make_person(EAST)
    yield Progress(2, 2)


@job_handler("tests.outside")
def wait_for_others(actor, job, *, refused):
    make_person(EAST, name="先")
    seen = yield Outside(partial(look_around, job, refused))
    make_person(EAST, name="后")
    yield Progress(1, 1)
    return seen


def look_around(job, refused):
    time.sleep(0.8)
    found = Job.objects.get(pk=job.pk)
    if refused:
        raise DomainError("对方没有应答。")
    left = (found.lease_until - timezone.now()).total_seconds()
    return {"scope": str(getattr(connection, "portal_scope", None)), "left": left}


@job_handler("tests.outside_caught")
def live_with_a_refusal(actor, job):
    try:
        yield Outside(partial(look_around, job, refused=True))
    except DomainError as refusal:
        make_person(EAST, name="后")
        return {"told": refusal.message}


def job(cast, kind, **params):
    with acting_as(cast.worker):
        return start_job(cast.worker, kind, **params)


def people(cast):
    with acting_as(cast.worker):
        return Person.objects.count()


def test_steps_commit_with_their_progress_and_the_result_is_kept(cast):
    started = job(cast, "tests.count", to=3)
    run_job(started.pk)
    started.refresh_from_db()
    assert (started.state, started.done, started.total, started.result) == ("done", 3, 3, {"made": 3})
    assert people(cast) == 3


def test_a_job_that_is_over_does_not_run_again(cast):
    started = job(cast, "tests.count", to=1)
    run_job(started.pk)
    run_job(started.pk)
    assert people(cast) == 1


def test_a_job_under_lease_is_left_to_its_worker(cast):
    started = job(cast, "tests.count", to=1)
    Job.objects.update(state="running", lease=Job.new_lease(), lease_until=timezone.now() + timedelta(seconds=30))
    run_job(started.pk)
    assert people(cast) == 0


def test_a_dead_workers_job_is_found_and_taken_over(cast):
    started = job(cast, "tests.count", to=1)
    Job.objects.update(state="running", lease=Job.new_lease(), lease_until=timezone.now() - timedelta(seconds=1))
    assert list_resumable_jobs() == [started.pk]
    run_job(started.pk)
    assert people(cast) == 1


def test_a_worker_that_lost_its_lease_commits_no_further_step(cast):
    started = job(cast, "tests.stolen")
    run_job(started.pk)
    started.refresh_from_db()
    assert people(cast) == 1
    assert started.state == "running"


def test_a_refusal_ends_the_job_with_its_sentence_and_changes_nothing(cast):
    started = job(cast, "tests.refuse")
    run_job(started.pk)
    started.refresh_from_db()
    assert (started.state, started.message) == ("failed", "文件里没有数据。")
    assert people(cast) == 0


def test_an_unexpected_error_is_tried_again_and_then_given_up(cast):
    started = job(cast, "tests.break")
    for _ in range(MAX_ATTEMPTS):
        Job.objects.filter(pk=started.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        run_job(started.pk)
    started.refresh_from_db()
    assert started.state == "failed"
    assert "系统管理员" in started.message


def test_a_job_belongs_to_the_post_that_asked(cast):
    started = job(cast, "tests.count", to=1)
    assert get_job(actor=cast.worker, pk=started.pk) == started
    with pytest.raises(NotFound):
        get_job(actor=cast.colleague, pk=started.pk)


@pytest.mark.django_db(transaction=True)
def test_work_outside_sees_no_scope_keeps_the_lease_and_hands_back_what_it_found(cast, settings):
    settings.JOB_LEASE_SECONDS = 0.6
    started = job(cast, "tests.outside", refused=False)
    run_job(started.pk)
    started.refresh_from_db()
    assert started.state == "done"
    assert started.result["scope"] == "None"
    assert 0 < started.result["left"] <= 0.6
    assert people(cast) == 2


def test_a_refusal_outside_ends_the_job_and_keeps_the_steps_before(cast):
    started = job(cast, "tests.outside", refused=True)
    run_job(started.pk)
    started.refresh_from_db()
    assert (started.state, started.message, people(cast)) == ("failed", "对方没有应答。", 1)


def test_a_handler_may_catch_a_refusal_and_write_down_what_it_means(cast):
    started = job(cast, "tests.outside_caught")
    run_job(started.pk)
    started.refresh_from_db()
    assert (started.state, started.result, people(cast)) == ("done", {"told": "对方没有应答。"}, 1)


def test_the_scope_of_the_asking_post_limits_the_job(cast):
    with acting_as(cast.neighbour):
        started = start_job(cast.neighbour, "tests.count", to=1)
    run_job(started.pk)
    started.refresh_from_db()
    assert started.state == "running"  # the insert into 东村 was refused by the database: to be tried again
    assert people(cast) == 0


@pytest.mark.django_db(transaction=True)
def test_a_lost_redis_holds_nobody_up(cast):
    begun = time.monotonic()
    started = job(cast, "tests.count", to=1)
    assert time.monotonic() - begun < 2
    assert list_resumable_jobs() == [started.pk]


@pytest.mark.parametrize("how", ["ended", "run out", "suspended"])
def test_a_job_of_a_post_that_ended_does_no_step(cast, how):
    started = job(cast, "tests.count", to=3)
    if how == "suspended":
        User.objects.filter(pk=cast.worker.user_id).update(is_active=False)
    else:
        ended = {"is_active": False} if how == "ended" else {"valid_until": timezone.localdate() - timedelta(days=1)}
        Post.objects.filter(pk=cast.worker.post_id).update(**ended)
    run_job(started.pk)
    started.refresh_from_db()
    assert started.state == Job.State.FAILED
    assert "岗位已结束" in started.message
    assert people(cast) == 0
