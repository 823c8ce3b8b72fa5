"""What keeps a reporter unknown (举报人保密): codes, marks and seals. Pure but for the keys of `accounts.sealing`.

Nothing in the tables tells who reported without the keys of the portal: words and files are sealed, and whose a
complaint is stands there as an HMAC-SM3 of the user, or of a code that only the reporter has.
"""

from django.core import signing

from accounts.one_time import make_release_code, plain
from accounts.sealing import blind_index, open_sealed, seal

EVIDENCE = "portal.complaint.evidence"
_WORDS, _REPORTER, _RECEIPT, _NAME = (f"portal.complaint.{what}" for what in ("words", "reporter", "receipt", "name"))
_TICKET = "portal.complaint.ticket"
ONE_DAY = 24 * 60 * 60


def make_ticket() -> str:
    """What the page of a new complaint carries: its receipt code, signed, so that a doubled post files it once."""
    return signing.dumps(make_release_code(), salt=_TICKET)


def code_of(ticket: str) -> str | None:
    """The code in a ticket of this portal that is not older than a day."""
    try:
        code: str = signing.loads(ticket, salt=_TICKET, max_age=ONE_DAY)
    except signing.BadSignature:
        return None
    return code


def mark_of_code(code: str) -> bytes:
    """What is kept of a receipt code. code: as typed."""
    return blind_index(_RECEIPT, plain(code))


def mark_of_user(user_id: int) -> bytes:
    """By which a reporter under a name finds the own complaints."""
    return blind_index(_REPORTER, str(user_id))


def mark_of_name(name: str) -> bytes:
    """By which somebody named in a complaint is kept from it. name: see `rules.plain_name`."""
    return blind_index(_NAME, name)


def seal_words(complaint_id: int, text: str) -> str:
    """Sealed for one complaint: words put into the row of another do not open. "" stays ""."""
    return seal(f"{_WORDS}:{complaint_id}", text) if text else ""


def open_words(complaint_id: int, sealed: str) -> str:
    return open_sealed(f"{_WORDS}:{complaint_id}", sealed) if sealed else ""


def seal_reporter(complaint_id: int, post_id: int) -> str:
    return seal(f"{_REPORTER}:{complaint_id}", str(post_id))


def open_reporter(complaint_id: int, sealed: str) -> int:
    """Key of the post in which it was reported."""
    return int(open_sealed(f"{_REPORTER}:{complaint_id}", sealed))


def evidence_seal(complaint_id: int) -> str:
    """What the files of a complaint are sealed as."""
    return f"{EVIDENCE}:{complaint_id}"
