"""What the four cards and forms share."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.rights import CHANGE_RESIDENTS, UNMASK, holds
from registry.card_panels import list_panels
from registry.catalogue import get_catalogue
from registry.forms import SubjectForm
from registry.history import describe_history
from registry.layouts import LAYOUTS, group_items
from registry.marks import find_hand_url, list_marks
from registry.masking import show
from registry.models import Difference
from registry.prefills import Prefill, get_prefill
from registry.selectors.areas import list_places_to_live
from registry.selectors.subjects import card_items, get_subject, list_history, list_open_differences
from registry.selectors.unmasking import get_sight
from registry.showing import Cell, State, cell_of, describe_origin, text_of
from registry.sight_token import sight_token
from registry.views.people_rows import shown

CONFLICT, REFUSED = 409, 422


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def card_context(request: HttpRequest, entity: str, pk: int) -> dict[str, Any]:
    """Everything that `registry/_card.html` needs; `card_page` writes that it was read. Raises NotFound."""
    actor, today = actor_of(request), timezone.localdate()
    catalogue = get_catalogue()
    subject = get_subject(actor=actor, entity=entity, pk=pk, on=today)
    differences = list_open_differences(actor=actor, entity=entity, pk=pk)
    differing = {difference.item_id for difference in differences}
    items = card_items(entity, catalogue)
    sight = get_sight(actor=actor, token=sight_token(request), entity=entity, pk=pk)
    reader = actor.opening(sight.items)
    cells = {
        item.code: cell_of(subject, item, reader, catalogue, on=today, differs=item.code in differing) for item in items
    }
    groups = [_group(title, [cells[item.code] for item in group]) for title, group in group_items(entity, items)]
    return {
        "subject": subject,
        "groups": groups,
        "differences": [_offer(difference, subject, reader) for difference in differences],
        "history": describe_history(subject, list_history(subject), items, reader, catalogue),
        "can_change": holds(actor, CHANGE_RESIDENTS) and subject.closed_on is None,
        "can_reopen": holds(actor, CHANGE_RESIDENTS)
        and subject.closed_on is not None
        and timezone.localdate(subject.updated_at) == today,
        "noun": LAYOUTS[entity].noun,
        "name": text_of(subject, catalogue.item(LAYOUTS[entity].title), reader, catalogue),
        "sight": sight,
        "reader": reader,
        "can_unmask": holds(actor, UNMASK) and any(cell.masked for cell in cells.values()),
        "entity": entity,
        "panels": list_panels(actor=reader, entity=entity, subject=subject),
        "tags": list_marks(actor=actor, entity=entity, subject=subject),
        "hand_url": find_hand_url(actor, entity),
        **_addresses(entity, pk),
    }


def card_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, beside: Sequence[dict[str, Any]] = ()
) -> HttpResponse:
    """The card, with the audit line of its reading. While something is unmasked it asks for itself again when that
    ends, and no copy is kept.

    beside: people shown next to it, as `named` makes them.
    """
    unmasked = sorted(context["reader"].opened)
    action = f"{context['entity']}.read"
    record(actor_of(request), action, context["subject"], subjects=shown(beside), unmasked=unmasked)
    for panel in context["panels"]:
        panel.note()
    response = render(request, template, context)
    until = context["sight"].until
    if until is not None:
        response["Refresh"] = str(math.ceil((until - timezone.now()).total_seconds()))
        response["Cache-Control"] = "no-store"
    return response


def form_page(
    request: HttpRequest,
    form: SubjectForm,
    save: Callable[[SubjectForm], HttpResponse | None],
    *,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """One form for adding and editing. save: returns where to go, or None when the form was refused."""
    status = 200
    if request.method == "GET" and form.subject is not None:
        record(actor_of(request), f"{form.entity}.read", form.subject, page="edit")
    if request.method == "POST":
        valid = form.is_valid()
        if valid and form.is_stale:
            context |= {"form": form, "answers": _answers(form)}
            return render(request, "registry/stale.html", context, status=CONFLICT)
        done = save(form) if valid else None
        if done is not None:
            return done
        status = REFUSED
    return render(request, template, {**context, "form": form}, status=status)


def show_closing(request: HttpRequest, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    """The page that asks before a subject is closed: it names the subject, so it is a reading."""
    subject = context["subject"]
    record(actor_of(request), f"{subject._meta.model_name}.read", subject, page="close")
    return render(request, "registry/subject_close.html", context, status=422 if form.errors else 200)


def subject_form(request: HttpRequest, entity: str, subject: Any = None) -> SubjectForm:
    """For somebody new it comes filled in from where the address says, which leaves its line."""
    actor = actor_of(request)
    prefill = get_prefill(actor, entity, request) if subject is None else Prefill()
    prefill.note()
    form = SubjectForm(request.POST or None, entity=entity, actor=actor, subject=subject, known=prefill.values)
    form.origin = prefill.origin
    form.ask_area(list_places_to_live(actor))
    return form


def _addresses(entity: str, pk: int) -> dict[str, str]:
    steps = {
        f"{step}_url": reverse(f"registry:{entity}_{step}", args=[pk]) for step in ("edit", "close", "reopen", "unmask")
    }
    return {"list_url": reverse(f"registry:{entity}_list"), **steps}


def _answers(form: SubjectForm) -> list[tuple[str, str]]:
    """The same answers against the version of now: saving again is a decision, not an accident."""
    kept = [(name, form.data[name]) for name in form.fields if name in form.data and name != "version"]
    return [*kept, ("version", str(form.subject.version))]


def _group(title: str, cells: list[Cell]) -> dict[str, Any]:
    return {
        "title": title,
        "known": [cell for cell in cells if cell.state != State.MISSING],
        "missing": [cell.item.name for cell in cells if cell.state == State.MISSING],
    }


def _offer(difference: Difference, subject: Any, actor: Actor) -> dict[str, Any]:
    item, catalogue = difference.item, get_catalogue()
    offered: Any = difference.offered
    if item.type == "boolean":
        offered = offered == "true"
    return {
        "difference": difference,
        "kept": cell_of(subject, item, actor, catalogue, on=timezone.localdate()),
        "offered": show(item, offered, actor.clearance_for(item.code), catalogue),
        "origin": describe_origin(item, difference.source),
    }
