"""Why do I (not) see this (为什么看得到、看不到)? Answered in words for a dataset, and for a subject."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.access import access, actor_of
from accounts.actors import Actor
from accounts.audit import record
from accounts.rights import VIEW_DATASETS, VIEW_RESIDENTS, holds
from data_return.models import GrantUse
from data_return.selectors.datasets import get_shown
from data_return.selectors.why import (
    Explained,
    explain_records_about,
    explain_records_named,
    find_registered,
    is_inside,
    list_published,
    list_reasons,
)
from data_return.services.uses import note_reading
from data_return.why_forms import FindForm
from data_return.why_words import Answer, answer, outside, scope_in_words
from registry.catalogue import get_catalogue
from registry.layouts import LAYOUTS
from registry.selectors.subjects import get_subject
from registry.showing import text_of

PAGE = "data_return/why.html"


@access(VIEW_DATASETS)
@require_safe
def dataset_why(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    dataset = get_shown(actor=actor, pk=pk).dataset
    (reasons,) = list_reasons(actor=actor, datasets=[dataset])
    record(actor, "why.asked", dataset)
    context = {"dataset": dataset, "answers": [answer(reasons, actor)], "form": _form(actor, dataset.subject)}
    return render(request, PAGE, context | _frame(actor))


@access(VIEW_RESIDENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def why_find(request: HttpRequest) -> HttpResponse:
    """By a number or an address. Who is registered has a page of the own; else the returned records are looked at."""
    actor = actor_of(request)
    form = FindForm(request.POST or None)
    context: dict[str, Any] = {"form": form} | _frame(actor)
    if not form.is_valid():
        return render(request, PAGE, context, status=422 if form.errors else 200)
    limits.spend(actor, limits.SEARCH)
    entity, name = form.cleaned_data["entity"], form.cleaned_data["name"]
    subject = find_registered(actor=actor, entity=entity, name=name)
    if subject is not None:
        return redirect(f"data_return:why_{entity}", subject.pk)
    explained = explain_records_named(actor=actor, entity=entity, name=name)
    _note(actor, explained)
    record(actor, "why.asked", kind=entity, found=len(explained))
    noun = LAYOUTS[entity].noun
    answers = _answers(actor, entity, f"个{noun}", explained)
    context |= {
        "answers": answers,
        "noun": noun,
        "found": bool(explained),
        "form": FindForm(initial={"entity": entity}),
    }
    return render(request, PAGE, context)


def subject_view(entity: str) -> Callable[[HttpRequest, int], HttpResponse]:
    """The page of one kind of subject, handed over by its card."""

    @access(VIEW_RESIDENTS)
    @require_safe
    def why_subject(request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        subject = get_subject(actor=actor, entity=entity, pk=pk, on=localdate())
        explained = explain_records_about(actor=actor, entity=entity, subject=subject)
        _note(actor, explained)
        record(actor, "why.asked", subject, found=len(explained))
        catalogue, layout = get_catalogue(), LAYOUTS[entity]
        context = {
            "subject": subject,
            "detail": f"registry:{entity}_detail",
            "noun": layout.noun,
            "name": text_of(subject, catalogue.item(layout.title), actor, catalogue),
            "answers": _answers(actor, entity, f"个{layout.noun}", explained, subject.area_code),
        }
        return render(request, PAGE, context | _frame(actor))

    return why_subject


def _answers(
    actor: Actor, entity: str, about: str, explained: Sequence[Explained], place: int | None = None
) -> list[Answer]:
    """One for each dataset about such subjects. place: where a registered one lives."""
    found = list_reasons(actor=actor, datasets=list_published(actor=actor, subject=entity), place=place)
    if place is not None and not is_inside(actor, place):
        return [outside(reasons) for reasons in found]
    of = {reasons.dataset.pk: [one for one in explained if one.dataset_id == reasons.dataset.pk] for reasons in found}
    return [answer(reasons, actor, about=about, records=of[reasons.dataset.pk]) for reasons in found]


def _note(actor: Actor, explained: Sequence[Explained]) -> None:
    note_reading(actor=actor, how=GrantUse.How.WHY, returned=[one.returned for one in explained])


def _form(actor: Actor, entity: str) -> FindForm | None:
    return FindForm(initial={"entity": entity}) if holds(actor, VIEW_RESIDENTS) else None


def _frame(actor: Actor) -> dict[str, str]:
    return {"scope": scope_in_words(actor)}
