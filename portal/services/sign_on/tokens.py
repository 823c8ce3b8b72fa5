"""Tokens for systems, in exchange for a code or a renewal. What is refused leaves a line."""

import json
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts import limits
from accounts.audit import record_system
from accounts.origin import present_origin
from accounts.services.tokens import TokenAnswer
from portal.sign_on.server import login_core


@transaction.atomic
def issue_tokens(request: HttpRequest) -> TokenAnswer:
    """Answer a token request. Tries are paid by the address, then by the system. Raises TooMany."""
    limits.spend_from(present_origin().address, limits.SIGN_ON)
    _, headers, body, status = login_core().create_token_response(request)
    answer: dict[str, Any] = json.loads(body)
    if status != 200:
        record_system("sign_on.refused", result="refused", error=answer.get("error", ""))
    return TokenAnswer(status, headers, body)
