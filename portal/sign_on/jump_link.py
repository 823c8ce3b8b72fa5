"""Signed jump links (签名跳转链接) for systems that can do neither OpenID Connect nor CAS: a JWT by HMAC-SHA-256.

The system checks signature, `aud`, `exp`, and takes each `jti` once within the minute that the link is good.
"""

from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.utils.timezone import now
from joserfc import jwt
from joserfc.jwk import OctKey

GOOD_FOR_SECONDS = 60
PARAMETER = "portal_token"


def sign_link(*, home_url: str, key: str, audience: str, account: str) -> str:
    """The system's address with who comes. account: what he is called there. audience: filing number of the system."""
    at = int(now().timestamp())
    claims = {
        "iss": settings.PORTAL_ORIGIN,
        "aud": audience,
        "sub": account,
        "iat": at,
        "exp": at + GOOD_FOR_SECONDS,
        "jti": uuid4().hex,
    }
    token = jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, OctKey.import_key(key))
    return f"{home_url}{'&' if '?' in home_url else '?'}{urlencode({PARAMETER: token})}"
