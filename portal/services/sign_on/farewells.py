"""Leaving: a sign-on ends with its session, post or system, and the system is told, again and again until it has heard.

The row is the outbox: Redis only wakes. A message is tried for nearly three hours; what it is about
ended here at once, whatever the other side does.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.timezone import now
from requests import RequestException

from accounts import outbound
from accounts.audit import record_user
from accounts.outbound import LedElsewhere
from accounts.sealing import open_sealed
from portal.models import Entrance, SignOn
from portal.selectors.sign_on import MOST_TRIES, get_own_sign_on, list_over
from portal.sign_on.cas_words import logout_request
from portal.sign_on.claims import subject_of
from portal.sign_on.signing import logout_token
from portal.sign_on.validator import revoke_tokens

LEASE = timedelta(seconds=30)
"""A worker that dies while it tells leaves the row to the next one after this."""
KEPT = timedelta(days=30)
TICKET_ITEM = "sign_on.ticket"
Kind = Entrance.Kind


@transaction.atomic
def end_sign_ons(which: QuerySet[SignOn]) -> int:
    """End those of `which` that go on, with their tokens. Returns how many; who calls wakes the telling."""
    rows = list(which.filter(ended_at=None).select_related("entrance").select_for_update(of=("self",)))
    revoke_tokens(*rows)
    for row in rows:
        row.ended_at = row.next_try_at = now()
        row.told_at = None if _address(row) else row.ended_at
    SignOn.objects.bulk_update(rows, ["ended_at", "next_try_at", "told_at"])
    return len(rows)


@transaction.atomic
def end_own_sign_on(*, user_id: int, pk: int) -> SignOn:
    """Leave one system, not the portal. Raises NotFound."""
    found = get_own_sign_on(user_id=user_id, pk=pk)
    end_sign_ons(SignOn.objects.filter(pk=pk))
    record_user(user_id, "sign_on.ended", system=found.entrance.system_id)
    return found


def end_what_is_over() -> int:
    """By the clock and after every logout. Safe to repeat."""
    return end_sign_ons(list_over())


def tell_systems() -> int:
    """Tell every system that waits to be told. Returns how many heard. Safe to run twice: each row has a lease."""
    heard = 0
    while (row := _take_next()) is not None:
        if _tell(row):
            SignOn.objects.filter(pk=row.pk).update(told_at=now(), ticket_sealed="")
            heard += 1
    return heard


def forget_sign_ons() -> int:
    """Remove what ended a month ago. The audit log keeps who entered what."""
    return SignOn.objects.filter(ended_at__lt=now() - KEPT).delete()[0]


@transaction.atomic
def _take_next() -> SignOn | None:
    waiting = SignOn.objects.filter(ended_at__isnull=False, told_at=None, tries__lt=MOST_TRIES, next_try_at__lte=now())
    locked = waiting.select_related("entrance__client").select_for_update(of=("self",), skip_locked=True)
    row = locked.order_by("next_try_at").first()
    if row is not None:
        pause = max(LEASE, timedelta(seconds=10 * 2**row.tries))
        SignOn.objects.filter(pk=row.pk).update(tries=F("tries") + 1, next_try_at=now() + pause)
    return row


def _tell(row: SignOn) -> bool:
    # CAS defines no answer: mod_auth_cas ends the session and then sends the post on to log in, as any visitor.
    by_cas = row.entrance.kind == Kind.CAS
    try:
        with outbound.session(seconds=10, most_bytes=2**16) as web:
            status = web.post(_address(row), data=_message(row), allow_redirects=False).status_code
    except LedElsewhere:
        return by_cas
    except RequestException:
        return False
    return status < (500 if by_cas else 300)


def _address(row: SignOn) -> str:
    """Where to tell; "" where there is nothing to tell, or no way."""
    entrance = row.entrance
    if entrance.kind == Kind.CAS:
        return row.service if row.ticket_used_at is not None else ""
    return entrance.logout_url if row.code is not None else ""


def _message(row: SignOn) -> dict[str, str]:
    entrance = row.entrance
    if entrance.kind == Kind.CAS:
        return {"logoutRequest": logout_request(open_sealed(TICKET_ITEM, row.ticket_sealed))}
    subject = subject_of(system_id=entrance.system_id, user_id=row.user_id)
    client_id = entrance.client.client_id if entrance.client else ""
    return {"logout_token": logout_token(audience=client_id, subject=subject, sid=str(row.sid))}
