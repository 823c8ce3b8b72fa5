"""Bad input of every kind that villages and departments send: told in Chinese, at once, and nothing is changed."""

import json
import re
import time

import pytest

from accounts.scope import acting_as
from forms_engine.models import CellEdit, FormTemplate, FormVersion, ReportRow
from tests import workbooks
from tests.doors import audited, sign_in, watching
from tests.forms_engine.bringing import text_of, upload

pytestmark = pytest.mark.django_db
SECONDS = 2
HEADER = ["序号", "姓名", "身份证号码", "联系电话"]
PERSON = [1, "张某", "110101199003070353", "13800000000"]


def two_header_blocks():
    return workbooks.workbook([HEADER, PERSON, [], HEADER, PERSON])


def two_header_blocks_side_by_side():
    return workbooks.workbook([[*HEADER, None, *HEADER], [*PERSON, None, *PERSON]])


BAD_FILES = [
    (workbooks.old_xls, "旧版 .xls"),
    (workbooks.zip_bomb, "解压后大得不正常"),
    (workbooks.lying_zip_bomb, "解压后大得不正常"),
    (workbooks.entity_bomb, "DTD"),
    (workbooks.password_protected, "打开密码"),
    (lambda: workbooks.workbook([]), "没有内容"),
    (two_header_blocks, "第 4 行"),
    (two_header_blocks_side_by_side, "右边又有一个同样的表头"),
    (workbooks.sixteen_thousand_columns, "16,384"),
    (workbooks.gbk_names, "GBK"),
    (workbooks.truncated, "损坏"),
    (workbooks.macros, "宏"),
]
BAD_VALUES = [
    ("D", "310230194001011235", "校验位"),  # the check digit is wrong
    ("D", "310230194013011234", "出生日期不存在"),
    ("D", "310230400101123", "15 位"),
    ("H", "12", "号码"),
    ("H", "1380000000", "号码"),
]


@pytest.fixture
def staff(client, cast, items):
    return sign_in(client, cast.department)


@pytest.mark.parametrize(("build", "words"), BAD_FILES, ids=[words for _, words in BAD_FILES])
def test_a_bad_file_is_told_at_once_and_brings_no_form(staff, build, words):
    data = build()
    staff.get("/forms/new/")
    with watching() as statements:
        started = time.perf_counter()
        answer = upload(staff, data)
        spent = time.perf_counter() - started
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert spent < SECONDS
    assert not FormTemplate.objects.exists()
    assert not FormVersion.objects.exists()
    assert audited(statements) == []


def test_formulas_below_the_header_are_no_reason_to_refuse_a_form(staff):
    """Only the header is read; formulas of last year's rows ask for nothing."""
    assert upload(staff, workbooks.formula_without_value()).status_code == 302


@pytest.mark.parametrize(("letter", "typed", "words"), BAD_VALUES)
def test_a_wrong_value_is_told_with_its_cell_and_changes_nothing(client, cast, report, roster, letter, typed, words):
    before = values_of(cast, roster)
    started = time.perf_counter()
    answer = save(client, cast, report, roster, letter, typed)
    assert time.perf_counter() - started < SECONDS
    (refused,) = answer["refused"]
    assert (refused["id"], refused["letter"]) == (roster["gap"].pk, letter)
    assert re.search(words, refused["message"])
    assert re.search("[一-鿿].*。$", refused["message"])
    assert answer["saved"] == []
    assert values_of(cast, roster) == before
    with acting_as(cast.worker):
        assert not CellEdit.objects.exists()


@pytest.mark.parametrize("typed", ["13900002230", "139 0000 2230", "139-0000-2230", " 13900002230"])
def test_one_number_however_it_is_typed_is_kept_in_one_form(client, cast, report, roster, typed):
    answer = save(client, cast, report, roster, "H", typed)
    assert answer["refused"] == []
    assert values_of(cast, roster)["H"] == "13900002230"


def save(client, cast, report, roster, letter, typed):
    sign_in(client, cast.worker)
    edit = {"id": roster["gap"].pk, "letter": letter, "raw": typed, "seen": 0}
    body = json.dumps({"edits": [edit]})
    return client.post(f"/api/v1/reports/{report.pk}/cells/", body, content_type="application/json").json()


def values_of(cast, roster):
    with acting_as(cast.worker):
        return ReportRow.objects.get(subject_id=roster["gap"].pk).values
