"""Pages of households (户), dwellings (房) and organizations (组织): the same five for each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import access
from accounts.actors import Actor
from accounts.forms import refusals_on
from accounts.notices import tell
from accounts.rights import CHANGE_RESIDENTS, VIEW_RESIDENTS, holds
from registry.catalogue import get_catalogue
from registry.forms import ClosingForm, PlaceForm, SubjectForm
from registry.layouts import LAYOUTS
from registry.marks import list_choices
from registry.models import Entity
from registry.selectors.areas import list_areas_below
from registry.selectors.places import (
    PlaceFilter,
    list_dwellings,
    list_households,
    list_members,
    list_organizations,
    list_residents,
)
from registry.selectors.subjects import get_subject
from registry.services.subjects import add_subject, change_subject, close_subject, reopen_subject
from registry.views.cards import actor_of, card_context, card_page, form_page, show_closing, subject_form
from registry.views.lists import export_list, list_context
from registry.views.people import saved_sentence
from registry.views.people_rows import named

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Pages:
    """What differs between the three. kind: item that says what kind it is. by: what the search understands.

    beside: people shown next to the card.
    """

    entity: str
    kind: str
    by: str
    found: Callable[..., QuerySet[Any]]
    beside: Callable[[Actor, Any], dict[str, Any]]


HOUSEHOLDS = Pages(
    Entity.HOUSEHOLD,
    "household.type",
    "户号、户主姓名、地址",
    list_households,
    lambda actor, subject: {
        "people": named(list_members(actor=actor, household_id=subject.pk), actor),
        "head_id": subject.head_id,
        "members_url": reverse("registry:household_members", args=[subject.pk]),
    },
)
DWELLINGS = Pages(
    Entity.DWELLING,
    "dwelling.use",
    "地址、楼栋、房主姓名",
    list_dwellings,
    lambda actor, subject: {
        "people": named(list_residents(actor=actor, dwelling=subject), actor),
        "members_url": reverse("registry:dwelling_residents", args=[subject.pk]),
    },
)
ORGANIZATIONS = Pages(
    Entity.ORGANIZATION,
    "organization.type",
    "名称、信用代码、地址",
    list_organizations,
    lambda actor, subject: {},
)


def list_view(pages: Pages) -> View:
    @access(VIEW_RESIDENTS)
    @require_GET
    def place_list(request: HttpRequest) -> HttpResponse:
        form = _filters(request, pages)
        found = _found(request, pages, form)
        context = list_context(request, pages.entity, found, form, total=found.count())
        context |= {
            "can_change": holds(actor_of(request), CHANGE_RESIDENTS),
            "entity": pages.entity,
            "add_url": reverse(f"registry:{pages.entity}_add"),
            "export_url": reverse(f"registry:{pages.entity}_export"),
            "why": f"没有符合条件的{context['noun']}。请去掉一些筛选条件。"
            if request.GET
            else f"本岗位范围内还没有登记{context['noun']}。",
        }
        return render(request, "registry/place_list.html", context)

    return place_list


def export_view(pages: Pages) -> View:
    @access(VIEW_RESIDENTS, step_up=True, file=True)
    @require_GET
    def place_export(request: HttpRequest) -> HttpResponse:
        return export_list(request, pages.entity, _found(request, pages, _filters(request, pages)))

    return place_export


def detail_view(pages: Pages) -> View:
    @access(VIEW_RESIDENTS)
    @require_GET
    def place_detail(request: HttpRequest, pk: int) -> HttpResponse:
        context = card_context(request, pages.entity, pk)
        context |= pages.beside(actor_of(request), context["subject"])
        return card_page(request, "registry/place_detail.html", context, beside=context.get("people", ()))

    return place_detail


def add_view(pages: Pages) -> View:
    @access(CHANGE_RESIDENTS)
    @require_http_methods(["GET", "POST"])
    def place_add(request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)

        def save(form: SubjectForm) -> HttpResponse | None:
            with refusals_on(form):
                subject = add_subject(
                    actor=actor,
                    entity=pages.entity,
                    area_code=form.area("area_code") or actor.area_code,
                    values=form.values,
                    on=timezone.localdate(),
                )
                tell(request, "已新增。")
                return redirect(f"registry:{pages.entity}_detail", subject.pk)
            return None

        context = _form_context(pages, reverse(f"registry:{pages.entity}_list"))
        form = subject_form(request, pages.entity)
        return form_page(request, form, save, template="registry/subject_form.html", context=context)

    return place_add


def edit_view(pages: Pages) -> View:
    @access(CHANGE_RESIDENTS)
    @require_http_methods(["GET", "POST"])
    def place_edit(request: HttpRequest, pk: int) -> HttpResponse:
        subject = get_subject(actor=actor_of(request), entity=pages.entity, pk=pk, on=timezone.localdate())

        def save(form: SubjectForm) -> HttpResponse | None:
            with refusals_on(form):
                outcome = change_subject(
                    actor=actor_of(request),
                    entity=pages.entity,
                    pk=pk,
                    version=form.cleaned_data["version"],
                    values=form.values,
                    on=timezone.localdate(),
                    area_code=form.area("area_code"),
                )
                tell(request, saved_sentence(outcome.differences))
                return redirect(f"registry:{pages.entity}_detail", pk)
            return None

        context = _form_context(pages, reverse(f"registry:{pages.entity}_detail", args=[pk])) | {"subject": subject}
        form = subject_form(request, pages.entity, subject)
        return form_page(request, form, save, template="registry/subject_form.html", context=context)

    return place_edit


def close_view(pages: Pages) -> View:
    @access(CHANGE_RESIDENTS)
    @require_http_methods(["GET", "POST"])
    def place_close(request: HttpRequest, pk: int) -> HttpResponse:
        today = timezone.localdate()
        subject = get_subject(actor=actor_of(request), entity=pages.entity, pk=pk, on=today)
        form = ClosingForm(request.POST or None, initial={"on": today})
        back = reverse(f"registry:{pages.entity}_detail", args=[pk])
        if form.is_valid():
            with refusals_on(form):
                close_subject(actor=actor_of(request), entity=pages.entity, pk=pk, **form.cleaned_data)
                undo = reverse(f"registry:{pages.entity}_reopen", args=[pk])
                tell(request, "已注销,今天之内可以撤销。", undo=undo)
                return redirect(back)
        context = _form_context(pages, back) | {"form": form, "subject": subject}
        return show_closing(request, form, context)

    return place_close


def reopen_view(pages: Pages) -> View:
    @access(CHANGE_RESIDENTS)
    @require_POST
    def place_reopen(request: HttpRequest, pk: int) -> HttpResponse:
        reopen_subject(actor=actor_of(request), entity=pages.entity, pk=pk, today=timezone.localdate())
        tell(request, "已撤销注销。")
        return redirect(f"registry:{pages.entity}_detail", pk)

    return place_reopen


def _filters(request: HttpRequest, pages: Pages) -> PlaceForm:
    catalogue = get_catalogue()
    return PlaceForm(
        request.GET,
        areas=list_areas_below(actor_of(request)),
        kind=catalogue.item(pages.kind).name,
        kinds=catalogue.labels(pages.kind),
        rented=pages.entity == Entity.DWELLING,
        by=pages.by,
        tags=list_choices(actor_of(request), pages.entity),
    )


def _found(request: HttpRequest, pages: Pages, form: PlaceForm) -> QuerySet[Any]:
    area = form.read("area")
    wanted = PlaceFilter(
        text=form.read("q") or "",
        kind=form.read("kind") or "",
        area=form.areas[area].range if area else None,
        rented=bool(form.read("rented")),
        closed=bool(form.read("closed")),
        tags=form.tags,
    )
    return pages.found(actor=actor_of(request), wanted=wanted)


def _form_context(pages: Pages, back: str) -> dict[str, Any]:
    return {"noun": LAYOUTS[pages.entity].noun, "entity": pages.entity, "back": back}
