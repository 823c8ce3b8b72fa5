"""Filing numbers (备案号): what the district has admitted is called by one number for good."""

from django.db import connection
from django.db.models import Model

from accounts.codes import Level, ancestor
from accounts.models import Area
from registry.rules.pinyin import spell_name

NAMES_OF_LEVEL = "省市区县旗"


def next_filing_number(area_code: int, year: int, *, of: type[Model], mark: str = "") -> str:
    """CM-2026-0117, with a mark CM-XT-2026-0117: initials of the district, year, running number.

    of: the model whose `filing_number` counts on. Held by a lock until the transaction ends.
    """
    district = Area.objects.get(code=ancestor(area_code, Level.DISTRICT))
    beginning = "-".join([_initials(district.name), *([mark] if mark else []), str(year), ""])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [beginning])
    numbered = of._default_manager.filter(filing_number__startswith=beginning)
    taken = numbered.values_list("filing_number", flat=True)
    last = max((int(number.rpartition("-")[2]) for number in taken), default=0)
    return f"{beginning}{last + 1:04d}"


def _initials(name: str) -> str:
    """崇明区 -> CM. Two districts of one portal with the same initials share one row of numbers."""
    core = name.rstrip(NAMES_OF_LEVEL) or name
    return spell_name(core)[1].upper()
