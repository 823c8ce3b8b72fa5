"""Lists as Excel: what the page shows, no more, and never a formula."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.exporting import write_table
from accounts.scope import acting_as
from registry.views import lists
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_person

pytestmark = pytest.mark.django_db


def table(content):
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@cmd", "\t=1", "\r=1"])
def test_a_text_never_becomes_a_formula(text):
    sheet = load_workbook(io.BytesIO(write_table("表", ["备注"], [[text]]))).active
    assert sheet["A2"].data_type == "s"


def test_an_empty_list_keeps_its_header():
    assert table(write_table("表", ["姓名", "性别"], []))[0] == ["姓名", "性别"]


def test_the_export_is_masked_like_the_page(client, cast, village):
    answer = sign_in(client, cast.district).get(reverse("registry:person_export"))
    rows = table(answer.content)
    assert rows[0][0] == "姓名"
    assert {row[0][1:] for row in rows[1:]} == {"**", "*********"}
    assert "单桂兰" not in str(rows)


def test_the_export_follows_the_filters_and_columns(worker_client, village):
    rows = table(
        worker_client.get(reverse("registry:person_export"), {"age_from": "80", "cols": "person.remark"}).content
    )
    assert [row[0] for row in rows] == ["姓名", "单桂兰"]
    assert rows[0][-1] == "备注"


def test_the_export_is_audited_and_not_cached(worker_client, village):
    with watching() as statements:
        answer = worker_client.get(reverse("registry:person_export"))
    assert "person.exported" in audited(statements)
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", ["household", "dwelling", "organization"])
def test_the_other_lists_are_exported_too(worker_client, village, kind):
    assert len(table(worker_client.get(reverse(f"registry:{kind}_export")).content)) == 2


def test_too_long_a_list_is_refused_in_words(cast, worker_client, items, monkeypatch):
    monkeypatch.setattr(lists, "MOST_EXPORTED", 2)
    with acting_as(cast.worker):
        for nth in range(3):
            make_person(EAST, name=f"居民{nth}")
    answer = worker_client.get(reverse("registry:person_export"))
    assert answer.status_code == 422
    assert "请先用筛选缩小范围" in answer.content.decode()
