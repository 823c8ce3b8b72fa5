from datetime import timedelta

import pytest
from django.db import DatabaseError, connections
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record, record_user
from accounts.audit_reading import AuditFilter, list_audit_entries
from accounts.models import Job
from accounts.roles import Role
from tests.doors import sign_in, username_of
from tests.factories import DISTRICT, make_actor, make_cast

AUDIT = reverse("accounts:audit")
both_roles = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


@pytest.fixture
def written(transactional_db):
    """Lines of a worker and of a neighbour, committed, since the audit role reads over a connection of its own."""
    cast = make_cast()
    job = Job.objects.create(kind="test", post_id=cast.worker.post_id)
    record(cast.worker, "report.submitted", job, cells=3)
    record_user(cast.neighbour.user_id, "login", result="refused", address="10.0.0.1")
    return cast, job


@both_roles
def test_the_audit_admin_reads_who_did_what_in_which_post(client, written):
    cast, job = written
    page = sign_in(client, make_actor(Role.AUDIT_ADMIN, DISTRICT)).get(AUDIT).content.decode()
    assert f"陈秀英({username_of(cast.worker)})" in page
    assert "东村 · 社区工作者" in page
    assert "提交报表" in page
    assert f"accounts.job:{job.pk}" in page
    assert "cells=3" in page
    assert "被拒绝" in page


@both_roles
def test_lines_are_found_by_day_action_user_and_object(written):
    cast, job = written
    today = timezone.localdate()

    def found(**wanted):
        return [line.action for line in list_audit_entries(wanted=AuditFilter(**wanted)).order_by("pk")]

    assert found(since=today, until=today) == ["report.submitted", "login"]
    assert found(until=today - timedelta(days=1)) == []
    assert found(action="report.") == ["report.submitted"]
    assert found(user=username_of(cast.neighbour)) == ["login"]
    assert found(obj="accounts.job") == found(obj=f"accounts.job:{job.pk}") == ["report.submitted"]
    assert found(obj="accounts.job:0") == []


@both_roles
def test_looking_at_the_log_leaves_a_line_itself(client, written):
    auditor = make_actor(Role.AUDIT_ADMIN, DISTRICT)
    sign_in(client, auditor).get(AUDIT, {"action": "login"})
    (line,) = list_audit_entries(wanted=AuditFilter(action="audit.read"))
    assert (line.user_id, line.details) == (auditor.user_id, {"by": ["action"]})


@both_roles
def test_the_audit_role_cannot_write_or_read_residents(written):
    for statement in (
        "DELETE FROM accounts_auditentry",
        "SELECT 1 FROM registry_person",
        "SELECT password FROM accounts_user",
    ):
        with pytest.raises(DatabaseError), connections["audit"].cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("who", ["worker", "district", "system"])
def test_nobody_else_reads_the_audit_log(client, cast, who):
    assert sign_in(client, getattr(cast, who)).get(AUDIT).status_code == 403


def test_without_the_audit_connection_the_page_says_what_is_missing(client, cast, monkeypatch):
    monkeypatch.setattr("accounts.views.people.is_readable", lambda: False)
    page = sign_in(client, make_actor(Role.AUDIT_ADMIN, DISTRICT)).get(AUDIT)
    assert "DATABASE_AUDIT_URL" in page.content.decode()
