"""Who belongs to a household and who lives in a dwelling: find a resident, put them in, take them out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import limits
from accounts.access import access
from accounts.audit import record
from accounts.notices import tell
from accounts.rights import CHANGE_RESIDENTS
from registry.catalogue import get_catalogue
from registry.forms import MemberForm
from registry.models import Entity
from registry.selectors.people import pick_people
from registry.selectors.places import list_members, list_residents
from registry.selectors.subjects import get_subject
from registry.services.people import choose_head, leave_dwelling, leave_household, place_person
from registry.views.cards import actor_of
from registry.views.people_rows import named, shown

RELATION = "person.relation_to_head"


@access(CHANGE_RESIDENTS)
@require_http_methods(["GET", "POST"])
def household_members(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    household = get_subject(actor=actor, entity=Entity.HOUSEHOLD, pk=pk, on=timezone.localdate())
    form = MemberForm(_step(request), relations=get_catalogue().labels(RELATION))
    if form.is_valid():
        person = form.cleaned_data["person"]
        done = {"add": _join, "remove": _leave, "head": _lead}[form.cleaned_data["step"]]
        done(request, household, person, form.cleaned_data["relation"])
        return redirect("registry:household_members", pk)
    members = list_members(actor=actor, household_id=pk)
    context = _context(request, household, members) | {
        "relations": form.fields["relation"].choices,  # type: ignore[attr-defined]
        "head_id": household.head_id,
        "entity": Entity.HOUSEHOLD.value,
    }
    _record_reading(request, context)
    return render(request, "registry/members.html", context)


@access(CHANGE_RESIDENTS)
@require_http_methods(["GET", "POST"])
def dwelling_residents(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    dwelling = get_subject(actor=actor, entity=Entity.DWELLING, pk=pk, on=timezone.localdate())
    form = MemberForm(_step(request), relations={})
    if form.is_valid():
        person = form.cleaned_data["person"]
        if form.cleaned_data["step"] == "remove":
            leave_dwelling(actor=actor, pk=person)
            tell(request, "已移出这处房屋。")
        else:
            place_person(actor=actor, pk=person, dwelling=dwelling)
            tell(request, "已登记为这里的住户。")
        return redirect("registry:dwelling_residents", pk)
    residents = list_residents(actor=actor, dwelling=dwelling)
    context = _context(request, dwelling, residents) | {"entity": Entity.DWELLING.value}
    _record_reading(request, context)
    return render(request, "registry/members.html", context)


def _record_reading(request: HttpRequest, context: dict[str, Any]) -> None:
    everybody = shown([*context["inside"], *context["found"]])
    record(actor_of(request), f"{context['entity']}.read", context["subject"], subjects=everybody, page="members")


def _step(request: HttpRequest) -> Any:
    """The posted step; None where the button 查找 was pressed, which only looks for people."""
    return request.POST if request.method == "POST" and "find" not in request.POST else None


def _join(request: HttpRequest, household: Any, person: int, relation: str) -> None:
    place_person(actor=actor_of(request), pk=person, household=household, relation=relation)
    tell(request, "已加入这一户。")


def _leave(request: HttpRequest, household: Any, person: int, relation: str) -> None:
    leave_household(actor=actor_of(request), pk=person, household=household)
    tell(request, "已移出这一户。")


def _lead(request: HttpRequest, household: Any, person: int, relation: str) -> None:
    choose_head(actor=actor_of(request), household=household, pk=person)
    tell(request, "已改为户主。")


def _context(request: HttpRequest, subject: Any, inside: list[Any]) -> dict[str, Any]:
    wanted = request.POST.get("q", "")
    if wanted:
        limits.spend(actor_of(request), limits.SEARCH)
    there = {person.pk for person in inside}
    found = [person for person in pick_people(actor=actor_of(request), text=wanted) if person.pk not in there]
    return {
        "subject": subject,
        "inside": named(inside, actor_of(request)),
        "found": named(found, actor_of(request)),
        "wanted": wanted,
    }
