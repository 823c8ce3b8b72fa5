from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.rules import Segment, deadline_of, segments

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        (datetime(2026, 11, 22, 18, 0, tzinfo=SHANGHAI), "今天 18:00 截止", "late"),
        (datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI), "今天已过截止时间", "late"),
        (datetime(2026, 11, 21, 23, 59, tzinfo=SHANGHAI), "已逾期 1 天", "late"),
        (datetime(2026, 11, 25, 9, 0, tzinfo=SHANGHAI), "11-25 截止", "soon"),
        (datetime(2026, 12, 5, 9, 0, tzinfo=SHANGHAI), "12-05 截止", "plain"),
    ],
)
def test_a_deadline_is_told_in_days_of_the_local_calendar(due, text, tone):
    found = deadline_of(due, NOW)
    assert (found.text, found.tone) == (text, tone)


def test_a_deadline_stored_in_utc_falls_on_the_local_day():
    due = datetime(2026, 11, 22, 16, 30, tzinfo=ZoneInfo("UTC"))
    assert deadline_of(due, NOW).text == "11-23 截止"
    assert deadline_of(due - timedelta(hours=1), NOW).is_today


def test_pieces_of_a_bar_follow_each_other():
    assert segments({"known": 1, "confirm": 0, "missing": 2}, 3) == [
        Segment("known", "0.00", "33.33"),
        Segment("missing", "33.33", "66.67"),
    ]
    assert segments({"known": 0}, 0) == []
