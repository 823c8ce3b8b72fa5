"""Pages of events (事)."""

import io
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import limits
from accounts.access import access
from accounts.audit import record, those
from accounts.exporting import as_download, fingerprint, write_table
from accounts.forms import refusals_on
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import HANDLE_EVENTS, REPORT_EVENTS, VIEW_EVENTS, holds
from registry.catalogue import get_catalogue
from registry.event_forms import EventListForm, EventReportForm, EventStepForm
from registry.ledger import HEADERS, ledger_row
from registry.models import Event, Person
from registry.selectors.areas import list_areas_below, list_places_to_live
from registry.selectors.events import (
    EventFilter,
    count_by_state,
    get_event,
    get_photo,
    list_events,
    list_ledger,
    list_people_of_event,
    list_photo_ids,
    list_steps,
)
from registry.selectors.people import list_people_by_ids, pick_people
from registry.services.events import Step, move_event, possible_steps, report_event
from registry.views import lists
from registry.views.cards import actor_of
from registry.views.lists import asked_by, chips_of, filters_of, spend_on_export
from registry.views.people_rows import named, shown

CATEGORY = "event.category"


@access(VIEW_EVENTS)
@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    actor, form = actor_of(request), _filters(request)
    paging = take_page(_found(request, form), request, key=("-occurred_at", "-pk"))
    record(actor, "event.listed", subjects=those(paging.rows), by=filters_of(form))
    context = {
        "paging": paging,
        "events": [(event, _category(event)) for event in paging.rows],
        "filters": form,
        "chips": chips_of(request, form),
        "clear_url": request.path,
        "counts": _state_links(request),
        "export_query": request.GET.urlencode(),
        "can_report": holds(actor, REPORT_EVENTS),
        "can_handle": holds(actor, HANDLE_EVENTS),
    }
    return render(request, "registry/event_list.html", context)


@access(VIEW_EVENTS, step_up=True, file=True)
@require_GET
def event_ledger(request: HttpRequest) -> HttpResponse:
    """The list as a ledger (台账) in Excel."""
    actor, catalogue = actor_of(request), get_catalogue()
    found = _found(request, _filters(request))
    spend_on_export(actor, found[: lists.MOST_EXPORTED + 1].count())
    events = list_ledger(events=found, most=lists.MOST_EXPORTED)
    rows = [ledger_row(nth, event, actor.at_standing(), catalogue) for nth, event in enumerate(events, 1)]
    content = write_table("事件台账", HEADERS, rows)
    people = {person.pk for event in events for person in event.people.all()}
    record(
        actor,
        "event.exported",
        subjects=(Person._meta.label_lower, sorted(people)),
        by=asked_by(request),
        rows=len(rows),
        file=fingerprint(io.BytesIO(content)),
    )
    return as_download(content, f"{actor.area_name}事件台账{timezone.localdate():%Y%m%d}.xlsx")


@access(VIEW_EVENTS)
@require_http_methods(["GET", "POST"])
def event_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The event and the steps that are open to this post; POST takes one."""
    actor = actor_of(request)
    event = get_event(actor=actor, pk=pk)
    form = EventStepForm(request.POST or None)
    if form.is_valid() and request.POST.get("step") in Step.values:
        step = Step(request.POST["step"])
        with refusals_on(form):
            move_event(actor=actor, pk=pk, step=step, note=form.cleaned_data["note"])
            tell(request, f"已{step.label}。")
            return redirect("registry:event_detail", pk)
    people = named(list_people_of_event(actor=actor, event=event), actor)
    record(actor, "event.read", event, subjects=shown(people))
    context = {
        "event": event,
        "category": _category(event),
        "steps": list_steps(event),
        "photos": list_photo_ids(event),
        "people": people,
        "possible": possible_steps(actor, event),
        "form": form,
    }
    return render(request, "registry/event_detail.html", context, status=422 if form.errors else 200)


@access(REPORT_EVENTS)
@require_http_methods(["GET", "POST"])
def event_report(request: HttpRequest) -> HttpResponse:
    """Report an event. The button 查找 only looks for people and keeps what was filled in; it works without script."""
    form, people = _report_form(request)
    looking = "find" in request.POST
    if request.method == "POST" and not looking and form.is_valid():
        with refusals_on(form):
            photos = [photo.read() for photo in form.cleaned_data["photos"]]
            chosen = form.cleaned_data["people"]
            event = report_event(actor=actor_of(request), report=form.as_report(), people=chosen, photos=photos)
            tell(request, f"已上报,编号 {event.number}。")
            return redirect("registry:event_detail", event.pk)
    context = {"form": form, "people": people, "wanted": request.POST.get("q", ""), "looking": looking}
    return render(request, "registry/event_report.html", context, status=422 if form.errors and not looking else 200)


@access(REPORT_EVENTS)
@require_POST
def event_people(request: HttpRequest) -> HttpResponse:
    """People found for the report form, as its fragment."""
    _, people = _report_form(request)
    return render(request, "registry/_event_people.html", {"people": people, "wanted": request.POST.get("q", "")})


@access(VIEW_EVENTS)
@require_GET
def event_photo(request: HttpRequest, pk: int, photo_pk: int) -> HttpResponse:
    photo = get_photo(actor=actor_of(request), event_pk=pk, pk=photo_pk)
    record(actor_of(request), "event.photo_read", photo, event=pk)
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(photo.image), content_type="image/jpeg", headers=headers)


def _filters(request: HttpRequest) -> EventListForm:
    areas = list_areas_below(actor_of(request))
    return EventListForm(request.GET, areas=areas, categories=get_catalogue().labels(CATEGORY))


def _found(request: HttpRequest, form: EventListForm) -> QuerySet[Event]:
    area = form.read("area")
    wanted = EventFilter(
        state=form.read("state") or "",
        category=form.read("category") or "",
        area=form.areas[area].range if area else None,
        since=form.read("since"),
        until=form.read("until"),
    )
    return list_events(actor=actor_of(request), wanted=wanted)


def _state_links(request: HttpRequest) -> list[tuple[str, int, str]]:
    """(state, how many, address of the list of only those)."""
    counts = count_by_state(actor=actor_of(request))
    return [(label, counts[state], f"{request.path}?state={state}") for state, label in Event.State.choices]


def _category(event: Event) -> str:
    return get_catalogue().labels(CATEGORY).get(event.category, event.category)


def _report_form(request: HttpRequest) -> tuple[EventReportForm, list[dict[str, Any]]]:
    """The form, and the people to choose from: those chosen before and those found now."""
    actor = actor_of(request)
    form = EventReportForm(
        request.POST or None,
        request.FILES or None,
        areas=list_places_to_live(actor),
        categories=get_catalogue().labels(CATEGORY),
    )
    chosen = [int(pk) for pk in request.POST.getlist("people") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    text = request.POST.get("q", "")
    if text:
        limits.spend(actor, limits.SEARCH)
    found = pick_people(actor=actor, text=text)
    everyone = {person.pk: person for person in [*list_people_by_ids(actor=actor, ids=chosen), *found]}
    form.offer_people(everyone)
    lines = named(everyone.values(), actor, chosen=chosen)
    if lines:
        record(actor, "person.picked", subjects=shown(lines))
    return form, lines
