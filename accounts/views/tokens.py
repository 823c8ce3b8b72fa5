"""The token endpoint of machines."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import PUBLIC, access
from accounts.services.tokens import issue_token

FORM = "application/x-www-form-urlencoded"


@access(PUBLIC)
@csrf_exempt
@never_cache
@sensitive_post_parameters()
def token(request: HttpRequest) -> HttpResponse:
    """POST grant_type=client_credentials, the client by HTTP Basic. Refusals in the words of RFC 6749, 5.2."""
    if request.method != "POST":
        return _refused("invalid_request", 405, Allow="POST")
    # Secrets belong into the header or the body: an address is kept in logs on the way.
    if request.content_type != FORM or request.META.get("QUERY_STRING"):
        return _refused("invalid_request", 400)
    answer = issue_token(request)
    return HttpResponse(answer.body, status=answer.status, headers=answer.headers | {"Cache-Control": "no-store"})


def _refused(error: str, status: int, **headers: Any) -> HttpResponse:
    return JsonResponse({"error": error}, status=status, headers=headers)
