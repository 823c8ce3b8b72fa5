"""How django-oauth-toolkit meets our machines: which scopes, which secrets, how often they may knock."""

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from accounts import limits
from accounts.api_scopes import ApiScope
from accounts.models import ClientSystem


class ClientScopes(BaseScopes):  # type: ignore[misc]
    """Scopes belong to the machine: it gets those it was opened for, or the part of them it asks for."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope.value: str(scope.label) for scope in ApiScope}

    def get_available_scopes(
        self, application: ClientSystem | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(application.scopes) if application else []

    def get_default_scopes(
        self, application: ClientSystem | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self.get_available_scopes(application)


class ClientValidator(OAuth2Validator):  # type: ignore[misc]
    """A stranger never reaches the hasher in a machine's name: its address is looked at first (`is_usable`).

    kind, limit: which clients come in here, and what their tries are paid from.
    """

    kind = ClientSystem.Kind.MACHINE
    limit = limits.TOKEN

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """By the present secret, or by the one before while it is still good."""
        return super().authenticate_client(request, *args, **kwargs) or self._by_previous_secret(request)

    def _load_application(self, client_id: str, request: Any) -> ClientSystem | None:
        loaded = bool(request.client)
        client: ClientSystem | None = super()._load_application(client_id, request)
        if client is not None and client.kind != self.kind:
            request.client = None
            return None
        if client is not None and not loaded:
            limits.spend_by_client(client.pk, self.limit)
            # The library forgets it where the secret is wrong.
            request.asking_client = client
        return client

    def _by_previous_secret(self, request: Any) -> bool:
        client: ClientSystem | None = vars(request).get("asking_client")
        if client is None or not client.live_previous_secret:
            return False
        # Only for this comparison: nothing saves the row that is held here.
        client.client_secret = client.live_previous_secret
        request.client = client
        return bool(super().authenticate_client(request))
