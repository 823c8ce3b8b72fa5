"""What single headers mean, and what they must not be taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.binding import NO_ITEM, bind_workbook, learning_key, lexicon, load_items
from registry.binding.catalogue import load_wordings
from registry.binding.headers import key_of, label_of, tidy
from registry.binding.match import Context, match_header
from registry.binding.vocabulary import build_vocabulary
from tests import workbooks

ITEMS = load_items()
VOCABULARY = build_vocabulary(ITEMS)
TITLES = {
    "person": "人员信息表",
    "dwelling": "出租房屋表",
    "organization": "企业表",
    "household": "农户表",
    "event": "事件表",
}


def meaning(header, subject="person", title=None):
    """header: levels parted by "/", a stroke inside one written "|"."""
    context = Context(VOCABULARY, subject, TITLES.get(subject, "") if title is None else title)
    return match_header(tuple(part.replace("|", "/") for part in header.split("/")), context)


@pytest.mark.parametrize(
    "header",
    [
        "配偶姓名", "子女电话", "原工作单位", "母亲身份证号", "上年度收入", "拟补贴金额", "是否住人",
        "整改时限", "检查日期", "联系人", "联系人电话", "单位电话", "户主性别", "户主/年龄", "备用电话",
        "曾住址", "前住址", "身份证有效期", "出生地", "户口迁入时间", "居住证到期日", "死亡原因",
        "残疾证有效期", "照料人年龄", "代领人身份证号", "低保证号", "家庭月收入", "网格员电话", "家庭医生电话",
        "房东/地址", "紧急联系人/地址", "变更前/住址", "2025年/年收入", "户籍地/省", "被监护人/姓名",
        "配偶信息/身份证号", "工作单位/地址", "就业信息/联系电话", "帮扶干部/电话", "年收入(元|月)",
        "姓名(配偶)", "补贴标准(元|月)",
    ],
)  # fmt: skip
def test_header_about_something_else_is_not_bound(header):
    assert meaning(header).item is None


@pytest.mark.parametrize(
    ("header", "item"),
    [
        ("姓　名", "person.name"),
        ("身份证号码\n(18位)", "person.id_number"),
        ("老人/姓名", "person.name"),
        ("现工作单位", "person.workplace"),
        ("本人月收入(元)", "person.monthly_income"),
        ("监护人情况/电话", "person.guardian_phone"),
        ("户主基本情况/身份证号", "household.head_id_number"),
        ("住址(现)", "person.residence_address"),
        ("地址(户籍)", "person.registered_address"),
        ("户籍信息/详细地址", "person.registered_address"),
        ("是否为退役军人", "person.is_veteran"),
        ("入党日期", "person.party_join_date"),
        ("银行帐号", "person.bank_account"),
        ("年龄/(周岁)", "person.age"),
    ],
)
def test_wordings_of_offices_are_understood(header, item):
    assert meaning(header).item == item


@pytest.mark.parametrize(
    ("header", "subject", "item"),
    [
        ("住址", "person", "person.residence_address"),
        ("住址", "dwelling", "dwelling.address"),
        ("地址", "organization", "organization.address"),
        ("地址", "event", None),
        ("名称", "organization", "organization.name"),
        ("名称", "person", None),
        ("联系电话", "person", "person.phone"),
        ("联系电话", "organization", None),
        ("负责人电话", "organization", "organization.legal_phone"),
        ("法定代表人/电话", "organization", "organization.legal_phone"),
        ("负责人", "person", None),
        ("备注", "person", "person.remark"),
        ("备注", "dwelling", None),
        ("面积(㎡)", "dwelling", "dwelling.area_sqm"),
        ("面积(亩)", "dwelling", None),
        ("面积(㎡)", "person", None),
    ],
)
def test_meaning_depends_on_the_subject(header, subject, item):
    assert meaning(header, subject).item == item


def test_plain_allowance_is_the_elderly_one_only_where_the_title_says_so():
    assert meaning("补贴标准(元|月)", title="高龄津贴发放花名册").item == "person.elderly_allowance_standard"
    assert meaning("补贴标准(元|月)", title="残疾人护理补贴花名册").item is None


def test_ten_thousand_yuan_carries_its_scale():
    found = meaning("年收入(万元)")
    assert (found.item, found.unit, found.scale) == ("person.annual_income", "万元", "0.0001")


def test_unit_line_above_the_header_holds_for_all_money():
    data = workbooks.workbook([["名册"], ["单位:万元"], ["姓名", "身份证号", "年收入"]])
    assert bind_workbook(data, ITEMS).column_of("person.annual_income").scale == "0.0001"


def bind(*headers, title="人员花名册", learned=None):
    data = workbooks.workbook([[title], list(headers), [None]])
    return {column.header: column.item for column in bind_workbook(data, ITEMS, learned).columns}


def test_telephone_behind_a_guardian_is_the_guardians_once_the_subject_has_one():
    found = bind("姓名", "手机号码", "监护人", "联系电话", "与本人关系")
    assert found["手机号码"] == "person.phone"
    assert found["联系电话"] == "person.guardian_phone"
    assert found["与本人关系"] == "person.guardian_relation"


def test_lone_telephone_behind_somebody_is_left_open():
    assert bind("姓名", "身份证号", "紧急联系人", "联系电话")["联系电话"] is None
    assert bind("姓名", "身份证号", "家庭医生", "联系电话")["联系电话"] is None


def test_relation_without_anybody_before_it_is_left_open():
    assert bind("姓名", "身份证号", "与本人关系")["与本人关系"] is None


def test_two_columns_for_one_item_are_both_left_open():
    found = bind("姓名", "联系方式一", "手机号", "联系电话")
    assert (found["手机号"], found["联系电话"]) == (None, None)


def test_second_kind_of_people_on_a_sheet_is_not_the_subject():
    found = bind("志愿者姓名", "志愿者电话", "老人姓名", "老人电话", title="志愿者名册")
    assert found == {
        "志愿者姓名": "person.name",
        "志愿者电话": "person.phone",
        "老人姓名": None,
        "老人电话": None,
    }


def test_confirmed_binding_wins_and_says_so():
    learned = {learning_key("person", "联系人"): "person.emergency_contact", learning_key("person", "学历"): NO_ITEM}
    data = workbooks.workbook([["人员花名册"], ["姓名", "联系人", "学历"], [None]])
    columns = {column.header: column for column in bind_workbook(data, ITEMS, learned).columns}
    assert columns["联系人"].item == "person.emergency_contact"
    assert columns["学历"].item is None
    assert "以前有人确认过" in columns["联系人"].why


def test_confirmed_binding_holds_only_for_its_subject():
    assert bind("姓名", "联系人", learned={learning_key("organization", "联系人"): "person.phone"})["联系人"] is None


@given(st.sampled_from([label for item in ITEMS for label in item.labels]), st.data())
def test_blanks_width_and_line_breaks_never_change_a_key(label, data):
    spread = "".join(char + data.draw(st.sampled_from(["", " ", "\n", "\u3000", "\u200b", "\r\n"])) for char in label)
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in spread)
    assert key_of(tidy(spread)) == key_of(label)
    assert key_of(tidy(wide)) == key_of(label)


@given(st.text(max_size=40))
def test_any_text_can_be_a_header(text):
    assert label_of(tidy(text)).base is not None
    meaning(text or "空")


def test_every_wording_names_an_item_of_the_catalogue():
    known = {item.code for item in ITEMS}
    by_role = {code for items in lexicon.ROLE_ITEMS.values() for code in items.values()}
    by_subject = {code for items in lexicon.BY_SUBJECT.values() for code in items.values()}
    assert set(load_wordings()) | by_role | by_subject | set(lexicon.CONFIRMED_BY) <= known
