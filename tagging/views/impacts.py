"""Having counted what a request would do. The page asks for it by itself; without script by a button."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import access, actor_of
from accounts.htmx import wants_part
from accounts.rights import PROPOSE_TAGS
from tagging.selectors.changes import get_change
from tagging.services.impacts import start_impact


@access(PROPOSE_TAGS)
@require_POST
def change_impact(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    change = get_change(actor=actor, pk=pk)
    kept = start_impact(actor=actor, change=change)
    if wants_part(request):
        return render(request, "tagging/_impact.html", {"change": change, "kept": kept})
    return redirect("tagging:change_detail", pk)
