"""The endpoints of oauthlib, with the two grants that the portal knows: the code, and its renewal."""

from typing import Any

from django.conf import settings
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauthlib.oauth2.rfc6749.endpoints import AuthorizationEndpoint, TokenEndpoint
from oauthlib.oauth2.rfc6749.tokens import BearerToken
from oauthlib.openid.connect.core.endpoints.userinfo import UserInfoEndpoint
from oauthlib.openid.connect.core.grant_types import AuthorizationCodeGrant, RefreshTokenGrant

from portal.sign_on.validator import LoginValidator


class LoginServer(AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint):  # type: ignore[misc]
    """Code flow of OpenID Connect Core 1.0."""

    def __init__(self, validator: LoginValidator) -> None:
        code, renewal = AuthorizationCodeGrant(validator), RefreshTokenGrant(validator)
        bearer = BearerToken(validator, None, settings.OAUTH2_PROVIDER["ACCESS_TOKEN_EXPIRE_SECONDS"])
        AuthorizationEndpoint.__init__(
            self, default_response_type="code", response_types={"code": code}, default_token_type=bearer
        )
        grants = {"authorization_code": code, "refresh_token": renewal}
        TokenEndpoint.__init__(
            self, default_grant_type="authorization_code", grant_types=grants, default_token_type=bearer
        )
        UserInfoEndpoint.__init__(self, validator)


def login_core() -> Any:
    """The toolkit's bridge from a Django request to those endpoints."""
    return OAuthLibCore(LoginServer(LoginValidator()))
