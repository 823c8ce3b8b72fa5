"""Issuing tokens to machines, by OAuth 2.0 client credentials (RFC 6749, 4.4)."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import now
from oauth2_provider.models import get_access_token_model
from oauth2_provider.oauth2_backends import get_oauthlib_core

from accounts import limits
from accounts.audit import record, record_system
from accounts.models import ClientSystem, User
from accounts.origin import present_origin


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """body: JSON as RFC 6749 words it, a token or an error."""

    status: int
    headers: dict[str, str]
    body: str


@transaction.atomic
def issue_token(request: HttpRequest) -> TokenAnswer:
    """Answer a token request. Tries are paid by the address, then by the machine; both are audited. Raises TooMany."""
    limits.spend_from(present_origin().address, limits.TOKEN)
    _, headers, body, status = get_oauthlib_core().create_token_response(request)
    answer: dict[str, Any] = json.loads(body)
    if status == 200:
        _note_issued(answer)
    else:
        record_system("client.token_issued", result="refused", error=answer.get("error", ""))
    return TokenAnswer(status, headers, body)


def _note_issued(answer: dict[str, Any]) -> None:
    issued = get_access_token_model().objects.select_related("application")
    client: ClientSystem = issued.get(token_checksum=sha256(answer["access_token"].encode()).hexdigest()).application
    ClientSystem.objects.filter(pk=client.pk).update(last_token_at=now())
    post = client.working_post
    if post is not None:
        # A machine that works is not an account left unused.
        User.objects.filter(pk=post.user_id).update(last_login=now())
        record(post.as_actor(), "client.token_issued", client, scopes=answer["scope"].split())
