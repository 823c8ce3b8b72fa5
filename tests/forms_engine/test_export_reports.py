"""From accepted reports to a downloaded file: who may, what is in it, how long it stays."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from accounts.errors import NotFound
from accounts.jobs import run_job
from accounts.models import Job
from accounts.roles import Role
from accounts.scope import acting_as, whole_tree
from forms_engine.export.file_format import FileFormat
from forms_engine.models import Export, FormVersion, Report, ReportRow
from forms_engine.selectors.dispatches import get_dispatch
from forms_engine.selectors.exports import get_export
from forms_engine.services.give import NothingToExport, remove_expired_exports, start_export
from forms_engine.tasks import remove_expired_exports_task
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, TOWN, WEST, make_actor, make_id_number
from tests.forms_engine.exporting import TEMPLATES, opened
from tests.forms_engine.giving import collect, grant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def given(cast, form, sent):
    """東村 accepted, 西村 handed in; the form was admitted with a purpose, and brought as an Excel."""
    name = "01_高龄津贴发放花名册.xlsx"
    FormVersion.objects.filter(pk=form.pk).update(
        workbook=(TEMPLATES / name).read_bytes(),
        layout={"sheet": "Sheet1", "first_data_row": 4, "last_data_row": 8, "skipped_rows": []},
        purpose="发放高龄津贴",
    )
    grant(cast.department, form.template)
    with acting_as(cast.town):
        Report.objects.filter(dispatch=sent, area_code=EAST).update(state=Report.State.ACCEPTED)
        Report.objects.filter(dispatch=sent, area_code=WEST).update(state=Report.State.SUBMITTED)
    return sent


def exported(actor, dispatch, **options):
    """The finished export."""
    with acting_as(actor):
        export = start_export(actor=actor, dispatch=dispatch, **options)
    run_job(export.job_id)
    export.refresh_from_db()
    export.job.refresh_from_db()
    assert export.job.state == Job.State.DONE, export.job.message
    return export


def sheet_of(export):
    with export.file.open() as file:
        return opened(file.read()).active


def names_in(sheet):
    return [sheet.cell(row, 2).value for row in range(4, sheet.max_row)]


def test_only_accepted_reports_are_exported_unless_asked_otherwise(cast, given):
    assert names_in(sheet_of(exported(cast.department, given))) == ["阿卜杜热合曼·买买提", "施桂兰"]
    both = exported(cast.department, given, unreviewed=True)
    assert names_in(sheet_of(both)) == ["阿卜杜热合曼·买买提", "施桂兰", "沈阿妹"]
    assert both.filename == "高龄津贴发放花名册_2026 年第四季度_含未审核.xlsx"


def test_the_running_number_goes_over_all_communities_and_removed_rows_stay_out(cast, given):
    with acting_as(cast.town):
        ReportRow.objects.filter(report__area_code=EAST, position=1).update(state=ReportRow.State.REMOVED)
    sheet = sheet_of(exported(cast.department, given, unreviewed=True))
    assert names_in(sheet) == ["施桂兰", "沈阿妹"]


def test_a_sealed_number_is_opened_only_for_an_approved_purpose(cast, given, roster):
    number = make_id_number()
    with acting_as(cast.town):
        from registry.changes import seal_values

        sealed = seal_values({"person.id_number": number})[0]["person.id_number"]
        row = ReportRow.objects.get(subject_id=roster["grid"].pk, report__dispatch=given)
        ReportRow.objects.filter(pk=row.pk).update(values=row.values | {"D": sealed})
    assert sheet_of(exported(cast.department, given))["D5"].value == number
    FormVersion.objects.filter(pk=given.version_id).update(purpose="")
    masked = sheet_of(exported(cast.department, given))
    assert masked["D5"].value == number[:6] + "********" + number[14:]
    assert masked["H5"].value != "13900002207"


def test_codes_and_yes_no_read_as_people_write_them(cast, given, roster):
    column = given.version.columns.get(letter="O")
    column.type = "boolean"
    column.save()
    with acting_as(cast.town):
        row = ReportRow.objects.get(subject_id=roster["grid"].pk, report__dispatch=given)
        ReportRow.objects.filter(pk=row.pk).update(values=row.values | {"O": True})
    assert sheet_of(exported(cast.department, given))["O5"].value == "是"


def test_csv_has_the_headers_and_the_same_rows(cast, given):
    export = exported(cast.department, given, file_format=FileFormat.CSV)
    with export.file.open() as file:
        lines = file.read().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("姓名,公民身份号码,年龄")
    assert [line.split(",")[0] for line in lines[1:]] == ["阿卜杜热合曼·买买提", "施桂兰"]


def test_the_workbook_says_who_took_it_and_under_which_number(cast, given):
    export = exported(cast.department, given)
    sheet = sheet_of(export)
    assert "区民政局 张敏" in sheet.oddFooter.left.text
    assert sheet.oddFooter.left.text.endswith(f"编号 {export.pk}")


def test_nothing_accepted_yet_says_what_to_do(cast, given):
    with acting_as(cast.town):
        Report.objects.filter(dispatch=given).update(state=Report.State.SUBMITTED)
    with acting_as(cast.department), pytest.raises(NothingToExport, match="包括未审核的"):
        start_export(actor=cast.department, dispatch=given)


def test_asking_twice_makes_one_file(cast, given):
    with acting_as(cast.department):
        first = start_export(actor=cast.department, dispatch=given)
        assert start_export(actor=cast.department, dispatch=given) == first
        assert start_export(actor=cast.department, dispatch=given, unreviewed=True) != first


def test_a_job_that_starts_anew_writes_the_whole_file_anew(cast, given):
    with acting_as(cast.department):
        export = start_export(actor=cast.department, dispatch=given)
    with acting_as(cast.department):
        steps = collect(cast.department, export)
        next(steps)
        steps.close()
    run_job(export.job_id)
    export.refresh_from_db()
    assert len(names_in(sheet_of(export))) == 2


def test_reports_that_change_meanwhile_are_written_again(cast, given):
    with acting_as(cast.department):
        export = start_export(actor=cast.department, dispatch=given)
        steps = collect(cast.department, export)
        next(steps)
    with acting_as(cast.town):
        Report.objects.filter(dispatch=given, area_code=WEST).update(state=Report.State.ACCEPTED)
        ReportRow.objects.filter(report__area_code=EAST, position=1).update(state=ReportRow.State.REMOVED)
        ReportRow.objects.filter(report__area_code=EAST, position=2).update(state=ReportRow.State.REMOVED)
    with acting_as(cast.department):
        for _ in steps:
            pass
    export.refresh_from_db()
    assert names_in(sheet_of(export)) == ["沈阿妹"]


def test_a_town_office_gets_the_rows_of_its_own_area_only(cast, given):
    office = make_actor(Role.DEPARTMENT_STAFF, WEST, name="王五", department=_department(cast))
    assert names_in(sheet_of(exported(office, given, unreviewed=True))) == ["沈阿妹"]


def test_a_colleague_with_a_smaller_area_does_not_get_the_districts_file(cast, given):
    export = exported(cast.department, given)
    town = make_actor(Role.DEPARTMENT_STAFF, TOWN, name="王五", department=_department(cast))
    with acting_as(town), pytest.raises(NotFound):
        get_export(actor=town, pk=export.pk)
    colleague = make_actor(Role.DEPARTMENT_STAFF, DISTRICT, name="赵六", department=_department(cast))
    with acting_as(colleague):
        assert get_export(actor=colleague, pk=export.pk) == export


def test_another_department_gets_404_everywhere(cast, given, client):
    export = exported(cast.department, given)
    sign_in(client, cast.other_department)
    urls = [
        reverse("forms_engine:export_start", args=[given.pk]),
        reverse("forms_engine:aggregate", args=[given.pk]),
        reverse("forms_engine:export_download", args=[export.pk]),
    ]
    assert [client.get(url).status_code for url in urls] == [404, 404, 404]
    assert client.post(urls[0], {"file_format": "xlsx"}).status_code == 404
    with acting_as(cast.other_department), pytest.raises(NotFound):
        get_dispatch(actor=cast.other_department, pk=given.pk)


@pytest.mark.parametrize("role", ["worker", "town", "district", "system"])
def test_only_departments_may_export(cast, given, client, role):
    sign_in(client, getattr(cast, role))
    assert client.get(reverse("forms_engine:export_start", args=[given.pk])).status_code == 403


def test_the_page_starts_an_export_and_offers_it(cast, given, client):
    sign_in(client, cast.department)
    url = reverse("forms_engine:export_start", args=[given.pk])
    assert client.post(url, {"file_format": "xlsx", "unreviewed": "on"}).status_code == 302
    export = Export.objects.get()
    assert "排队中" in client.get(url).content.decode()
    run_job(export.job_id)
    page = client.get(url).content.decode()
    assert reverse("forms_engine:export_download", args=[export.pk]) in page
    assert "含未审核" in page


def test_a_refused_format_changes_nothing(cast, given, client):
    sign_in(client, cast.department)
    assert client.post(reverse("forms_engine:export_start", args=[given.pk]), {"file_format": "exe"}).status_code == 422
    assert not Export.objects.exists()


def test_the_download_is_named_in_chinese_never_cached_and_audited(cast, given, client):
    with watching() as statements:
        export = exported(cast.department, given)
        sign_in(client, cast.department)
        response = client.get(reverse("forms_engine:export_download", args=[export.pk]))
    assert opened(b"".join(response)).active["B5"].value == "施桂兰"
    assert f"filename*=utf-8''{quote(export.filename)}" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    steps = ["export.started", "export.rows_taken", "export.finished", "export.downloaded"]
    assert audited(statements) == steps


def test_a_withdrawn_grant_closes_the_download(cast, given, client):
    export = exported(cast.department, given)
    grant(cast.department, given.version.template, remove=True)
    sign_in(client, cast.department)
    assert client.get(reverse("forms_engine:export_download", args=[export.pk])).status_code == 404


def test_an_expired_file_is_gone_from_page_and_disk(cast, given, client, media):
    export = exported(cast.department, given)
    Export.objects.update(expires_at=now() - timedelta(minutes=1))
    sign_in(client, cast.department)
    assert client.get(reverse("forms_engine:export_download", args=[export.pk])).status_code == 404
    remove_expired_exports_task()
    assert not list((media / "exports").iterdir())
    assert "已过期删除" in client.get(reverse("forms_engine:export_start", args=[given.pk])).content.decode()
    assert remove_expired_exports() == 0


def test_a_file_that_lost_its_row_is_swept_after_a_week(cast, given, monkeypatch):
    storage = Export._meta.get_field("file").storage
    storage.save("exports/lost.xlsx", ContentFile(b"x"))
    assert remove_expired_exports() == 0
    monkeypatch.setattr(storage, "get_modified_time", lambda name: now() - timedelta(days=8))
    assert remove_expired_exports() == 1
    assert not storage.exists("exports/lost.xlsx")


def test_without_a_scope_an_export_finds_no_report(cast, given):
    with acting_as(cast.system), pytest.raises(NotFound):
        get_dispatch(actor=cast.system, pk=given.pk)
    assert Report.objects.count() == 0
    with whole_tree(reason="test"):
        assert Report.objects.count() == 2


def test_the_page_costs_a_fixed_number_of_queries(cast, given, client):
    sign_in(client, cast.department)
    url = reverse("forms_engine:export_start", args=[given.pk])
    client.get(url)
    counts = []
    for _ in range(2):
        exported(cast.department, given)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def _department(cast):
    from accounts.models import Department

    return Department.objects.get(pk=cast.department.department_id)
