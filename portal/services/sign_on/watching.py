"""The watch over systems (运行情况): every few minutes each home page is asked for, through the one way out."""

from concurrent.futures import ThreadPoolExecutor

from django.db.models import Case, F, Q, Value, When
from django.utils.timezone import now
from requests import RequestException

from accounts import outbound
from accounts.outbound import LedElsewhere, NotListed
from portal.models import Entrance

Health = Entrance.Health
AT_ONCE, SECONDS = 8, 8


def watch_systems() -> int:
    """Look at every opened system and keep what was seen. Returns how many did not answer. Safe to repeat."""
    found = list(Entrance.objects.live().values_list("pk", "home_url"))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        seen = list(pool.map(look_at, [url for _, url in found]))
    for health in Health:
        keep(health, [pk for (pk, _), was in zip(found, seen, strict=True) if was == health])
    return seen.count(Health.DOWN)


def look_at(url: str) -> Entrance.Health:
    """UNKNOWN: the deployment does not let us ask there. Being sent on to log in is an answer as good as any."""
    try:
        with outbound.session(seconds=SECONDS, most_bytes=2**20) as web:
            status = web.get(url, allow_redirects=False).status_code
    except NotListed:
        return Health.UNKNOWN
    except LedElsewhere:
        return Health.UP
    except RequestException:
        return Health.DOWN
    return Health.DOWN if status >= 500 else Health.UP


def keep(health: Entrance.Health, keys: list[int]) -> None:
    """health_since moves only where something has changed."""
    same = When(Q(health=health), then=F("health_since"))
    Entrance.objects.filter(pk__in=keys).update(
        health_since=Case(same, default=Value(now())), health=health, checked_at=now()
    )
