"""The help page: what the handbook says of the screen one comes from, the handbook of the role, signs and words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import rights
from accounts.access import access, actor_of
from portal.handbook import find_section, list_sections


@access(rights.WORK)
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """screen: name of the view from which help was asked for; one that is not known shows the handbook alone."""
    actor = actor_of(request)
    context = {
        "actor": actor,
        "section": find_section(actor.role, request.GET.get("screen", "")[:100]),
        "sections": list_sections(actor.role),
    }
    return render(request, "portal/help.html", context)
