"""Residents from Excel: checked whole, good rows kept or none, written in one step."""

import io
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.jobs import run_job
from accounts.models import Job
from accounts.scope import acting_as
from registry.handlers import MOST_TAKEN
from registry.importing import storing
from registry.models import Difference, ImportBatch, Person
from registry.rules.identity import sex_of
from registry.services import imports
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, EAST_GRID, WEST, make_id_number, make_person
from tests.registry.conftest import GUILAN_NUMBER
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db
HEADER = ["姓名", "身份证号码", "联系电话", "所属网格", "银行卡号"]


@pytest.fixture
def bring(cast):
    """Upload rows, confirm the proposed columns, run the check."""

    def brought(*rows, header=HEADER, actor=cast.worker, register="here"):
        data = workbook([header, *rows], name="居民")
        with acting_as(actor):
            batch = imports.begin_import(actor=actor, data=data, filename="花名册.xlsx")
            items = {column["letter"]: column["item"] for column in batch.layout["columns"] if column["item"]}
            imports.confirm_columns(actor=actor, pk=batch.pk, items=items, register=register)
        return checked(actor, batch)

    return brought


def checked(actor, batch):
    with acting_as(actor):
        run_job(ImportBatch.objects.get(pk=batch.pk).job_id)
        return ImportBatch.objects.select_related("job").get(pk=batch.pk)


def write(actor, batch):
    with acting_as(actor):
        imports.start_writing(actor=actor, pk=batch.pk)
    return checked(actor, batch)


def people(cast, **where):
    with acting_as(cast.town):
        return list(Person.objects.filter(**where))


def messages(batch):
    return [(error["row"], error["column"], error["message"]) for error in batch.errors]


def test_new_people_are_written_with_number_seal_pinyin_and_source(cast, bring, items):
    number = make_id_number(date(1950, 3, 1))
    batch = bring(["施新来", number, "13900000001", "东村第一网格", "6222000000000000001"])
    assert (batch.state, batch.good_count, batch.new_count, batch.error_count) == ("checked", 1, 1, 0)
    assert people(cast, name="施新来") == []
    done = write(cast.worker, batch)
    assert (done.state, done.new_count, done.file) == ("done", 1, None)
    (person,) = people(cast, name="施新来")
    assert (person.initials, person.birth_date, person.sex) == ("sxl", date(1950, 3, 1), sex_of(number))
    assert (person.area_code, person.registered_area_code) == (EAST_GRID, EAST)
    assert number not in person.id_number_sealed
    assert person.attributes["person.bank_account"].startswith("s")
    assert person.provenance["person.phone"]["s"] == "import"
    assert person.provenance["person.id_number"]["ix"] == bytes(person.id_number_index).hex()


def test_an_imported_person_is_edited_and_found_like_any_other(cast, bring, worker_client, items):
    number = make_id_number()
    write(cast.worker, bring(["施新来", number, "", "", ""]))
    answer = worker_client.post(reverse("registry:person_search"), {"q": number}, follow=True)
    assert answer.context["counts"].total == 1


def test_known_people_get_what_differs_and_nothing_else(cast, bring, village, fresh):
    batch = bring(["单桂兰", GUILAN_NUMBER, "13900000009", "", ""], ["单桂兰二", "", "", "", ""])
    assert (batch.new_count, batch.changed_count) == (1, 1)
    write(cast.worker, batch)
    person = fresh(village["guilan"])
    assert person.phone == "13900000009"
    assert set(person.provenance) == {"person.phone"}


def test_the_same_sheet_twice_changes_nobody(cast, bring, village, fresh):
    row = ["单桂兰", GUILAN_NUMBER, "13900000009", "", "6222000000000000001"]
    write(cast.worker, bring(row))
    before = fresh(village["guilan"])
    again = bring(row)
    assert (again.new_count, again.changed_count) == (0, 0)
    write(cast.worker, again)
    assert fresh(village["guilan"]).version == before.version


def test_every_error_names_row_and_column(cast, bring, village):
    same = make_id_number()
    wrong = same[:-1] + ("0" if same[-1] != "0" else "1")
    batch = bring(
        ["甲某", wrong, "", "", ""],
        ["", make_id_number(), "", "", ""],
        ["乙某", same, "1390000", "", ""],
        ["丙某", same, "", "西村第一网格", ""],
    )
    assert messages(batch) == [
        (2, "B", "“身份证号码”校验位不符,请对照证件核对后重新填写。"),
        (3, "A", "“姓名”没有填写,请补上姓名。"),
        (4, "C", "“联系电话”应为 11 位手机号码,或带区号的固定电话(如 021-69611234),请核对。"),
        (5, "B", "身份证号码与第 4 行相同,请核对后只留一行。"),
        (5, "D", "不是本村居的网格或微网格名称,请按网格名单改正,或清空这一格。"),
    ]
    assert (batch.good_count, batch.error_count) == (0, 5)


def test_the_good_rows_go_in_without_the_wrong_ones(cast, bring, items):
    batch = bring(["甲某", "310230", "", "", ""], ["乙某", make_id_number(), "", "", ""])
    write(cast.worker, batch)
    assert [person.name for person in people(cast)] == ["乙某"]


def test_none_go_in_when_the_worker_says_so(cast, bring, items):
    batch = bring(["乙某", make_id_number(), "", "", ""])
    with acting_as(cast.worker):
        imports.cancel_import(actor=cast.worker, pk=batch.pk)
        assert ImportBatch.objects.get(pk=batch.pk).file is None
    assert people(cast) == []


def test_a_number_out_of_sight_is_refused_like_one_that_was_closed_here(cast, bring, village):
    with acting_as(cast.town):
        hidden = make_id_number()
        make_person(WEST, name="别村人", id_number=hidden)
    batch = bring(["某人", hidden, "", "", ""])
    ((row, column, message),) = messages(batch)
    assert (row, column) == (2, "B")
    assert "已有登记" in message
    assert "别村" not in message


def test_someone_with_the_same_name_and_birthday_is_asked_about(cast, bring, items):
    with acting_as(cast.worker):
        make_person(EAST, name="张三", birth_date=date(1940, 1, 1))
    batch = bring(["张三", "1940-01-01"], header=["姓名", "出生日期"])
    assert "疑似重复" in messages(batch)[0][2]


def test_the_register_follows_the_type_of_residence(cast, bring, items):
    batch = bring(["本地人", "户籍人口"], ["外来人", "流动人口"], header=["姓名", "居住类型"], register="by_type")
    write(cast.worker, batch)
    assert {person.name: person.registered_area_code for person in people(cast)} == {"本地人": EAST, "外来人": 0}


def test_a_value_of_a_department_stays_and_a_difference_is_kept(cast, bring, village, fresh):
    from registry.changes import Change, Source, SourceKind, apply

    with acting_as(cast.worker):
        source = Source(SourceKind.DEPARTMENT, "区民政局", date(2026, 6, 1))
        change = Change(village["guilan"].pk, {"person.phone": "13900000001"})
        apply(actor=cast.worker, entity="person", changes=[change], source=source)
    write(cast.worker, bring(["单桂兰", GUILAN_NUMBER, "13900000009", "", ""]))
    assert fresh(village["guilan"]).phone == "13900000001"
    with acting_as(cast.worker):
        assert Difference.objects.get().offered == "13900000009"


def test_a_failure_in_the_middle_of_writing_leaves_nothing(cast, bring, items, monkeypatch):
    batch = bring(["甲某", make_id_number(), "", "", ""], ["乙某", make_id_number(), "", "", ""])

    def broken(**_):
        raise RuntimeError("power")

    monkeypatch.setattr(storing, "apply_query", broken)
    assert write(cast.worker, batch).state == "writing"
    assert people(cast) == []
    monkeypatch.undo()
    with acting_as(cast.worker):
        Job.objects.filter(pk=batch.job_id).update(lease_until="2026-01-01T00:00Z")
        Job.objects.filter(kind=imports.WRITE).update(state="waiting")
    assert checked(cast.worker, batch).state == "done"
    assert len(people(cast)) == 2


def test_a_message_delivered_twice_writes_once(cast, bring, items):
    batch = write(cast.worker, bring(["甲某", make_id_number(), "", "", ""]))
    Job.objects.filter(pk=batch.job_id).update(state="waiting")
    checked(cast.worker, batch)
    assert len(people(cast)) == 1


def test_the_pages_lead_from_the_file_to_the_result(cast, worker_client, items):
    data = workbook([HEADER, ["施新来", make_id_number(), "", "", ""], ["", make_id_number(), "", "", ""]], name="居民")
    file = io.BytesIO(data)
    file.name = "花名册.xlsx"
    page = worker_client.post(reverse("registry:person_import"), {"file": file})["Location"]
    form = worker_client.get(page).context["form"]
    given = {name: form[name].value() for name in form.fields}
    assert given["B"] == "person.id_number"
    worker_client.post(page, given)
    run_job(batch_of(cast, page).job_id)
    assert "只导入正确的 1 行" in worker_client.get(page).content.decode()
    errors = worker_client.get(f"{page}/errors")
    assert load_workbook(io.BytesIO(errors.content)).active["D2"].value == "“姓名”没有填写,请补上姓名。"
    with watching() as statements:
        worker_client.post(f"{page}/write")
        run_job(batch_of(cast, page).job_id)
    assert {"import.started", "import.written"} <= set(audited(statements))
    assert "施新来" in worker_client.get(page).content.decode()


def batch_of(cast, page):
    with acting_as(cast.worker):
        return ImportBatch.objects.get(pk=page.rpartition("/")[2])


def test_a_column_chosen_twice_is_refused(cast, worker_client, items):
    with acting_as(cast.worker):
        data = workbook([HEADER, ["施新来", "", "", "", ""]])
        batch = imports.begin_import(actor=cast.worker, data=data, filename="x.xlsx")
    given = {"A": "person.name", "B": "person.phone", "C": "person.phone", "register": "here"}
    answer = worker_client.post(reverse("registry:import_detail", args=[batch.pk]), given)
    assert answer.status_code == 422
    assert "选了两次" in answer.content.decode()


def test_a_file_that_is_no_excel_is_told_at_the_upload(worker_client, items):
    file = io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    file.name = "旧表.xlsx"
    answer = worker_client.post(reverse("registry:person_import"), {"file": file})
    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_a_sheet_about_something_else_is_refused(worker_client, items):
    file = io.BytesIO(workbook([["单位名称", "统一社会信用代码", "法定代表人"], ["小吃店", "", "张某"]]))
    file.name = "单位.xlsx"
    answer = worker_client.post(reverse("registry:person_import"), {"file": file})
    assert "不是人员名册" in answer.content.decode()


def test_a_grid_worker_does_not_import(client, cast, items):
    assert sign_in(client, cast.grid_worker).get(reverse("registry:person_import")).status_code == 403


def test_a_list_of_numbers_to_feel_around_with_is_refused_whole(cast, bring, village):
    with acting_as(cast.town):
        numbers = [make_id_number() for _ in range(MOST_TAKEN + 1)]
        for number in numbers:
            make_person(WEST, name="别村人", id_number=number)
    batch = bring(*(["某人", number, "", "", ""] for number in numbers))
    assert (batch.state, batch.file) == ("refused", None)
    assert [error["row"] for error in batch.errors] == [0]


def test_a_writing_that_gave_up_can_be_started_again_or_given_up(cast, bring, worker_client, items):
    batch = bring(["甲某", make_id_number(), "", "", ""])
    with acting_as(cast.worker):
        job = imports.start_writing(actor=cast.worker, pk=batch.pk).job
        Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, message="停了")
    page = reverse("registry:import_detail", args=[batch.pk])
    assert "再试一次" in worker_client.get(page).content.decode()
    worker_client.post(f"{page}/write")
    assert checked(cast.worker, batch).state == "done"


def test_a_month_of_birth_takes_its_day_from_the_id_number(cast, bring, items):
    number = make_id_number(date(1950, 3, 8))
    header = ["姓名", "身份证号码", "出生年月"]
    batch = bring(["施新来", number, "1950年3月"], header=header)
    assert (batch.good_count, batch.error_count) == (1, 0)
    write(cast.worker, batch)
    assert people(cast, name="施新来")[0].birth_date == date(1950, 3, 8)


def test_a_month_of_birth_is_refused_where_no_id_number_agrees(cast, bring, items):
    header = ["姓名", "身份证号码", "出生年月"]
    batch = bring(["甲某", make_id_number(date(1950, 3, 8)), "1950.04"], ["乙某", "", "1950-03"], header=header)
    assert batch.good_count == 0
    (_, _, contradicts), (_, _, no_day) = messages(batch)
    assert "与身份证号码不符" in contradicts
    assert "只写了年月" in no_day


def test_what_is_not_imported_is_named_before_it_is_written(cast, bring, worker_client, items):
    batch = bring(["施新来", "3 室 1 厅"], header=["姓名", "户型"])
    page = worker_client.get(reverse("registry:import_detail", args=[batch.pk])).content.decode()
    assert "不导入的列:B 列“户型”" in page


def test_a_column_chosen_by_hand_is_read_in_the_unit_of_its_header(cast, items):
    data = workbook([["姓名", "全部进项(万元)"], ["施新来", 3.5]], name="居民")
    with acting_as(cast.worker):
        batch = imports.begin_import(actor=cast.worker, data=data, filename="花名册.xlsx")
        chosen = {"A": "person.name", "B": "person.annual_income"}
        imports.confirm_columns(actor=cast.worker, pk=batch.pk, items=chosen, register="here")
    write(cast.worker, checked(cast.worker, batch))
    assert people(cast, name="施新来")[0].attributes["person.annual_income"] == "35000"
