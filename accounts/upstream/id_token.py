"""Whether an id_token holds (OpenID Connect Core 1.0, 3.1.3.7). Pure but for the clock."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from accounts.upstream.refusals import UpstreamRefused

ALGORITHMS = ["RS256", "ES256"]
"""Never `none`, never a secret shared with the provider."""
LEEWAY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says is there. methods: its acr and amr, for whoever trusts its second factor."""

    issuer: str
    subject: str
    methods: frozenset[str]


def read_id_token(token: str, keys: KeySet, *, issuer: str, client_id: str, nonce: str) -> Identity:
    """The identity. Raises UpstreamRefused for a wrong signature, issuer, audience, nonce or time."""
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError):
        raise UpstreamRefused from None
    _check_party(claims, client_id)
    return Identity(issuer, str(claims["sub"])[:255], _methods(claims))


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    """A token for several audiences must have been given to us."""
    audience, party = claims["aud"], claims.get("azp")
    several = isinstance(audience, list) and len(audience) > 1
    if (several and party is None) or (party is not None and party != client_id):
        raise UpstreamRefused


def _methods(claims: dict[str, Any]) -> frozenset[str]:
    said = claims.get("amr")
    methods = said if isinstance(said, list) else []
    return frozenset(str(one) for one in (*methods, claims.get("acr")) if one)
