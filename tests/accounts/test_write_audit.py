"""What a line of the audit log says: read back by the audit role, since the app's own role cannot."""

import pytest
from django.urls import reverse

from accounts.audit import record, those
from accounts.jobs import Progress, job_handler, run_job, start_job
from accounts.models import AuditEntry, Post
from accounts.origin import coming_from
from accounts.scope import acting_as
from tests.doors import PASSWORD, sign_in, username_of
from tests.factories import EAST, make_cast

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


@job_handler("tests.audited")
def audited_step(actor, job):
    record(actor, "tests.step")
    yield Progress(1, 1)


def line(action):
    return AuditEntry.objects.using("audit").get(action=action)


def test_a_line_stands_by_itself_when_the_post_is_gone():
    worker = make_cast().worker
    post = Post.objects.get(pk=worker.post_id)
    record(worker, "person.unmasked", post, purpose="核对身份", subjects=those([post]), items=["person.id_number"])
    post.delete()
    written = line("person.unmasked")
    assert (written.user_id, written.post_id, written.post_role, written.post_area) == (
        worker.user_id,
        worker.post_id,
        "community_worker",
        EAST,
    )
    assert (written.purpose, written.subject_type, written.subject_ids) == (
        "核对身份",
        "accounts.post",
        [worker.post_id],
    )


def test_a_line_says_from_which_address_and_by_which_request(client):
    worker = make_cast().worker
    login = {"username": username_of(worker), "password": PASSWORD}
    answer = client.post(reverse("accounts:login"), login, REMOTE_ADDR="203.0.113.9")
    written = line("login")
    assert (written.address, written.reference) == ("203.0.113.9", answer["X-Request-ID"])
    refused = sign_in(client, worker).get(reverse("portal:status"), REMOTE_ADDR="2001:db8::9")
    assert (line("access.refused").address, line("access.refused").reference) == (
        "2001:db8::9",
        refused["X-Request-ID"],
    )


def test_a_line_of_background_work_names_its_job():
    worker = make_cast().worker
    with acting_as(worker):
        job = start_job(worker, "tests.audited")
    run_job(job.pk)
    assert line("tests.step").reference == f"job:{job.pk}"


def test_an_endless_purpose_or_address_is_cut_not_refused():
    worker = make_cast().worker
    with coming_from(address="x" * 500, reference="r"):
        record(worker, "tests.long", purpose="核" * 500)
    assert (len(line("tests.long").address), len(line("tests.long").purpose)) == (45, 200)
