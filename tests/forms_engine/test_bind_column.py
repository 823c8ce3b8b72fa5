import pytest
from django.utils.timezone import localdate

from accounts.errors import Conflict, NotFound
from accounts.scope import acting_as
from forms_engine.models import FormColumn, FormVersion
from forms_engine.selectors.overlap import count_asked
from forms_engine.selectors.templates import get_open_version
from forms_engine.services.design import BoundTwice, ColumnEdit, save_columns
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_form, make_person
from tests.forms_engine.bringing import brought, text_of

pytestmark = pytest.mark.django_db
KIND = FormColumn.Kind


@pytest.fixture
def staff(client, cast, items):
    return sign_in(client, cast.department)


@pytest.fixture
def draft(staff):
    return brought(staff)


def columns_of(version, **changed):
    """What the page of columns posts: every column as it stands, but for the changes (`B_binding="新要"`)."""
    data = {}
    for column in version.columns.select_related("item"):
        words = {KIND.NUMBER: "序号", KIND.NEW_ASK: "新要"}
        data[f"c{column.letter}-binding"] = column.item_id or words[column.kind]
        data[f"c{column.letter}-type"] = column.type if column.kind == KIND.NEW_ASK else "text"
        data[f"c{column.letter}-reason"] = column.reason
        if column.required:
            data[f"c{column.letter}-required"] = "on"
    return data | {f"c{name.replace('_', '-')}": value for name, value in changed.items()}


def settings_of(version, *rows, **changed):
    """What the page of settings posts. rows: (item, op, value) of the condition builder."""
    data = {"name": "高龄老人名册", "join": "all", "rows-TOTAL_FORMS": str(len(rows)), "rows-INITIAL_FORMS": "0"}
    data |= {name: getattr(version, name) for name in ("subject", "population", "cycle", "lead_days")}
    for number, (item, op, value) in enumerate(rows):
        data |= {f"rows-{number}-item": item, f"rows-{number}-op": op, f"rows-{number}-value": value}
    return data | changed


@pytest.mark.parametrize("words", ["person.phone", "联系方式", "联系方式(person.phone)"])
def test_a_column_is_bound_by_code_by_name_or_by_what_the_picker_writes(staff, draft, words):
    staff.post(f"/forms/{draft.template_id}/columns/", columns_of(draft, E_binding=words))
    column = draft.columns.get(letter="E")
    assert (column.kind, column.item_id, column.type) == ("item", "person.phone", "phone")
    assert (column.confidence, column.why) == (1, "由本部门人工确认。")


def test_a_new_ask_keeps_its_type_and_reason(staff, draft):
    changed = columns_of(draft, E_type="boolean", E_reason="上门服务排班")
    staff.post(f"/forms/{draft.template_id}/columns/", changed)
    column = draft.columns.get(letter="E")
    assert (column.kind, column.type, column.reason) == ("new_ask", "boolean", "上门服务排班")


def test_unticked_required_is_kept(staff, draft):
    data = columns_of(draft)
    del data["cB-required"]
    staff.post(f"/forms/{draft.template_id}/columns/", data)
    assert not draft.columns.get(letter="B").required


def test_an_item_that_the_catalogue_lacks_is_refused_at_its_column_and_nothing_is_kept(staff, draft):
    data = columns_of(draft, B_binding="星座", E_reason="上门服务排班")
    answer = staff.post(f"/forms/{draft.template_id}/columns/", data)
    assert answer.status_code == 422
    assert "数据项目录里没有“星座”" in text_of(answer)
    assert draft.columns.get(letter="E").reason == ""


def test_one_item_for_two_columns_is_refused(staff, draft):
    answer = staff.post(f"/forms/{draft.template_id}/columns/", columns_of(draft, E_binding="person.name"))
    assert answer.status_code == 422
    assert "B 列和 E 列都绑定了“姓名”" in text_of(answer)
    assert draft.columns.get(letter="E").item is None


def test_a_reason_is_dropped_when_the_column_is_bound_after_all(cast, items):
    version = make_form(cast.department, {"B": "是否愿意上门"}, state=FormVersion.State.DRAFT)
    version.columns.update(reason="排班")
    edit = ColumnEdit("B", KIND.ITEM, "person.phone", reason="排班")
    with acting_as(cast.department):
        save_columns(actor=cast.department, version=version, edits=[edit])
    assert version.columns.get().reason == ""


def test_what_did_not_change_leaves_no_audit_line(staff, draft):
    with watching() as statements:
        staff.post(f"/forms/{draft.template_id}/columns/", columns_of(draft))
    assert audited(statements) == []
    with watching() as statements:
        staff.post(f"/forms/{draft.template_id}/columns/", columns_of(draft, E_reason="上门服务排班"))
    assert audited(statements) == ["form.columns_changed"]


@pytest.mark.parametrize("state", ["submitted", "admitted", "refused"])
def test_columns_of_a_form_at_the_desk_cannot_be_changed(cast, items, state):
    version = make_form(cast.department, {"B": "person.name"}, state=state)
    with acting_as(cast.department), pytest.raises(Conflict):
        save_columns(actor=cast.department, version=version, edits=[ColumnEdit("B", KIND.NEW_ASK)])


def test_another_department_cannot_change_the_columns(cast, items):
    version = make_form(cast.department, {"B": "person.name"}, state=FormVersion.State.DRAFT)
    with acting_as(cast.other_department), pytest.raises(NotFound):
        save_columns(actor=cast.other_department, version=version, edits=[ColumnEdit("B", KIND.NEW_ASK)])


def test_swapping_two_items_is_no_double_binding(cast, items):
    version = make_form(cast.department, {"B": "person.name", "C": "person.phone"}, state=FormVersion.State.DRAFT)
    edits = [ColumnEdit("B", KIND.ITEM, "person.phone"), ColumnEdit("C", KIND.ITEM, "person.name")]
    with acting_as(cast.department):
        save_columns(actor=cast.department, version=version, edits=edits)
        assert [column.item_id for column in version.columns.all()] == ["person.phone", "person.name"]
        with pytest.raises(BoundTwice):
            save_columns(actor=cast.department, version=version, edits=[ColumnEdit("B", KIND.ITEM, "person.name")])


def test_the_condition_builder_is_kept_as_a_tree(staff, draft):
    rows = [("person.age", ">=", "80"), ("person.is_low_income", "=", "是"), ("", "=", "")]
    answer = staff.post(f"/forms/{draft.template_id}/settings/", settings_of(draft, *rows, join="any"))
    draft.refresh_from_db()
    assert answer.status_code == 302
    low_income = {"item": "person.is_low_income", "op": "=", "value": True}
    assert draft.condition == {"any": [{"item": "person.age", "op": ">=", "value": 80}, low_income]}


def test_the_builder_shows_the_kept_condition_again(staff, draft):
    page = text_of(staff.get(f"/forms/{draft.template_id}/settings/"))
    assert '<option value="person.age" selected>' in page
    assert "年龄不小于 80" in page


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("person.age", ">=", "八十"), "请填数字"),
        (("person.age", ">=", ""), "还没有填值"),
        (("person.education", "=", "博士后后"), "没有“博士后后”这个选项"),
        (("person.workplace", ">", "王"), "不能比大小"),
        (("person.name", "=", "王某"), "不能用作条件"),
        (("person.phone", "known", ""), "不能用作条件"),
        (("person.is_low_income", "=", "也许"), "请填“是”或“否”"),
        (("dwelling.structure", "known", ""), ""),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_in_words(staff, draft, row, words):
    answer = staff.post(f"/forms/{draft.template_id}/settings/", settings_of(draft, row))
    assert words in text_of(answer)
    draft.refresh_from_db()
    assert answer.status_code == (422 if words else 302)


def test_a_condition_on_another_kind_of_subject_is_refused(staff, draft):
    changed = settings_of(draft, ("person.age", ">=", "80"), subject="dwelling")
    answer = staff.post(f"/forms/{draft.template_id}/settings/", changed)
    assert answer.status_code == 422
    assert "填报对象不同" in text_of(answer)
    draft.refresh_from_db()
    assert draft.subject == "person"


def count(staff, draft, *rows):
    address = f"/forms/{draft.template_id}/settings/matches/"
    return text_of(staff.post(address, settings_of(draft, *rows), headers={"HX-Request": "true"}))


def test_the_preview_counts_without_keeping_anything(staff, draft, cast):
    with acting_as(cast.town):
        for _ in range(12):
            make_person(EAST)
        make_person(EAST, sex="2")
    before = FormVersion.objects.values("condition", "subject").get()
    assert "约 10 个人员" in count(staff, draft, ("person.sex", "=", "男"))
    assert FormVersion.objects.values("condition", "subject").get() == before


def test_a_small_group_is_not_counted_exactly(staff, draft, cast):
    with acting_as(cast.town):
        for _ in range(9):
            make_person(EAST)
    shown = count(staff, draft, ("person.sex", "=", "男"))
    assert "少于 10 个" in shown
    assert "9 个人员" not in shown


def test_nobody_is_told_like_a_few_so_that_a_count_never_tells_about_one_person(staff, draft):
    assert "少于 10 个" in count(staff, draft, ("person.sex", "=", "女"))


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (("person.is_elderly_alone", "=", "是"), "是否独居老人"),
        (("person.birth_date", ">=", "1940-01-01"), "出生日期"),
        (("person.is_drug_user", "known", ""), "是否吸毒人员"),
    ],
)
def test_nobody_counts_by_an_item_that_they_see_masked(staff, draft, cast, row, name):
    """Else a department found out by searching in halves what the mask hides: the count moves with the bound."""
    with acting_as(cast.town):
        for _ in range(12):
            make_person(EAST, is_elderly_alone=True)
    shown = count(staff, draft, ("person.sex", "=", "男"), row)
    assert "不显示(条件含本岗位看不到的" in shown
    assert name in shown
    assert "约 10" not in shown
    staff.post(f"/forms/{draft.template_id}/settings/", settings_of(draft, row))
    for page in ("settings/", "columns/", ""):
        assert "约 10" not in text_of(staff.get(f"/forms/{draft.template_id}/{page}"))


def test_the_desk_sees_how_many_a_condition_of_others_lists(staff, draft, cast):
    from accounts.roles import HIGHEST_LEVEL
    from forms_engine.selectors.facts import get_facts

    with acting_as(cast.town):
        for _ in range(12):
            make_person(EAST, is_elderly_alone=True)
    staff.post(f"/forms/{draft.template_id}/settings/", settings_of(draft, ("person.is_elderly_alone", "=", "是")))
    with acting_as(cast.district):
        version = get_open_version(actor=cast.department, pk=draft.template_id)
        assert get_facts(version=version, on=localdate(), clearance=HIGHEST_LEVEL).known.about == 10
        assert get_facts(version=version, on=localdate(), clearance=2).known.is_small


def test_a_roster_by_a_sensitive_item_needs_a_purpose(draft):
    from forms_engine.readiness import list_lacks

    draft.purpose, draft.condition = "", {"item": "person.is_disabled", "op": "=", "value": True}
    assert "列或名册条件含 3、4 级数据项,请填写用途。" in list_lacks(draft, [], today=localdate())


def test_the_dead_are_not_counted(staff, draft, cast):
    with acting_as(cast.town):
        make_person(EAST, death_date="2026-01-01")
    with acting_as(cast.department):
        assert count_asked(version=get_open_version(actor=cast.department, pk=draft.template_id), on=localdate()) == 0
