"""Guesses (密码尝试): how many passwords reach the hasher, per account and per address.

Within WINDOW at most 5 guesses on one account and 5 from one address pass, 3 of them on the same account from the same
address: so a stranger at one place leaves two tries to the owner at another. A browser that the owner has logged in
with before counts by itself (`accounts.known_browsers`), so nobody elsewhere can lock it out.

A guess is written down before the password is looked at and taken back if it was right. Whoever counts holds a lock on
the account and on the address until the line is written: two guesses at once cannot both be the last. All of it lives
in PostgreSQL, one count for every web process.
"""

import ipaddress
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import Guess
from accounts.sealing import blind_index

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = PER_ADDRESS = PER_BROWSER = 5
PER_ACCOUNT_AND_ADDRESS = 3
NO_BROWSER = b""


@transaction.atomic
def let_through(*, username: str, address: str, browser: bytes = NO_BROWSER) -> int | None:
    """Key of the guess that was written down; None: no more guesses for now. The same for names that do not exist.

    browser: digest of a browser that is known for this very user name. Call outside a transaction: locks end with it.
    """
    account, place = blind_index("login.username", username), blind_index("login.address", network_of(address))
    _lock(account, place)
    recent = Guess.objects.filter(at__gt=timezone.now() - WINDOW)
    free = _browser_has_left(recent, account, browser) if browser else _stranger_has_left(recent, account, place)
    return Guess.objects.create(account=account, address=place, device=browser).pk if free else None


def give_back(guess: int) -> None:
    """The password was right, or nobody looked at it."""
    Guess.objects.filter(pk=guess).delete()


def count_guesses() -> int:
    """Within WINDOW, of everybody: those that did not open, and the few that are being looked at."""
    return Guess.objects.filter(at__gt=timezone.now() - WINDOW).count()


def forget_guesses() -> int:
    """Delete what counts no more. Returns how many."""
    return Guess.objects.filter(at__lte=timezone.now() - WINDOW).delete()[0]


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 network of an IPv6 one: whoever has one such address has 2^64 of them."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False).network_address
    return str(found)


def _browser_has_left(recent: QuerySet[Guess], account: bytes, browser: bytes) -> bool:
    return recent.filter(account=account, device=browser).count() < PER_BROWSER


def _stranger_has_left(recent: QuerySet[Guess], account: bytes, place: bytes) -> bool:
    there, here = Q(account=account), Q(address=place)
    counts = {"on_account": there, "from_address": here, "on_both": there & here}
    made = recent.filter(there | here, device=NO_BROWSER).aggregate(
        **{name: Count("pk", filter=which) for name, which in counts.items()}
    )
    limits = {"on_account": PER_ACCOUNT, "from_address": PER_ADDRESS, "on_both": PER_ACCOUNT_AND_ADDRESS}
    return all(made[name] < limit for name, limit in limits.items())


def _lock(*digests: bytes) -> None:
    """Until the end of the transaction; in one order for everybody, so that no two wait for each other."""
    keys = sorted(int.from_bytes(digest[:8], "big", signed=True) for digest in digests)
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
