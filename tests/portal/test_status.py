from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job
from tests.doors import sign_in

STATUS = reverse("portal:status")


@pytest.fixture
def jobs(cast):
    def make(state, **fields):
        return Job.objects.create(kind="registry.import", post_id=cast.worker.post_id, state=state, **fields)

    now = timezone.now()
    return [
        make(Job.State.WAITING),
        make(Job.State.FAILED, message="第 2 张表打不开。", finished_at=now),
        make(Job.State.DONE, finished_at=now - timedelta(days=2)),
    ]


def test_the_system_admin_sees_services_and_the_queue(client, cast, jobs, monkeypatch):
    monkeypatch.setattr("portal.selectors.operation.queue_state", lambda: (True, False))
    page = sign_in(client, cast.system).get(STATUS)
    services, queue = page.context["services"], page.context["queue"]
    assert (services.database, services.redis, services.worker) == (True, True, False)
    assert (queue.waiting, queue.running, queue.done, queue.failed) == (1, 0, 0, 1)
    assert queue.oldest == jobs[0].created_at
    assert "第 2 张表打不开。" in page.content.decode()


@pytest.mark.parametrize("who", ["worker", "town", "district", "department"])
def test_nobody_else_opens_it(client, cast, who):
    assert sign_in(client, getattr(cast, who)).get(STATUS).status_code == 403
