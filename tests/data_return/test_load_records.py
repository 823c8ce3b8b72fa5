"""Records come as the department's own Excel: checked by row, matched, written once, seen by nobody without a grant."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils.timezone import localdate, now

from accounts.jobs import run_job
from accounts.scope import acting_as, limited_to
from data_return.models import Dataset, DatasetLoad, ReturnedRecord
from data_return.reading import ColumnsMissing
from data_return.services.loading import NotPublished, start_load
from data_return.sight import reading_of
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_dataset, make_id_number, make_person
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db
HEAD = ["身份证号码", "姓名", "联系电话"]
DAY = date(2026, 11, 1)


def load(officer, dataset, rows, *, on=DAY, head=HEAD):
    """The file worked off."""
    with acting_as(officer):
        brought = start_load(
            actor=officer, dataset=dataset, data=workbook([head, *rows]), filename="名单.xlsx", observed_on=on
        )
    run_job(brought.job_id)
    with acting_as(officer):
        return DatasetLoad.objects.visible_to(officer).get(pk=brought.pk)


def records(officer):
    with acting_as(officer):
        return list(ReturnedRecord.objects.visible_to(officer).order_by("pk"))


def test_a_record_is_matched_sealed_and_counted(cast, officers, dataset):
    number, stranger = make_id_number(), make_id_number()
    with acting_as(cast.worker):
        person = make_person(EAST, id_number=number)
    done = load(officers.disabled, dataset, [[number, "张三", "13900000001"], [stranger, "李四", None]])
    assert (done.row_count, done.written_count, done.error_count, done.file) == (2, 2, 0, None)
    known, unknown = sorted(records(officers.disabled), key=lambda one: one.person_id is None)
    assert (known.person_id, known.area_code) == (person.pk, EAST)
    assert (unknown.person_id, unknown.area_code) == (None, officers.disabled.area_code)
    assert number not in str(known.values) + known.source_key
    assert known.values["person.phone"] == "13900000001"
    dataset.refresh_from_db()
    filled = {"person.id_number": 2, "person.name": 2, "person.phone": 1}
    assert dataset.quality == {"rows": 2, "matched": 1, "filled": filled}


def test_the_same_file_twice_changes_nothing(officers, dataset):
    rows = [[make_id_number(), "张三", "13900000001"], [make_id_number(), "李四", "13900000002"]]
    load(officers.disabled, dataset, rows)
    before = [(one.pk, one.values, one.received_at) for one in records(officers.disabled)]
    assert load(officers.disabled, dataset, rows).written_count == 0
    assert [(one.pk, one.values, one.received_at) for one in records(officers.disabled)] == before


def test_a_newer_file_changes_and_an_older_one_does_not(officers, dataset):
    number = make_id_number()
    load(officers.disabled, dataset, [[number, "张三", "13900000001"]])
    assert load(officers.disabled, dataset, [[number, "张三", "13900000002"]], on=DAY + timedelta(1)).written_count == 1
    assert load(officers.disabled, dataset, [[number, "张三", "13900000003"]]).written_count == 0
    (one,) = records(officers.disabled)
    assert one.values["person.phone"] == "13900000002"


def test_wrong_rows_are_listed_and_the_others_written(officers, dataset):
    number = make_id_number()
    rows = [[number, "张三", None], ["310230194001010000", "李四", None], [None, "王五", None], [number, "赵六", None]]
    done = load(officers.disabled, dataset, rows)
    assert (done.row_count, done.written_count, done.error_count) == (4, 1, 3)
    assert [error["row"] for error in done.errors] == [3, 4, 5]
    assert "第 2 行相同" in done.errors[2]["message"]
    assert number not in str(done.errors)


def test_missing_columns_are_named_before_anything_is_kept(officers, dataset):
    with pytest.raises(ColumnsMissing, match="联系方式"):
        load(officers.disabled, dataset, [[make_id_number(), "张三"]], head=HEAD[:2])
    with acting_as(officers.disabled):
        assert not DatasetLoad.objects.visible_to(officers.disabled).exists()


def test_nothing_comes_before_it_is_published(cast, officers):
    draft = make_dataset(officers.disabled, cast.district, steps=1)
    with pytest.raises(NotPublished):
        load(officers.disabled, draft, [[make_id_number(), "张三", None]])


@pytest.mark.parametrize("who", ["worker", "town", "district", "other_department"])
def test_who_has_no_grant_sees_no_record_whatever_the_area(cast, officers, dataset, who):
    load(officers.disabled, dataset, [[make_id_number(), "张三", None]])
    actor = getattr(cast, who)
    with acting_as(actor):
        assert not ReturnedRecord.objects.visible_to(actor).exists()
        assert not ReturnedRecord.objects.exists()


def test_the_wall_needs_the_setting_and_the_setting_ends_with_the_scope(officers, dataset):
    load(officers.disabled, dataset, [[make_id_number(), "张三", None]])
    officer = officers.disabled
    with acting_as(officer):
        assert not ReturnedRecord.objects.exists()
        assert reading_of(officer).whole == {dataset.pk}
        assert ReturnedRecord.objects.exists()
        with limited_to(officer.scope):
            assert not ReturnedRecord.objects.exists()
        assert not ReturnedRecord.objects.exists()
        assert ReturnedRecord.objects.visible_to(officer).exists()


def test_a_savepoint_that_is_taken_back_takes_the_setting_along(officers, dataset):
    load(officers.disabled, dataset, [[make_id_number(), "张三", None]])
    officer = officers.disabled
    with acting_as(officer):
        with transaction.atomic():
            assert ReturnedRecord.objects.visible_to(officer).exists()
            transaction.set_rollback(True)
        assert ReturnedRecord.objects.visible_to(officer).exists()


def test_the_setting_is_asked_for_once(officers, dataset):
    with acting_as(officers.disabled):
        reading_of(officers.disabled)
        with watching() as statements:
            reading_of(officers.disabled)
    assert statements == []


def test_records_of_an_area_are_found_by_the_index(officers, dataset):
    load(officers.disabled, dataset, [[make_id_number(), "张三", None] for _ in range(5)])
    with acting_as(officers.disabled), connection.cursor() as cursor:
        reading_of(officers.disabled)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT * FROM data_return_returnedrecord WHERE area_code BETWEEN {EAST} AND {EAST + 9}"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "record_area" in plan


def test_the_page_takes_the_file_shows_a_masked_sample_and_leaves_a_line(client, officers, dataset):
    number = make_id_number()
    page = reverse("data_return:dataset_records", args=[dataset.pk])
    sign_in(client, officers.disabled)
    file = SimpleUploadedFile("名单.xlsx", workbook([HEAD, [number, "张三丰", "13900000001"]]))
    assert client.post(page, {"file": file, "observed_on": "2026-11-01"}).status_code == 302
    with acting_as(officers.disabled):
        run_job(DatasetLoad.objects.visible_to(officers.disabled).get().job_id)
    with watching() as statements:
        text = client.get(page).content.decode()
    assert audited(statements) == ["dataset.sample_read"]
    assert "张**" in text
    assert number not in text
    assert "13900000001" not in text
    assert "100%" in text


def test_a_day_ahead_is_refused_on_its_field(client, officers, dataset):
    sign_in(client, officers.disabled)
    file = SimpleUploadedFile("名单.xlsx", workbook([HEAD, [make_id_number(), "张三", None]]))
    ahead = localdate() + timedelta(1)
    answer = client.post(
        reverse("data_return:dataset_records", args=[dataset.pk]), {"file": file, "observed_on": ahead.isoformat()}
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["observed_on"]


def test_another_department_brings_nothing(client, officers, dataset):
    answer = sign_in(client, officers.civil).get(reverse("data_return:dataset_records", args=[dataset.pk]))
    assert answer.status_code == 404


def test_the_catalogue_tells_everybody_how_complete_it_is_and_shows_nobody(client, cast, officers, dataset):
    load(officers.disabled, dataset, [[make_id_number(), "逄阿妹", "13900000001"], [make_id_number(), "李四", None]])
    page = sign_in(client, cast.worker).get(reverse("data_return:dataset_detail", args=[dataset.pk]))
    text = page.content.decode()
    assert [(item.code, share) for item, share in page.context["filled"]] == [
        ("person.id_number", 100), ("person.name", 100), ("person.phone", 50),
    ]  # fmt: skip
    assert "2 条" in text
    assert "逄" not in text
    assert "已超过更新周期" not in text


def test_records_older_than_promised_are_marked(client, cast, officers, dataset):
    load(officers.disabled, dataset, [[make_id_number(), "张三", None]])
    Dataset.objects.filter(pk=dataset.pk).update(loaded_at=now() - timedelta(days=32))
    page = sign_in(client, cast.worker).get(reverse("data_return:dataset_detail", args=[dataset.pk]))
    assert "已超过更新周期" in page.content.decode()
