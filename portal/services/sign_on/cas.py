"""CAS tickets: made for one exact service, kept as SHA-256, good for half a minute and one question.

What is refused leaves a line; a ticket that was shown is gone, whatever came of it (CAS 3.0.3, 3.1.1).
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.audit import record_system
from accounts.models import Post
from accounts.sealing import seal
from accounts.sessions import SessionStore
from portal.models import Entrance, SignOn
from portal.selectors.sign_on import account_of, find_live_sign_on
from portal.services.sign_on.entering import enter_by_ticket
from portal.services.sign_on.farewells import TICKET_ITEM
from portal.sign_on.claims import describe, subject_of

GOOD_FOR = timedelta(seconds=30)
SHORTEST, LONGEST = 32, 256


@dataclass(frozen=True, slots=True)
class Validated:
    """user: the account there, else the subject. attributes: of CAS 3."""

    user: str
    attributes: dict[str, str]


@transaction.atomic
def make_ticket(*, actor: Actor, entrance: Entrance, session: SessionStore, service: str) -> str:
    """Raises NotForThisPost."""
    sign_on = enter_by_ticket(actor=actor, entrance=entrance, session=session, service=service)
    # Letters, digits and hyphens alone (CAS 3.0.3, 3.7): mod_auth_cas takes nothing else for a ticket.
    ticket = f"ST-{sign_on.pk}-{secrets.token_hex(32)}"
    sign_on.ticket, sign_on.ticket_until = _digest(ticket), now() + GOOD_FOR
    sign_on.save(update_fields=["ticket", "ticket_until"])
    return ticket


@transaction.atomic
def validate_ticket(*, ticket: str, service: str, renew: bool, proxy: bool) -> Validated | str:
    """Who comes with the ticket, or the code of the refusal (`cas_words.REASONS`)."""
    answer = _judge(ticket, service, renew=renew, proxy=proxy)
    if isinstance(answer, str):
        record_system("sign_on.refused", result="refused", error=answer)
    return answer


def _judge(ticket: str, service: str, *, renew: bool, proxy: bool) -> Validated | str:
    if not ticket or not service:
        return "INVALID_REQUEST"
    if proxy:
        return "UNAUTHORIZED_SERVICE_PROXY"
    if not ticket.startswith("ST-") or not SHORTEST <= len(ticket) <= LONGEST:
        return "INVALID_TICKET_SPEC"
    row = SignOn.objects.select_for_update(of=("self",)).filter(ticket=_digest(ticket)).first()
    if row is None or row.ticket_used_at is not None:
        return "INVALID_TICKET"
    row.ticket_used_at, row.ticket_sealed = now(), seal(TICKET_ITEM, ticket)
    row.save(update_fields=["ticket_used_at", "ticket_sealed"])
    return _use(row, service, renew=renew)


def _use(row: SignOn, service: str, *, renew: bool) -> Validated | str:
    entrance = Entrance.objects.live().filter(pk=row.entrance_id, kind=Entrance.Kind.CAS).first()
    gone = entrance is None or find_live_sign_on(entrance=entrance, pk=row.pk) is None
    # Nobody logs in anew for a single system, so a system that insists on it is told no.
    if entrance is None or gone or renew or row.ticket_until is None or row.ticket_until < now():
        return "INVALID_TICKET"
    if row.service != service or service not in entrance.services:
        return "INVALID_SERVICE"
    actor = Post.objects.with_context().get(pk=row.post_id).as_actor()
    account = account_of(system_id=entrance.system_id, user_id=row.user_id)
    subject = subject_of(system_id=entrance.system_id, user_id=row.user_id)
    return Validated(account or subject, {"sub": subject, **describe(actor, account=account)})


def _digest(ticket: str) -> bytes:
    return sha256(ticket.encode()).digest()
