"""How a subject came by its tags."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from accounts.access import access, actor_of
from accounts.audit import record
from accounts.rights import VIEW_RESIDENTS
from registry.layouts import LAYOUTS
from registry.selectors.subjects import get_subject
from tagging.selectors.story import list_spans
from tagging.selectors.subjects import check_entity, lines_of


@access(VIEW_RESIDENTS)
@require_safe
def story(request: HttpRequest, entity: str, pk: int) -> HttpResponse:
    actor, entity = actor_of(request), check_entity(entity)
    subject = get_subject(actor=actor, entity=entity, pk=pk, on=localdate())
    (line,) = lines_of([subject], entity, actor)
    spans = list_spans(actor=actor, entity=entity, subject=subject)
    record(actor, f"{entity}.read", subject, page="tags")
    context = {"line": line, "spans": spans, "noun": LAYOUTS[entity].noun}
    return render(request, "tagging/story.html", context)
