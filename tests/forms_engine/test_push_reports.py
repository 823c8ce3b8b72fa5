"""An accepted report goes to the department's own system: as JSON in its words, or as its own Excel in a folder."""

import io

import pytest
from django.urls import reverse
from django.utils.timezone import now
from openpyxl import load_workbook

from accounts.models import Department, Post
from accounts.scope import acting_as
from accounts.sealing import seal
from data_return.models import Channel, PushFlow, PushMessage, PushTarget
from data_return.push.queue import work_off
from forms_engine.models import FormVersion, Report, ReportRow
from forms_engine.push_topic import REPORT
from forms_engine.services.review import accept_report, accept_reports
from registry.changes import seal_values
from tests.departments.json_server import ledger_server
from tests.departments.sftp_server import PASSWORD, USER, sftp_server
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_id_number
from tests.forms_engine.exporting import TEMPLATES
from tests.forms_engine.giving import grant

pytestmark = pytest.mark.django_db
NUMBER = make_id_number()
FIELDS = [
    {"key": "person.name", "name": "xm"},
    {"key": "person.id_number", "name": "sfzh"},
    {"key": "person.age", "name": "nl"},
    {"key": "asked:是否愿意上门", "name": "sm", "values": {"愿意": "1"}},
]
MAPPING = {"head": {"message": "id_key", "area_code": "qh", "period": "qc"}, "rows": "mx", "fields": FIELDS}


@pytest.fixture
def waiting(cast, form, sent, roster):
    """Both reports handed in; one person's number known and one answer given; the form has a purpose and a workbook."""
    FormVersion.objects.filter(pk=form.pk).update(
        workbook=(TEMPLATES / "01_高龄津贴发放花名册.xlsx").read_bytes(),
        layout={"sheet": "Sheet1", "first_data_row": 4, "last_data_row": 8, "skipped_rows": []},
        purpose="发放高龄津贴",
    )
    grant(cast.department, form.template)
    sealed = seal_values({"person.id_number": NUMBER})[0]["person.id_number"]
    with acting_as(cast.town):
        row = ReportRow.objects.get(subject_id=roster["grid"].pk, report__dispatch=sent)
        ReportRow.objects.filter(pk=row.pk).update(values=row.values | {"D": sealed, "O": "愿意"})
        Report.objects.filter(dispatch=sent).update(state=Report.State.SUBMITTED, submitted_at=now())
        return list(Report.objects.filter(dispatch=sent).order_by("area_code"))


def target_of(cast, form, kind, address, secrets="", **fields) -> PushTarget:
    staff = cast.department
    channel = Channel.objects.create(
        department=Department.objects.get(pk=staff.department_id), name=kind, kind=kind, address=address,
        secrets=secrets, per_minute=6000, created_by_id=staff.post_id,
    )  # fmt: skip
    target = PushTarget.objects.create(
        channel=channel, name="民政系统", is_on=True, created_by_id=staff.post_id, **fields
    )
    PushFlow.objects.create(
        target=target, topic=REPORT, source_id=form.template_id, is_on=True, post_id=staff.post_id, mapping=MAPPING
    )
    return target


@pytest.fixture
def ledger(tmp_path, settings):
    with ledger_server(tmp_path) as server:
        settings.OUTBOUND_HOSTS = [server.url]
        yield server


@pytest.fixture
def target(cast, form, ledger):
    address = {"base": ledger.url, "charset": "utf-8", "login": "none", "token_url": ""}
    return target_of(cast, form, "http", address, path="reports", answer={"number": "id"})


def accept(cast, report):
    with acting_as(cast.town):
        accept_report(actor=cast.town, report=report)


def only(cast) -> PushMessage:
    with acting_as(cast.department):
        return PushMessage.objects.get()


def test_an_accepted_report_arrives_in_the_words_of_the_system(cast, target, waiting, ledger):
    accept(cast, waiting[0])
    assert work_off(target.pk) == 1
    (report,) = ledger.rows()
    assert report["qh"] == str(EAST // 10**6)
    assert report["qc"] == "2026 年第四季度"
    assert report["id_key"] == str(only(cast).key)
    rows = {row["xm"]: row for row in report["mx"]}
    assert set(rows) == {"阿卜杜热合曼·买买提", "施桂兰"}
    assert rows["施桂兰"] == {"xm": "施桂兰", "sfzh": NUMBER, "nl": rows["施桂兰"]["nl"], "sm": "1"}
    assert isinstance(rows["施桂兰"]["nl"], int)
    assert rows["阿卜杜热合曼·买买提"]["sfzh"] is None


def test_the_outbox_keeps_nobody_at_rest(cast, target, waiting):
    accept(cast, waiting[0])
    with acting_as(cast.department):
        kept = str(PushMessage.objects.values().get())
    assert "施桂兰" not in kept
    assert NUMBER not in kept
    assert "13900002207" not in kept


def test_without_a_purpose_a_number_leaves_behind_the_mask(cast, form, target, waiting, ledger):
    FormVersion.objects.filter(pk=form.pk).update(purpose="")
    accept(cast, waiting[0])
    work_off(target.pk)
    assert NUMBER not in str(ledger.rows())
    assert f"{NUMBER[:6]}********" in str(ledger.rows())


def test_several_reports_are_put_in_together_in_their_order(cast, target, waiting, ledger):
    with acting_as(cast.town):
        accept_reports(actor=cast.town, reports=waiting[::-1])
    assert work_off(target.pk) == 2
    assert [row["qh"] for row in ledger.rows()] == [str(report.area_code // 10**6) for report in waiting]


def test_accepting_costs_one_query_more_where_nothing_is_pushed(cast, form, waiting):
    with watching() as statements:
        accept(cast, waiting[0])
    assert [one for one in statements if "data_return_push" in one and "SELECT" in one.split("FROM")[0]] != []
    assert len([one for one in statements if "data_return_push" in one]) == 1


def test_a_lost_permission_to_collect_sends_nothing(cast, form, target, waiting, ledger):
    grant(cast.department, form.template, remove=True)
    accept(cast, waiting[0])
    work_off(target.pk)
    assert ledger.rows() == []
    assert (only(cast).state, "授权" in only(cast).words) == ("refused", True)


def test_a_post_that_does_not_cover_the_village_sends_nothing(cast, target, waiting, ledger):
    Post.objects.filter(pk=cast.department.post_id).update(area_id=waiting[1].area_code)
    accept(cast, waiting[0])
    work_off(target.pk)
    assert ledger.rows() == []
    assert only(cast).state == "refused"


def test_whom_it_tells_of_stands_in_the_audit_log(cast, target, waiting, roster):
    accept(cast, waiting[0])
    with watching() as statements:
        work_off(target.pk)
    assert audited(statements) == ["push.sent", "push.received"]
    line = next(one for one in statements if "'push.sent'" in one)
    assert str(roster["grid"].pk) in line
    assert "registry.person" in line


def test_the_worker_sees_what_became_of_it(client, cast, target, waiting):
    accept(cast, waiting[0])
    sign_in(client, cast.worker)
    url = reverse("forms_engine:report_fill", args=[waiting[0].pk])
    assert "正在送" in client.get(url).content.decode()
    work_off(target.pk)
    page = client.get(url).content.decode()
    assert "民政系统" in page
    assert "对方已收,回执 1" in page
    sign_in(client, cast.town)
    assert "回执 1" in client.get(reverse("forms_engine:report_review", args=[waiting[0].pk])).content.decode()


def test_the_worker_reads_why_it_was_refused(client, cast, target, waiting):
    accept(cast, waiting[0])
    with acting_as(cast.department):
        said = seal("data_return.push_answer", "备案号不存在")
        PushMessage.objects.update(state="refused", fault="refused", said=said)
    sign_in(client, cast.worker)
    page = client.get(reverse("forms_engine:report_fill", args=[waiting[0].pk])).content.decode()
    assert "对方的说明:备案号不存在" in page


def sheet(data: bytes):
    return load_workbook(io.BytesIO(data)).active


def test_it_lies_as_the_departments_own_excel_in_a_folder(cast, form, waiting, settings, tmp_path):
    settings.EXCHANGE_FOLDER = str(tmp_path)
    (tmp_path / str(cast.department.department_id) / "津贴").mkdir(parents=True)
    target = target_of(cast, form, "folder", {"folder": "津贴"})
    accept(cast, waiting[0])
    assert work_off(target.pk) == 1
    (file,) = (tmp_path / str(cast.department.department_id) / "津贴").iterdir()
    assert file.name == f"高龄津贴发放花名册_2026 年第四季度_东村_{str(only(cast).key)[:8]}.xlsx"
    written = sheet(file.read_bytes())
    assert "高龄津贴" in written["A1"].value
    assert [written.cell(row, 2).value for row in (4, 5)] == ["阿卜杜热合曼·买买提", "施桂兰"]
    assert written["D5"].value == NUMBER


def test_it_lies_on_a_file_server_once_however_often_it_is_sent(cast, form, waiting, settings, tmp_path):
    with sftp_server(tmp_path) as server:
        settings.OUTBOUND_HOSTS = [f"sftp://127.0.0.1:{server.port}"]
        address = {
            "host": "127.0.0.1", "port": server.port, "fingerprint": server.fingerprint, "user": USER, "folder": ".",
        }  # fmt: skip
        secrets = seal("data_return.channel_secrets", f'{{"password": "{PASSWORD}"}}')
        target = target_of(cast, form, "sftp", address, secrets)
        accept(cast, waiting[0])
        assert work_off(target.pk) == 1
        with acting_as(cast.department):
            PushMessage.objects.update(state="waiting")
        assert work_off(target.pk) == 1
    (file,) = tmp_path.iterdir()
    assert sheet(file.read_bytes())["B5"].value == "施桂兰"
