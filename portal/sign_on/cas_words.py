"""What CAS 3 says in XML (CAS Protocol 3.0.3, 2.5, 2.6, appendix A and C)."""

from collections.abc import Mapping
from uuid import uuid4
from xml.sax.saxutils import escape

from django.utils.timezone import now

NAMESPACE = "http://www.yale.edu/tp/cas"
CONTENT_TYPE = "application/xml; charset=utf-8"
REASONS = {
    "INVALID_REQUEST": "service and ticket are required",
    "INVALID_TICKET_SPEC": "the ticket does not meet the requirements of the validation",
    "INVALID_TICKET": "the ticket is unknown, used or too old",
    "INVALID_SERVICE": "the ticket was made for another service",
    "UNAUTHORIZED_SERVICE_PROXY": "proxying is not offered",
}


def success(user: str, attributes: Mapping[str, str]) -> str:
    """A validated ticket. attributes: of CAS 3; empty for the older endpoint."""
    told = "".join(f"<cas:{name}>{escape(value)}</cas:{name}>" for name, value in attributes.items())
    inside = f"<cas:attributes>{told}</cas:attributes>" if told else ""
    return _answer(
        f"<cas:authenticationSuccess><cas:user>{escape(user)}</cas:user>{inside}</cas:authenticationSuccess>"
    )


def failure(code: str) -> str:
    """code: a key of REASONS."""
    return _answer(f'<cas:authenticationFailure code="{code}">{REASONS[code]}</cas:authenticationFailure>')


def logout_request(ticket: str) -> str:
    """Single logout: the session that began with the ticket is over (appendix C)."""
    return (
        '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
        f'ID="LR-{uuid4().hex}" Version="2.0" IssueInstant="{now():%Y-%m-%dT%H:%M:%SZ}">'
        "<saml:NameID>@NOT_USED@</saml:NameID>"
        f"<samlp:SessionIndex>{escape(ticket)}</samlp:SessionIndex></samlp:LogoutRequest>"
    )


def _answer(inside: str) -> str:
    return f'<cas:serviceResponse xmlns:cas="{NAMESPACE}">{inside}</cas:serviceResponse>'
