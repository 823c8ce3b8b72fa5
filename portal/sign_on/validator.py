"""What oauthlib asks the portal about systems, codes and tokens. The toolkit keeps them; a sign-on stands behind each.

Codes are kept as SHA-256, like tokens. A code that comes twice takes the tokens of the first time with it (RFC 6749,
4.1.2); so does a renewal that comes twice (RFC 9700, 4.14.2).
"""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.utils.timezone import now
from oauth2_provider.models import get_access_token_model, get_refresh_token_model
from oauth2_provider.settings import oauth2_settings
from oauthlib.oauth2.rfc6749 import errors

from accounts import limits
from accounts.models import ClientSystem, Post
from accounts.oauth import ClientValidator
from portal.models import Entrance, SignOn
from portal.selectors.sign_on import account_of, find_live_sign_on
from portal.sign_on.claims import CLAIM_SCOPES, describe, subject_of

AccessToken, RefreshToken = get_access_token_model(), get_refresh_token_model()


class LoginValidator(ClientValidator):
    """Only for systems that let people in (`Entrance`): a machine's credentials open nothing here."""

    kind = ClientSystem.Kind.LOGIN
    limit = limits.SIGN_ON
    oidc_claim_scope = CLAIM_SCOPES

    # Systems --------------------------------------------------------------------------------------------------
    def _load_application(self, client_id: str, request: Any) -> ClientSystem | None:
        client = super()._load_application(client_id, request)
        if client is None:
            return None
        request.entrance = Entrance.objects.live().select_related("system").filter(client=client).first()
        if request.entrance is None:
            request.client = None
            return None
        return client

    def validate_scopes(self, client_id: str, scopes: list[str], client: Any, request: Any, *_: Any, **__: Any) -> bool:
        return "openid" in scopes and bool(super().validate_scopes(client_id, scopes, client, request))

    def validate_silent_login(self, request: Any) -> bool:
        """The view has looked who is there before it grants anything."""
        return True

    def validate_silent_authorization(self, request: Any) -> bool:
        return True

    def is_origin_allowed(self, client_id: str, origin: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Systems ask from their servers, never from a page in a browser."""
        return False

    # Codes ----------------------------------------------------------------------------------------------------
    def _create_authorization_code(self, request: Any, code: dict[str, str], expires: Any = None) -> Any:
        SignOn.objects.filter(pk=request.claims["sign_on"]).update(code=_digest(code["code"]))
        return super()._create_authorization_code(request, code | {"code": _kept(code["code"])}, expires)

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        if not super().validate_code(client_id, _kept(code), client, request, *args, **kwargs):
            self._take_back(SignOn.objects.filter(code=_digest(code), entrance__client=client).first())
            return False
        request.sign_on = find_live_sign_on(entrance=request.entrance, pk=(request.claims or {}).get("sign_on"))
        return request.sign_on is not None

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """What was named at the beginning has to be named again: no default stands in for it."""
        named = not getattr(request, "using_default_redirect_uri", False)
        return named and bool(super().confirm_redirect_uri(client_id, _kept(code), redirect_uri, client))

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any, *args: Any, **kwargs: Any) -> None:
        super().invalidate_authorization_code(client_id, _kept(code), request, *args, **kwargs)

    def get_code_challenge(self, code: str, request: Any) -> str | None:
        found: str | None = super().get_code_challenge(_kept(code), request)
        return found

    def get_code_challenge_method(self, code: str, request: Any) -> str | None:
        found: str | None = super().get_code_challenge_method(_kept(code), request)
        return found

    def get_authorization_code_scopes(self, client_id: str, code: str, redirect_uri: str, request: Any) -> list[str]:
        found: list[str] = super().get_authorization_code_scopes(client_id, _kept(code), redirect_uri, request)
        return found

    def get_authorization_code_nonce(self, client_id: str, code: str, redirect_uri: str, request: Any) -> str | None:
        found: str | None = super().get_authorization_code_nonce(client_id, _kept(code), redirect_uri, request)
        return found

    # Tokens ---------------------------------------------------------------------------------------------------
    def refresh_id_token(self, request: Any) -> bool:
        """Who it is was told at the login; a renewal is about the tokens alone."""
        return False

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        family = request.refresh_token_instance.token_family
        request.sign_on = find_live_sign_on(entrance=request.entrance, tokens=family)
        return request.sign_on is not None

    def _create_refresh_token(self, request: Any, code: str, access_token: Any, previous: Any) -> Any:
        made = super()._create_refresh_token(request, code, access_token, previous)
        # A second code of the same sign-on begins a new family; the one before has no renewal any more.
        sign_on: SignOn = request.sign_on
        if sign_on.tokens not in (None, made.token_family):
            revoke_tokens(sign_on)
        SignOn.objects.filter(pk=sign_on.pk).update(tokens=made.token_family)
        return made

    def validate_bearer_token(self, token: str, scopes: list[str], request: Any) -> bool:
        """For the one place that a login's token opens: who its bearer is (UserInfo)."""
        if not super().validate_bearer_token(token, scopes, request) or request.client.kind != self.kind:
            return False
        request.scopes = request.access_token.scope.split()
        request.entrance = Entrance.objects.live().select_related("system").filter(client=request.client).first()
        renewal = RefreshToken.objects.filter(access_token=request.access_token).first()
        request.sign_on = request.entrance and find_live_sign_on(
            entrance=request.entrance, tokens=renewal and renewal.token_family
        )
        return bool(request.sign_on)

    # Claims ---------------------------------------------------------------------------------------------------
    def get_claim_dict(self, request: Any) -> dict[str, Any]:
        sign_on: SignOn = request.sign_on
        system_id = request.entrance.system_id
        actor = Post.objects.with_context().get(pk=sign_on.post_id).as_actor()
        return {
            "sub": subject_of(system_id=system_id, user_id=sign_on.user_id),
            "sid": str(sign_on.sid),
            **describe(actor, account=account_of(system_id=system_id, user_id=sign_on.user_id)),
        }

    def get_id_token_dictionary(self, token: Any, token_handler: Any, request: Any) -> tuple[dict[str, Any], Any]:
        claims, _ = super().get_id_token_dictionary(token, token_handler, request)
        sign_on: SignOn = request.sign_on
        ends = now() + timedelta(seconds=oauth2_settings.ID_TOKEN_EXPIRE_SECONDS)
        claims["auth_time"] = int(sign_on.logged_in_at.timestamp())
        claims["amr"] = ["pwd", "otp"] if sign_on.second_factor else ["pwd"]
        return claims, ends

    def _take_back(self, sign_on: SignOn | None) -> None:
        if sign_on is not None:
            revoke_tokens(sign_on)


def revoke_tokens(*sign_ons: SignOn) -> None:
    """End every token that came from these sign-ons."""
    families = [one.tokens for one in sign_ons if one.tokens is not None]
    if not families:
        return
    renewals = RefreshToken.objects.filter(token_family__in=families)
    AccessToken.objects.filter(pk__in=list(renewals.values_list("access_token_id", flat=True))).delete()
    renewals.filter(revoked=None).update(revoked=now(), access_token=None)


def require_s256(challenge: str, method: str) -> None:
    """PKCE by S256 alone (RFC 7636, RFC 9700 2.1.1). Raises oauthlib's InvalidRequestError."""
    fit = len(challenge) == 43 and challenge.isascii() and challenge.replace("-", "a").replace("_", "a").isalnum()
    if method != "S256" or not fit:
        raise errors.InvalidRequestError(description="code_challenge by S256 is required")


def _kept(code: str) -> str:
    return _digest(code).hex()


def _digest(code: str) -> bytes:
    return sha256(code.encode()).digest()
