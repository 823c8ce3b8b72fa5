"""Nobody learns who reported: not the department, not who is named, not the database, not a log, not by the clock."""

import io
import json
import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils.timezone import localdate
from PIL import Image

from accounts.errors import NotFound
from accounts.models import Post, Spending
from accounts.roles import Role
from accounts.scope import acting_as
from portal.complaints.rules import Action
from portal.complaints.secrecy import make_ticket
from portal.models import Complaint
from portal.selectors.complaints import get_at_desk, get_inquiry, list_at_desk, list_own
from portal.services.complaints.desk import open_reporter_of
from portal.services.complaints.nightly import record_reporters_steps
from portal.services.complaints.reporting import NoDesk
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, TOWN, make_actor
from tests.portal.complaining import department_of, file, handed, step
from tests.registry.test_take_evidence import pdf, photo

pytestmark = pytest.mark.django_db
TABLES = ("complaint", "complaintstep", "complaintname", "complaintevidence")
TIME = re.compile(r"\d\d:\d\d")
WORDS = "南门的群里每天催三次"


@pytest.fixture
def officer(cast):
    return make_actor(Role.DISCIPLINE, DISTRICT, name="韩松")


def everything_stored():
    """All rows of all tables of complaints, as whoever administers the database reads them."""
    with connection.cursor() as cursor:
        rows = []
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM portal_{table} t")
            rows += [text for (text,) in cursor.fetchall()]
    return "\n".join(rows)


@pytest.mark.parametrize("named", [False, True])
def test_the_tables_tell_neither_who_nor_what_nor_when(cast, officer, named):
    complaint = file(cast.worker, text=WORDS, names=["张敏"], files=[photo()], named=named)
    stored = everything_stored()
    for secret in (WORDS, "张敏", cast.worker.name, "东村"):
        assert secret not in stored
    rows = [json.loads(line) for line in stored.splitlines()]
    numbers = {value for row in rows for value in row.values() if isinstance(value, int)}
    assert not numbers & {cast.worker.user_id, cast.worker.post_id, cast.worker.area_code}
    assert [one.at for one in complaint.steps.all()] == [None]
    assert [one["at"] for one in rows if "at" in one] == [None]
    assert not [key for row in rows for key, value in row.items() if isinstance(value, str) and TIME.search(value)]


def test_an_anonymous_row_keeps_nothing_of_who_it_was(cast, officer):
    complaint = file(cast.worker)
    assert (complaint.reporter_mark, complaint.sealed_reporter) == (None, "")
    assert not list_own(actor=cast.worker)
    with acting_as(officer), pytest.raises(NotFound):
        open_reporter_of(actor=officer, pk=complaint.pk, reason="核实")


def test_neither_the_audit_log_nor_the_request_log_nor_a_limit_says_who_came(cast, officer, client, caplog):
    sign_in(client, cast.worker)
    before = set(Spending.objects.values_list("what", flat=True))
    given = {"ticket": make_ticket(), "category": "other", "text": WORDS, "naming": "anonymous"}
    with watching() as statements, caplog.at_level(logging.INFO, logger="portal.request"):
        client.get(reverse("portal:complaint_new"))
        code = client.post(reverse("portal:complaint_new"), given).context["code"]
        client.post(reverse("portal:complaint_mine"), {"code": code})
        client.post(reverse("portal:complaint_follow_up"), {"code": code, "step": "withdraw", "seen": "1"})
    assert Complaint.objects.get().state == "withdrawn"
    assert [one for one in audited(statements) if one.startswith("complaint")] == []
    lines = [one for one in caplog.records if str(getattr(one, "view", "")).startswith("portal:complaint_")]
    assert len(lines) == 4
    assert {one.post for one in lines} == {None}
    assert set(Spending.objects.values_list("what", flat=True)) - before <= {"search"}


def test_a_refusal_at_the_pages_of_a_reporter_names_nobody(cast, officer, client, settings):
    settings.LIMITS = settings.LIMITS | {"search": (1, 60)}
    sign_in(client, cast.worker)
    url = reverse("portal:complaint_mine")
    client.post(url, {"code": "nothing"})
    with watching() as statements:
        assert client.post(url, {"code": "nothing"}).status_code == 429
    (line,) = [one for one in statements if "accounts_auditentry" in one and "access.refused" in one]
    values = line.partition("VALUES")[2]
    assert f", {cast.worker.user_id}, {cast.worker.post_id}, 'access.refused'" not in values
    assert "NULL, NULL, 'access.refused'" in values
    assert "127.0.0.1" not in values


def test_the_audit_lines_of_reporters_are_written_the_night_after_without_anybody(cast, officer, monkeypatch):
    complaint = file(cast.worker, named=True)
    assert record_reporters_steps() == 0
    tomorrow = localdate() + timedelta(days=1)
    monkeypatch.setattr("portal.services.complaints.nightly.localdate", lambda: tomorrow)
    with watching() as statements:
        assert record_reporters_steps() == 1
        assert record_reporters_steps() == 0
    (line,) = [one for one in statements if "complaint.filed" in one]
    assert f'"subject": {complaint.pk}' in line
    assert "NULL, NULL, 'complaint.filed'" in line


def test_the_camera_stays_behind_and_a_pdf_is_not_taken(cast, officer, client):
    complaint = file(cast.worker, files=[photo()])
    evidence = complaint.evidence.get()
    page = sign_in(client, officer).get(reverse("portal:discipline_evidence", args=[complaint.pk, evidence.pk]))
    assert not Image.open(io.BytesIO(page.content)).getexif()
    assert b"maker of the camera" not in page.content
    sign_in(client, cast.worker)
    upload = io.BytesIO(pdf())
    upload.name = "证据.pdf"
    given = {"ticket": make_ticket(), "category": "other", "text": WORDS, "naming": "anonymous", "evidence": upload}
    assert client.post(reverse("portal:complaint_new"), given).status_code == 422


def test_a_small_town_is_not_named(cast, officer):
    assert file(cast.worker).area_id == DISTRICT
    for _ in range(10):
        make_actor(Role.COMMUNITY_WORKER, TOWN + 10**6)
    assert file(cast.worker).area_id == TOWN
    assert file(cast.district).area_id == DISTRICT


def test_the_department_reads_the_words_of_the_office_and_only_photos_handed_over(cast, officer, client):
    complaint = file(cast.worker, text=WORDS, files=[photo(), photo()], named=True)
    kept, given = complaint.evidence.order_by("pk")
    step(officer, complaint, Action.HAND, department=department_of(cast.department), note="请核实", evidence=[given.pk])
    told = get_inquiry(actor=cast.department, pk=complaint.pk)
    assert (told.words, told.handed_text, [one.pk for one in told.evidence]) == ("", "请核实", [given.pk])
    page = sign_in(client, cast.department).get(reverse("portal:inquiry_detail", args=[complaint.pk])).content.decode()
    for secret in (WORDS, cast.worker.name, "东村"):
        assert secret not in page
    for pk, status in ((given.pk, 200), (kept.pk, 404)):
        assert client.get(reverse("portal:inquiry_evidence", args=[complaint.pk, pk])).status_code == status


def test_nobody_named_in_it_sees_it_at_the_desk_or_in_the_department(cast, officer):
    other = make_actor(Role.DISCIPLINE, DISTRICT, name="孟瑶")
    complaint = file(cast.worker, names=["韩 松", "张敏"])
    assert not list_at_desk(actor=officer).exists()
    with pytest.raises(NotFound):
        get_at_desk(actor=officer, pk=complaint.pk)
    step(other, complaint, Action.HAND, department=department_of(cast.department), note="请核实")
    with pytest.raises(NotFound):
        get_inquiry(actor=cast.department, pk=complaint.pk)
    colleague = make_actor(Role.DEPARTMENT_STAFF, DISTRICT, name="刘军", department=department_of(cast.department))
    assert get_inquiry(actor=colleague, pk=complaint.pk).handed_text == "请核实"


def test_an_officer_with_a_post_in_the_department_or_who_reported_steps_aside(cast, officer):
    make_actor(Role.DISCIPLINE, DISTRICT, name="孟瑶")
    Post.objects.create(
        user_id=officer.user_id, role=Role.DEPARTMENT_STAFF, area_id=DISTRICT, department=department_of(cast.department)
    )
    about = file(cast.worker, department=department_of(cast.department))
    free = file(cast.worker)
    assert list(list_at_desk(actor=officer)) == [free]
    with pytest.raises(NotFound):
        get_at_desk(actor=officer, pk=about.pk)


def test_where_everybody_at_the_desk_is_named_the_reporter_is_told_at_once(cast, officer):
    with pytest.raises(NoDesk):
        file(cast.worker, names=["韩松"])
    assert not Complaint.objects.exists()


def test_a_name_is_opened_for_a_reason_after_a_fresh_second_factor_and_the_reporter_reads_it(cast, officer, client):
    complaint = file(cast.worker, named=True)
    url = reverse("portal:discipline_reporter", args=[complaint.pk])
    sign_in(client, officer, second_factor=False)
    assert client.get(url).status_code == 302
    sign_in(client, officer)
    assert cast.worker.name not in client.get(reverse("portal:discipline_detail", args=[complaint.pk])).content.decode()
    assert client.post(url, {"reason": " "}).status_code == 422
    with watching() as statements:
        assert cast.worker.name in client.post(url, {"reason": "当面核实"}).content.decode()
    assert "complaint.reporter_opened" in audited(statements)
    (told,) = list_own(actor=cast.worker)
    assert (told.steps[-1].label, told.steps[-1].note) == ("查看举报人身份", "当面核实")
    anonymous = file(cast.worker)
    assert client.get(reverse("portal:discipline_reporter", args=[anonymous.pk])).status_code == 404


def test_a_code_of_another_leads_nowhere_and_a_colleague_does_not_see_it(cast, officer, client):
    complaint = file(cast.worker, code="abcd-efgh-jkmn", named=True)
    sign_in(client, cast.colleague)
    url = reverse("portal:complaint_follow_up")
    for given in ({"code": "abcd-efgh-jkmp"}, {"pk": complaint.pk}, {}):
        assert client.post(url, given | {"step": "withdraw", "seen": "1"}).status_code == 422
    complaint.refresh_from_db()
    assert complaint.state == "filed"
    assert not list_own(actor=cast.colleague)


def test_the_trace_cannot_be_changed(cast, officer):
    handed(cast.worker, officer, cast.department)
    for statement in ("UPDATE portal_complaintstep SET action = 'x'", "DELETE FROM portal_complaintstep"):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT tried")
            with pytest.raises(Exception, match="permission denied"):
                cursor.execute(statement)
            cursor.execute("ROLLBACK TO SAVEPOINT tried")
