import json

import pytest

from accounts.errors import NotAllowed
from accounts.scope import acting_as
from forms_engine.models import FormColumn, FormTemplate, FormVersion
from forms_engine.services.bring import bring_form
from registry.binding import SheetBinding, learning_key
from tests import workbooks
from tests.doors import audited, sign_in, watching
from tests.factories import make_form
from tests.forms_engine.bringing import FOLDER, admitted, brought, roster_file, submitted, text_of, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, cast, items):
    return sign_in(client, cast.department)


def test_an_upload_becomes_a_draft_of_the_own_department_and_leads_to_its_columns(staff, cast):
    answer = upload(staff, roster_file())
    version = FormVersion.objects.select_related("template").get()
    assert answer["Location"] == f"/forms/{version.template_id}/columns/"
    assert (version.state, version.number, version.template.department_id) == (
        "draft",
        1,
        cast.department.department_id,
    )
    assert version.template.name == "高龄老人名册"


@pytest.mark.parametrize("name", sorted(json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))))
def test_every_real_template_is_bound_as_the_binder_binds_it(staff, name):
    expected = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))[name]
    version = brought(staff, (FOLDER / name).read_bytes())
    found = {
        column.letter: "#" if column.kind == FormColumn.Kind.NUMBER else column.item_id
        for column in version.columns.all()
    }
    assert found == {column["letter"]: column["item"] for column in expected["columns"]}


def test_a_column_that_nothing_fits_is_a_new_ask_without_a_reason_yet(staff):
    column = brought(staff).columns.get(letter="E")
    assert (column.kind, column.item, column.reason, column.required) == ("new_ask", None, "", True)


def test_the_title_proposes_whom_the_form_asks(staff):
    assert brought(staff).condition == {"all": [{"item": "person.age", "op": ">=", "value": 80}]}


def test_the_bytes_are_kept_as_they_came_and_the_layout_can_be_read_again(staff):
    version = brought(staff)
    assert bytes(version.workbook) == roster_file()
    binding = SheetBinding.from_dict(version.layout)
    assert (binding.header_rows, binding.first_data_row) == ((2, 2), 3)


def test_the_page_draws_the_head_with_its_merged_cells_and_no_resident(staff):
    rows = [["高龄老人名册"], ["序号", "姓名", "身份证号码"], [1, "王某某", "310230194001011234"]]
    version = brought(staff, workbooks.workbook(rows, merges=["A1:C1"]))
    page = text_of(staff.get(f"/forms/{version.template_id}/columns/"))
    assert '<td colspan="3" class="sheet-above">高龄老人名册</td>' in page
    assert "王某某" not in page


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (workbooks.old_xls, "旧版 .xls"),
        (workbooks.password_protected, "打开密码"),
        (workbooks.zip_bomb, "解压后大得不正常"),
        (workbooks.entity_bomb, "DTD"),
        (workbooks.macros, "带有宏"),
        (workbooks.sixteen_thousand_columns, "列"),
        (workbooks.broken_xml, "文件已损坏"),
        (lambda: b"", "空的"),
        (lambda: workbooks.workbook([]), "没有内容"),
        (lambda: workbooks.workbook([["区域", "户数", "人数"], ["合计", 1, 2]]), "请"),
    ],
)
def test_a_bad_file_is_refused_in_words_and_changes_nothing(staff, build, words):
    with watching() as statements:
        answer = upload(staff, build())
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not FormTemplate.objects.exists()
    assert audited(statements) == []


def test_nothing_chosen_asks_for_a_file(staff):
    answer = staff.post("/forms/new/", {})
    assert answer.status_code == 422
    assert "请选择要上传的 Excel 文件" in text_of(answer)


def test_bringing_leaves_an_audit_line(staff):
    with watching() as statements:
        upload(staff, roster_file())
    assert audited(statements) == ["form.drafted", "form.brought"]


def test_a_worker_cannot_bring_a_form(client, cast, items):
    assert upload(sign_in(client, cast.worker), roster_file()).status_code == 403
    with acting_as(cast.worker), pytest.raises(NotAllowed):
        bring_form(actor=cast.worker, data=roster_file(), filename="名册.xlsx")


@pytest.mark.parametrize("page", ["", "columns/", "settings/", "versions/new/", "dispatches/new/"])
def test_another_department_gets_404_on_every_page_of_the_form(client, cast, items, page):
    version = make_form(cast.department, {"B": "person.name"})
    assert sign_in(client, cast.other_department).get(f"/forms/{version.template_id}/{page}").status_code == 404


def test_another_department_does_not_see_the_form_in_its_list(client, cast, items):
    make_form(cast.department, {"B": "person.name"})
    assert "本部门还没有表单" in text_of(sign_in(client, cast.other_department).get("/forms/"))


def test_what_an_admitted_form_confirmed_is_learned_by_every_department(client, cast, items):
    version = submitted(cast.other_department, {"B": "person.emergency_contact"})
    version.columns.update(header="托付人")
    admitted(cast.district, version)
    staff = sign_in(client, cast.department)
    new = brought(staff, workbooks.workbook([["序号", "姓名", "身份证号码", "托付人"]]))
    column = new.columns.get(letter="D")
    assert column.item_id == "person.emergency_contact"
    assert "以前有人确认过" in column.why


def test_a_header_that_two_forms_read_differently_teaches_nothing():
    from forms_engine.selectors.templates import agree

    taught = [("person", "托付人", "person.emergency_contact"), ("person", "托付人", "person.guardian_name")]
    assert agree([*taught, ("person", "电话", "person.phone")]) == {learning_key("person", "电话"): "person.phone"}


def test_a_new_version_goes_on_with_the_columns_and_settings_of_the_last(staff, cast):
    version = make_form(cast.department, {"B": "person.name", "C": "是否愿意上门"}, purpose="发放津贴", lead_days=9)
    answer = staff.post(f"/forms/{version.template_id}/versions/new/", {})
    new = version.template.versions.get(number=2)
    assert answer["Location"] == f"/forms/{version.template_id}/columns/"
    assert (new.state, new.purpose, new.lead_days) == ("draft", "发放津贴", 9)
    assert [(c.letter, c.item_id) for c in new.columns.all()] == [("B", "person.name"), ("C", None)]


def test_a_new_version_is_refused_while_the_last_one_is_not_decided(staff, cast):
    version = make_form(cast.department, {"B": "person.name"}, state=FormVersion.State.SUBMITTED)
    answer = staff.post(f"/forms/{version.template_id}/versions/new/", {})
    assert answer.status_code == 422
    assert "还没有办完准入" in text_of(answer)
    assert version.template.versions.count() == 1


def test_the_list_costs_the_same_for_one_form_and_for_many(staff, cast, django_assert_max_num_queries):
    for _ in range(5):
        make_form(cast.department, {"B": "person.name"})
    with django_assert_max_num_queries(14):
        staff.get("/forms/")
