"""The auditor's pages. Lines are committed, since the audit role reads over a connection of its own."""

import gzip
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connections
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record, record_system, record_user, those
from accounts.audit_chain.sealing import seal_lines
from accounts.audit_reading import AuditFilter, list_audit_entries, list_lines_about
from accounts.exporting import fingerprint
from accounts.jobs import run_job
from accounts.models import AuditEntry, Job
from accounts.origin import coming_from
from accounts.roles import Role
from accounts.scope import acting_as
from tests.doors import sign_in, username_of
from tests.factories import DISTRICT, EAST, load_items, make_actor, make_cast, make_id_number, make_person

LIST = reverse("portal:audit_list")
SEEN_BY = reverse("portal:audit_seen_by")
EXPORTS = reverse("portal:audit_exports")
both_roles = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


@pytest.fixture
def written(transactional_db):
    """Lines of a worker and of a neighbour."""
    cast = make_cast()
    job = Job.objects.create(kind="test", post_id=cast.worker.post_id)
    with coming_from(address="10.0.0.1", reference="abc"):
        record(cast.worker, "report.submitted", job, cells=3, purpose="核对补贴")
        record_user(cast.neighbour.user_id, "login", result="refused")
    return cast, job


@pytest.fixture
def auditor(client, written):
    """The auditor's browser; a code was given just now."""
    return sign_in(client, make_actor(Role.AUDIT_ADMIN, DISTRICT))


def text(answer):
    return answer.content.decode()


@both_roles
def test_the_audit_admin_reads_who_did_what_in_which_post(auditor, written):
    cast, job = written
    page = text(auditor.get(LIST))
    said = ("东村 · 社区工作者", "提交报表", f"后台任务 {job.pk}", "格数 3", "目的:核对补贴", "被拒绝", "10.0.0.1")
    assert [one for one in (f"陈秀英({username_of(cast.worker)})", *said) if one not in page] == []
    (line,) = list_audit_entries(wanted=AuditFilter(action="report."))
    page = text(auditor.get(reverse("portal:audit_detail", args=[line.pk])))
    assert [one for one in ("report.submitted", "abc", "等待封存") if one not in page] == []
    seal_lines()
    assert "第 1 号" in text(auditor.get(reverse("portal:audit_detail", args=[line.pk])))
    assert auditor.get(reverse("portal:audit_detail", args=[10**9])).status_code == 404
    reads = list_audit_entries(wanted=AuditFilter(action="audit.read")).order_by("pk")
    assert [read.object_id for read in reads] == ["", str(line.pk), str(line.pk)]


@both_roles
def test_lines_are_found_by_day_action_user_object_result_and_address(auditor, written):
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
    assert found(result="refused", address="10.0.0.1") == ["login"]
    page = auditor.get(LIST, {"action": "login", "kind": "accounts.job", "number": "x", "since": "yesterday"})
    assert page.context["form"].in_force == ["action", "kind"]
    assert list_audit_entries(wanted=AuditFilter(action="audit.read")).get().details == {"by": ["action", "kind"]}


@both_roles
def test_who_looked_at_a_resident_is_asked_by_number_and_answered_without_a_name(auditor, written):
    cast, _ = written
    load_items()
    number = make_id_number()
    with acting_as(cast.worker):
        person = make_person(EAST, name="施桂兰", id_number=number)
        other = make_person(EAST, name="沈阿妹")
    record(cast.worker, "person.read", person)
    record(cast.colleague, "person.listed", subjects=those([other, person]))
    record(cast.neighbour, "person.read", other)
    answer = auditor.post(SEEN_BY, {"resident": f" {number[:6]} {number[6:].lower()} "})
    assert answer["Location"] == f"{LIST}?about={person.pk}"
    page = text(auditor.get(answer["Location"]))
    assert username_of(cast.worker) in page
    assert username_of(cast.colleague) in page
    assert username_of(cast.neighbour) not in page
    assert "施桂兰" not in page
    assert number not in page
    assert auditor.post(SEEN_BY, {"resident": str(person.pk)})["Location"] == answer["Location"]
    unknown = auditor.post(SEEN_BY, {"resident": make_id_number()})
    assert unknown.status_code == 422
    assert "没有登记这个号码" in text(unknown)
    asked = list_audit_entries(wanted=AuditFilter(action="audit.seen_by")).order_by("pk")
    assert [line.subject_ids for line in asked] == [[person.pk], [person.pk], []]
    assert number not in json.dumps([line.details for line in asked])


@both_roles
def test_who_looked_at_a_resident_reads_an_index(written):
    """Among twenty thousand lines of other people."""
    lines = [
        AuditEntry(action="person.listed", subject_type="registry.person", subject_ids=list(range(pk, pk + 50)))
        for pk in range(1000, 21000)
    ]
    AuditEntry.objects.bulk_create(lines, batch_size=2000)
    record_system("tests.one")
    with connections["audit"].cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT id FROM accounts_auditentry WHERE subject_type <> '' AND subject_type = 'registry.person' "
            "AND subject_ids && ARRAY[20500]::bigint[]"
        )
        plan = "\n".join(row for (row,) in cursor.fetchall())
    assert "audit_of_subject" in plan
    assert len(list_lines_about(("registry.person", [20500]))) == 50


@both_roles
def test_the_audit_role_cannot_write_or_read_residents(written):
    for statement in (
        "DELETE FROM accounts_auditentry",
        "SELECT 1 FROM registry_person",
        "SELECT password FROM accounts_user",
    ):
        with pytest.raises(DatabaseError), connections["audit"].cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_the_app_role_cannot_ask_for_the_owner_of_a_number():
    with pytest.raises(DatabaseError, match="permission denied"), connections["default"].cursor() as cursor:
        cursor.execute(r"SELECT registry_ids_of_number('\x00')")


@both_roles
def test_the_overview_counts_and_points_out(auditor, written):
    cast, _ = written
    for _ in range(20):
        record(cast.worker, "access.refused", result="refused")
    record(cast.colleague, "person.listed", subjects=("registry.person", range(1, 3001)))
    record_system("audit.verified", result="broken", day="2026-11-26", lines=5, problems=["changed:7"])
    page = text(auditor.get(reverse("portal:audit_overview")))
    said = ("一天内多次被拒绝", username_of(cast.worker), "居民特别多", "核对不符", "访问被拒绝")
    assert [one for one in said if one not in page] == []
    assert "夜间" not in page or timezone.localtime().hour in (22, 23, 0, 1, 2, 3, 4, 5)


@both_roles
def test_an_export_holds_every_line_of_the_days_and_its_digest(auditor, written, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    today = timezone.localdate().isoformat()
    seal = seal_lines()
    assert auditor.post(EXPORTS, {"since": today, "until": today})["Location"] == EXPORTS
    job = Job.objects.get(kind="accounts.audit_export")
    run_job(job.pk)
    job.refresh_from_db()
    packed = b"".join(auditor.get(reverse("portal:audit_download", args=[job.pk])))
    lines = [json.loads(line) for line in gzip.decompress(packed).splitlines()]
    assert [line["action"] for line in lines][:2] == ["report.submitted", "login"]
    assert lines[0]["details"] == {"cells": 3}
    digest = text(auditor.get(reverse("portal:audit_digest", args=[job.pk])))
    path = tmp_path / job.result["stored"]
    with path.open("rb") as file:
        assert digest.startswith(f"{fingerprint(file)}  audit_{today.replace('-', '')}_")
    assert f"# 封存 {seal.number}:{bytes(seal.digest).hex()}" in digest
    actions = set(list_audit_entries(wanted=AuditFilter(action="audit.")).values_list("action", flat=True))
    assert {"audit.export_started", "audit.export_finished", "audit.export_downloaded"} <= actions
    other = sign_in(auditor, make_actor(Role.AUDIT_ADMIN, DISTRICT))
    assert other.get(reverse("portal:audit_download", args=[job.pk])).status_code == 404
    assert auditor.post(EXPORTS, {"since": today, "until": "2020-01-01"}).status_code == 422
    call_command("audit_export", str(tmp_path), "--since", today, verbosity=0)
    assert len(list(tmp_path.glob("audit_*"))) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["worker", "town", "district", "department", "system"])
def test_nobody_else_opens_a_page_of_the_audit_log(client, cast, who):
    sign_in(client, getattr(cast, who))
    pages = [LIST, EXPORTS, reverse("portal:audit_overview"), reverse("portal:audit_detail", args=[1])]
    assert {client.get(page).status_code for page in pages} == {403}
    assert client.post(SEEN_BY, {"resident": "1"}).status_code == 403


@pytest.mark.django_db
def test_without_the_audit_connection_the_page_says_what_is_missing(client, cast, monkeypatch):
    monkeypatch.setattr("portal.views.audit.is_readable", lambda: False)
    page = sign_in(client, make_actor(Role.AUDIT_ADMIN, DISTRICT)).get(f"{LIST}?{urlencode({'user': 'x'})}")
    assert "DATABASE_AUDIT_URL" in page.content.decode()
