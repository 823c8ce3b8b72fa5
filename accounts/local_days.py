"""Local days as moments: comparisons that an index on a time answers."""

from datetime import date, datetime, time

from django.utils.timezone import make_aware


def midnight(day: date) -> datetime:
    """Beginning of a local day."""
    return make_aware(datetime.combine(day, time.min))
