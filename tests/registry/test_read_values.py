"""Values as workers write them, and the one form in which they are kept."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import ItemSpec, ValueRefused, parse_column, parse_value
from registry.rules.identity import id_check_digit, parse_id_number

DIGITS = "0123456789"
days = st.dates(date(1850, 1, 1), date(2100, 12, 31))


def item(type_, format_=""):
    return ItemSpec("person.some", "某项", "person", type_, format_)


@st.composite
def id_numbers(draw):
    born = draw(days)
    body = f"{draw(st.integers(110000, 659999))}{born:%Y%m%d}".zfill(14) + f"{draw(st.integers(0, 999)):03d}"
    return body + id_check_digit(body)


@given(id_numbers())
def test_every_well_made_id_number_passes(number):
    assert parse_id_number(number) == number


@given(id_numbers(), st.integers(0, 17), st.sampled_from(DIGITS))
def test_one_wrong_digit_never_passes(number, place, digit):
    changed = number[:place] + digit + number[place + 1 :]
    if changed != number:
        with pytest.raises(ValueRefused):
            parse_id_number(changed)


@given(id_numbers())
def test_id_number_may_be_typed_full_width_with_blanks_and_small_x(number):
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number.lower())
    assert parse_value(item("id_number"), f" \u00a0{wide}\u200b") == number


@pytest.mark.parametrize(
    ("raw", "code", "words"),
    [
        ("110101900307035", "short_id", "15 位"),
        ("11010119900307035", "shape", "17 位"),
        ("110101199013070353", "date", "出生日期不存在"),
        ("110101199003070354", "check_digit", "校验位不符"),
        (110101199003070353.0, "lost_digits", "文本"),
        ("张某", "shape", "18 位"),
    ],
)
def test_bad_id_number_is_refused_in_words_without_repeating_it(raw, code, words):
    with pytest.raises(ValueRefused, match=words) as refused:
        parse_value(item("id_number"), raw)
    assert refused.value.code == code
    assert str(raw) not in refused.value.message


def spellings(day):
    serial = (day - date(1899, 12, 30)).days
    return [
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month:02d}.{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
        f"{day:%Y-%m-%d} 00:00:00",
        "".join(chr(ord(char) + 0xFEE0) for char in f"{day:%Y-%m-%d}"),
        float(f"{day:%Y%m%d}"),
        day,
        datetime(day.year, day.month, day.day),  # noqa: DTZ001  a cell of Excel has no zone
        *([float(serial)] if 3654 <= serial <= 73050 else []),
    ]


@given(days)
def test_every_spelling_of_a_day_is_the_same_day(day):
    assert {parse_value(item("date"), raw) for raw in spellings(day)} == {day.isoformat()}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2026年11月", "month_only"),
        ("2026-11", "month_only"),
        ("2026", "year_only"),
        (2026.0, "year_only"),
        ("22/11/2026", "day_month_order"),
        ("05/06/2026", "day_month_order"),
        ("26.11.22", "short_year"),
        ("2026-02-30", "no_such_day"),
        ("明天", "not_a_date"),
    ],
)
def test_day_that_is_not_sure_is_refused_with_the_right_way_to_write_it(raw, code):
    with pytest.raises(ValueRefused, match="2026-11-22") as refused:
        parse_value(item("date"), raw)
    assert refused.value.code == code


def test_month_is_enough_where_the_item_asks_for_a_month():
    assert parse_value(item("date", "YYYY-MM"), "2026年3月") == "2026-03"
    assert parse_value(item("date", "YYYY-MM"), "2026-03-08") == "2026-03"


@pytest.mark.parametrize(
    "raw", ["2026-11-22 15:30", "2026年11月22日 下午3:30", "2026/11/22T15:30:00+08:00", 46348.6458333]
)
def test_times_carry_the_offset_of_shanghai(raw):
    assert parse_value(item("datetime"), raw) == "2026-11-22T15:30+08:00"


@given(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
def test_time_cells_lose_only_their_seconds(moment):
    parsed = datetime.fromisoformat(parse_value(item("datetime"), moment))
    assert timedelta(0) <= moment - parsed.replace(tzinfo=None) < timedelta(minutes=1)


@pytest.mark.parametrize("raw", ["是", "有", "√", "Y", "1", 1.0, True, " 是 "])
def test_ways_to_say_yes(raw):
    assert parse_value(item("boolean"), raw) is True


@pytest.mark.parametrize("raw", ["否", "无", "×", "n", 0.0, False])
def test_ways_to_say_no(raw):
    assert parse_value(item("boolean"), raw) is False


def test_unclear_yes_or_no_is_refused():
    with pytest.raises(ValueRefused, match="“是”或“否”"):
        parse_value(item("boolean"), "男")


SEXES = {"男": "1", "男性": "1", "女": "2", "未说明的性别": "9"}


@pytest.mark.parametrize(("raw", "code"), [("男", "1"), ("男性", "1"), ("1", "1"), (2.0, "2"), (" 女 ", "2")])
def test_code_is_found_by_name_synonym_or_code(raw, code):
    assert parse_value(item("code", "GB/T 2261.1"), raw, SEXES) == code


def test_code_gets_back_the_zeros_that_excel_took():
    assert parse_value(item("code"), 1.0, {"汉族": "01", "蒙古族": "02"}) == "01"


def test_unknown_code_is_refused_with_what_may_be_written():
    with pytest.raises(ValueRefused, match="可填:男、男性、女"):
        parse_value(item("code"), "公", SEXES)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("138 0000 0000", "13800000000"),
        ("+86-13800000000", "13800000000"),
        (13800000000.0, "13800000000"),
        ("(021)69611234", "021-69611234"),
        ("021-69611234转801", "021-69611234-801"),
        ("69611234", "69611234"),
        ("12345", "12345"),
    ],
)
def test_telephones_are_kept_in_one_form(raw, kept):
    assert parse_value(item("phone"), raw) == kept


@pytest.mark.parametrize(
    ("raw", "code"), [("1380000000", "phone"), ("23800000000", "phone"), ("13800000000/13900000000", "two_phones")]
)
def test_bad_telephone_is_refused(raw, code):
    with pytest.raises(ValueRefused) as refused:
        parse_value(item("phone"), raw)
    assert refused.value.code == code


@pytest.mark.parametrize(("raw", "kept"), [("沪a·12345", "沪A12345"), ("沪AD12345", "沪AD12345")])
def test_plates_are_kept_in_one_form(raw, kept):
    assert parse_value(item("plate"), raw) == kept


def test_credit_code_is_held_to_its_check_character():
    assert parse_value(item("uscc"), "91350100m000100y43") == "91350100M000100Y43"
    with pytest.raises(ValueRefused, match="校验位不符"):
        parse_value(item("uscc"), "91350100M000100Y44")


@pytest.mark.parametrize(
    ("raw", "kept"),
    [("1,234.50元", "1234.5"), (1234.5, "1234.5"), (0.1, "0.1"), ("¥300", "300"), ("300元/月", "300"), ("-0", "0")],
)
def test_decimals_are_plain_text(raw, kept):
    assert parse_value(item("decimal"), raw) == kept


def test_whole_number_with_a_fraction_is_refused():
    assert parse_value(item("integer"), "3人") == 3
    with pytest.raises(ValueRefused, match="整数"):
        parse_value(item("integer"), 3.5)


@pytest.mark.parametrize("type_", ["text", "date", "integer", "decimal", "boolean", "phone", "id_number", "code"])
def test_empty_cell_is_no_value(type_):
    assert parse_value(item(type_), "", {"甲": "1"}) is None
    assert parse_value(item(type_), None, {"甲": "1"}) is None


def test_stroke_through_a_cell_is_no_value_but_text_is_kept_as_written():
    assert parse_value(item("phone"), "/") is None
    assert parse_value(item("text"), " 某路\u00a012\u3000号, 2 楼\u200b ") == "某路 12 号, 2 楼"


def test_too_long_text_is_refused_with_both_lengths():
    with pytest.raises(ValueRefused, match="最多 5 个字,现在是 6 个字"):
        parse_value(item("text", "len<=5"), "一二三四五六")


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(text):
    kept = parse_value(item("text", "len<=500"), text)
    assert kept is None or parse_value(item("text", "len<=500"), kept) == kept


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.none(), st.dates()))
@pytest.mark.parametrize(
    "type_", ["id_number", "uscc", "phone", "plate", "date", "datetime", "integer", "decimal", "boolean"]
)
def test_any_cell_is_read_or_refused_in_words(type_, raw):
    column = parse_column(item(type_), [raw])
    assert all(refusal.message.endswith("。") for refusal in column.refused.values())


def test_column_keeps_places_and_gathers_refusals():
    column = parse_column(item("integer"), ["1", "", "x", 2.0, "x"])
    assert column.values == [1, None, None, 2, None]
    assert {place: refusal.code for place, refusal in column.refused.items()} == {2: "not_a_number", 4: "not_a_number"}
