from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from registry.ages import birthday_before

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(on=DAYS, born=DAYS, years=st.integers(0, 120))
def test_the_bound_and_the_birthdays_counted_one_by_one_agree(on, born, years):
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    assert (born <= birthday_before(on, years)) == (age >= years)


def test_nobody_is_older_than_the_calendar():
    assert birthday_before(date(2026, 11, 22), 5000) == date.min
