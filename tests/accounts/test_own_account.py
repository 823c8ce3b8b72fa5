import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Job, User
from tests.doors import PASSWORD, audited, sign_in, watching

CHANGE = reverse("accounts:password")
FRESH = "Chongming-Dao-77"


@pytest.fixture
def job(cast):
    return Job.objects.create(kind="test", post_id=cast.worker.post_id, state=Job.State.RUNNING, done=30, total=120)


def change(client, old=PASSWORD, new=FRESH):
    return client.post(CHANGE, {"old_password": old, "new_password1": new, "new_password2": new})


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(client, cast):
    elsewhere = sign_in(Client(), cast.worker)
    sign_in(client, cast.worker)
    with watching() as statements:
        assert change(client)["Location"] == reverse("accounts:me")
    assert audited(statements) == ["session.ended", "password.changed"]
    assert client.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302
    assert User.objects.get(pk=cast.worker.user_id).check_password(FRESH)


@pytest.mark.parametrize(("old", "new"), [("wrong", FRESH), (PASSWORD, "short"), (PASSWORD, "1234567890")])
def test_a_wrong_or_weak_password_is_refused_on_its_field(client, cast, old, new):
    sign_in(client, cast.worker)
    refused = change(client, old, new)
    assert refused.status_code == 422
    assert refused.context["form"].errors
    assert User.objects.get(pk=cast.worker.user_id).check_password(PASSWORD)


def test_the_progress_of_a_job_is_asked_for_again_until_it_is_over(client, cast, job):
    address = reverse("accounts:job_detail", args=[job.pk])
    sign_in(client, cast.worker)
    part = client.get(address, {"next": "/me/"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "30 / 120" in part
    assert 'value="25"' in part
    assert f'hx-get="{address}?next=/me/"' in part
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    over = client.get(address, {"next": "/me/"}).content.decode()
    assert "hx-get" not in over.partition("progress-box")[2]
    assert 'href="/me/"' in over


def test_the_job_of_a_colleague_is_not_found(client, cast, job):
    sign_in(client, cast.colleague)
    assert client.get(reverse("accounts:job_detail", args=[job.pk])).status_code == 404


def test_the_result_of_a_job_never_leads_to_another_host(client, cast, job):
    sign_in(client, cast.worker)
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    page = client.get(reverse("accounts:job_detail", args=[job.pk]), {"next": "https://evil.example/"})
    assert "evil.example" not in page.content.decode().partition("progress-box")[2]
