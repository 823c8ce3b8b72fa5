"""Dates as they are written in Chinese offices. All are calendar days or times of Asia/Shanghai."""

import re
from datetime import date, datetime, time, timedelta

from .refusals import ValueRefused
from .text import compact

EXCEL_EPOCH = date(1899, 12, 30)  # serial 61 and later; 1900 is a leap year only in Excel
SERIALS = range(3654, 73051)  # 1910-01-02 to 2099-12-31
DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?|(\d{2})(\d{2}))")
MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})|年(\d{1,2})月?|(\d{2}))")
YEAR = re.compile(r"(\d{4})年?")
DAY_LAST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
SHORT_YEAR = re.compile(r"\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
CLOCK = re.compile(
    r"(.*?\d日?)[T\s]*(上午|下午)?\s*(\d{1,2})[:\uff1a时](\d{1,2})"
    r"(?:分|[:\uff1a]\d{1,2}(?:\.\d+)?)?(?:\+08:?00)?"
)
ASK = "请按 2026-11-22 的样子填写。"


def parse_date(raw: object) -> str:
    """An ISO 8601 day, such as "2026-11-22", from a cell.

    Takes date cells, Excel serials, and texts: 2026-11-22, 2026/11/22, 2026.11.22, 20261122, 2026年11月22日,
    2026-11-22 00:00:00. Nothing is made up: a month is not a day.
    Raises ValueRefused: month_only, year_only, day_month_order, short_year, no_such_day, not_a_date.
    """
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, float | int) and not isinstance(raw, bool) and 0 <= raw < 10**8:
        return _from_number(float(raw))
    return _from_text(compact(str(raw)))


def parse_month(raw: object) -> str:
    """An ISO 8601 month, such as "2026-11", from anything that names a day or a month (出生年月)."""
    text = compact(str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw))
    found = MONTH.fullmatch(text)
    if found is None or not 1 <= int(next(filter(None, found.groups()[1:]))) <= 12:
        return parse_date(raw)[:7]
    return f"{found[1]}-{int(next(filter(None, found.groups()[1:]))):02d}"


def parse_datetime(raw: object) -> str:
    """An ISO 8601 time with the offset of Asia/Shanghai. A bare day means its first minute."""
    if isinstance(raw, datetime):
        return raw.replace(tzinfo=None).isoformat(timespec="minutes") + "+08:00"
    if isinstance(raw, float) and SERIALS.start <= raw < SERIALS.stop:
        moment = datetime.combine(EXCEL_EPOCH, time()) + timedelta(minutes=round(raw * 1440))
        return moment.isoformat(timespec="minutes") + "+08:00"
    found = CLOCK.fullmatch(str(raw).strip())
    if found is None:
        return parse_date(raw) + "T00:00+08:00"
    return f"{parse_date(found[1])}T{_clock(found)}+08:00"


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[3]), int(found[4])
    if found[2] == "下午" and hour < 12:
        hour += 12
    if hour > 23 or minute > 59:
        raise ValueRefused("no_such_time", "时间不存在,请按 2026-11-22 15:30 的样子填写。")
    return f"{hour:02d}:{minute:02d}"


def _from_number(number: float) -> str:
    if int(number) in SERIALS:
        return (EXCEL_EPOCH + timedelta(days=int(number))).isoformat()
    return _from_text(str(int(number)) if number.is_integer() else str(number))


def _from_text(text: str) -> str:
    text = re.sub(r"(?<=\d)T?00?:00(:00(\.0+)?)?$", "", text) if ":" in text else text
    found = DAY.fullmatch(text)
    if found is None:
        if text.isascii() and text.isdigit() and len(text) == 5 and int(text) in SERIALS:
            return _from_number(float(text))
        raise _why_not(text)
    year, month, day = (int(part) for part in found.groups() if part is not None)
    if not 1850 <= year <= 2100:
        raise ValueRefused("no_such_day", f"日期的年份不合理,{ASK}")
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise ValueRefused("no_such_day", f"没有这一天,{ASK}") from None


def _why_not(text: str) -> ValueRefused:
    if DAY_LAST.fullmatch(text):
        return ValueRefused("day_month_order", f"年份写在最后时分不清日和月,{ASK}")
    if YEAR.fullmatch(text):
        return ValueRefused("year_only", f"只写了年份,缺少月和日,{ASK}")
    if MONTH.fullmatch(text):
        return ValueRefused("month_only", f"只写了年月,缺少日,{ASK}日子不清楚的请空着不填。")
    if SHORT_YEAR.fullmatch(text):
        return ValueRefused("short_year", f"年份只有两位,{ASK}")
    return ValueRefused("not_a_date", f"不是能认出的日期,{ASK}")
