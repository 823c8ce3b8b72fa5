"""What the portal says of itself to systems that connect (OpenID Connect Discovery 1.0, 3)."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from portal.sign_on.claims import CLAIM_SCOPES, SCOPES
from portal.sign_on.signing import ALGORITHM


def describe() -> dict[str, Any]:
    """Only what is there: the code flow with S256, RS256, a secret, logout to and fro."""
    return {
        "issuer": settings.PORTAL_ORIGIN,
        "authorization_endpoint": _at("portal:oidc_authorize"),
        "token_endpoint": _at("portal:oidc_token"),
        "userinfo_endpoint": _at("portal:oidc_userinfo"),
        "jwks_uri": _at("portal:oidc_keys"),
        "end_session_endpoint": _at("portal:oidc_logout"),
        "scopes_supported": list(SCOPES),
        "claims_supported": [*CLAIM_SCOPES, "auth_time", "amr"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }


def _at(name: str) -> str:
    return f"{settings.PORTAL_ORIGIN}{reverse(name)}"
