"""Counting at night who carries what, a number a community and tag, for the trend."""

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils.timezone import localdate

from accounts.codes import SPAN, Level
from accounts.scope import whole_tree

_FORGET = "DELETE FROM tagging_monthlycount WHERE month = %(month)s"
_COUNT = """
INSERT INTO tagging_monthlycount (district, area_code, tag, month, count)
SELECT k.district, k.area_code - k.area_code %% %(span)s, carried.tag, %(month)s, count(*)
FROM tagging_subjecttags k CROSS JOIN unnest(k.tags) AS carried (tag)
GROUP BY 1, 2, 3
"""


def count_month(*, on: date | None = None) -> date:
    """Write the numbers of now as those of the month in which yesterday lay; safe to repeat. Returns its first day.

    on: today by default. Counted after midnight, so the last night of a month leaves what it ended with.
    """
    month = ((on or localdate()) - timedelta(days=1)).replace(day=1)
    given: dict[str, Any] = {"month": month, "span": SPAN[Level.COMMUNITY]}
    with whole_tree(reason="统计标签月度数量"), connection.cursor() as cursor:
        cursor.execute(_FORGET, given)
        cursor.execute(_COUNT, given)
    return month
