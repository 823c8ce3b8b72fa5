"""Signing with the portal's own keys (SIGN_ON_KEYS, RS256), and reading back what they have signed."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils.timezone import now
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

ALGORITHM = "RS256"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_SECONDS = 120


def is_ready() -> bool:
    """Whether the deployment has a key to sign with."""
    return bool(settings.SIGN_ON_KEYS)


def public_keys() -> list[dict[str, Any]]:
    """The JSON Web Key Set: the key that signs, then those that signed before and are still believed."""
    return [
        {"alg": ALGORITHM, "use": "sig", "kid": key.thumbprint(), **key.as_dict(private=False)} for key in _own_keys()
    ]


def logout_token(*, audience: str, subject: str, sid: str) -> str:
    """A logout token (OpenID Connect Back-Channel Logout 1.0, 2.4)."""
    key, at = _own_keys()[0], int(now().timestamp())
    claims = {
        "iss": settings.PORTAL_ORIGIN,
        "aud": audience,
        "sub": subject,
        "sid": sid,
        "iat": at,
        "exp": at + LOGOUT_TOKEN_SECONDS,
        "jti": str(uuid4()),
        "events": {LOGOUT_EVENT: {}},
    }
    header = {"alg": ALGORITHM, "kid": key.thumbprint(), "typ": "logout+jwt"}
    return jwt.encode(header, claims, key)


def read_id_token(token: str) -> dict[str, Any] | None:
    """Claims of an identity token that the portal has signed, run out or not; None for anything else."""
    try:
        read = jwt.decode(token, KeySet([*_own_keys()]), algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    is_logout = "events" in read.claims
    return None if is_logout or read.claims.get("iss") != settings.PORTAL_ORIGIN else read.claims


def _own_keys() -> list[RSAKey]:
    keys = [RSAKey.import_key(pem) for pem in settings.SIGN_ON_KEYS]
    return [RSAKey.import_key(key.as_dict(private=True) | {"kid": key.thumbprint()}) for key in keys]
