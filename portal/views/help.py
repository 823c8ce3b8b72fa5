"""The help page: signs, keys, what to do when something goes wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import rights
from accounts.access import access


@access(rights.WORK)
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help.html", {"actor": request.actor})  # type: ignore[attr-defined]
