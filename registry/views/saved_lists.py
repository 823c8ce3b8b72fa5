"""Saved lists (保存的名单) of residents: kept from the filters of the list, opened again, renamed, deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import access
from accounts.errors import DomainError
from accounts.notices import tell, warn
from accounts.rights import SAVE_LISTS
from registry.forms import PeopleForm
from registry.models import SavedList
from registry.selectors.saved_lists import get_saved, list_saved
from registry.services.saved_lists import delete_list, rename_list, restore_list, save_list
from registry.views.cards import actor_of
from registry.views.lists import COLUMNS
from registry.views.people import people_form, people_forms

LISTS = "registry:person_saved_lists"
NAMELESS = "请填写名单名称,最多 20 个字。"


class NameForm(forms.Form):
    name = forms.CharField(label="名单名称", max_length=20)


@dataclass(frozen=True, slots=True)
class Line:
    """asks: the filters in words. lacks: it names a tag or an area that is no longer offered, and would not filter."""

    saved: SavedList
    url: str
    asks: str
    lacks: bool


@access(SAVE_LISTS)
@require_GET
def person_saved_lists(request: HttpRequest) -> HttpResponse:
    """All of the own post. One query for them, and those of the form."""
    lines = describe(request, list_saved(actor=actor_of(request)))
    return render(request, "registry/saved_lists.html", {"lines": lines, "form": NameForm()})


@access(SAVE_LISTS)
@require_POST
def person_save_list(request: HttpRequest) -> HttpResponse:
    """The filters stand in the address, as on the list; the name is sent."""
    form = people_form(request)
    name = NameForm(request.POST)
    back = f"{reverse('registry:person_list')}?{request.GET.urlencode()}"
    if not name.is_valid():
        warn(request, NAMELESS)
        return redirect(back)
    try:
        save_list(
            actor=actor_of(request), name=name.cleaned_data["name"], query=_kept(request, form), codes=form.tags.codes
        )
    except DomainError as refusal:
        warn(request, refusal.message)
        return redirect(back)
    tell(request, "名单已保存,在本页和待办里可以再打开。")
    return redirect(back)


@access(SAVE_LISTS)
@require_POST
def person_rename_list(request: HttpRequest, pk: int) -> HttpResponse:
    form, _ = NameForm(request.POST), get_saved(actor=actor_of(request), pk=pk)
    if not form.is_valid():
        warn(request, NAMELESS)
        return redirect(LISTS)
    return _step(request, "名单已改名。", lambda: rename_list(actor=actor_of(request), pk=pk, **form.cleaned_data))


@access(SAVE_LISTS)
@require_POST
def person_delete_list(request: HttpRequest, pk: int) -> HttpResponse:
    delete_list(actor=actor_of(request), pk=pk)
    tell(request, "名单已删除,居民不受影响。", undo=reverse("registry:person_restore_list", args=[pk]))
    return redirect(LISTS)


@access(SAVE_LISTS)
@require_POST
def person_restore_list(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, "已撤销删除。", lambda: restore_list(actor=actor_of(request), pk=pk))


def describe(request: HttpRequest, lists: Iterable[SavedList]) -> list[Line]:
    """Each with its address and filters in words."""
    read = people_forms(actor_of(request))
    return [_line(saved, read(QueryDict(saved.address))) for saved in lists]


def _line(saved: SavedList, form: PeopleForm) -> Line:
    asks = "、".join(f"{label}:{value}" for _, label, value in form.chips())
    lacks = bool(form.errors) or any(name not in form.fields for name in saved.query if name != COLUMNS)
    return Line(saved, f"{reverse('registry:person_list')}?{saved.address}", asks, lacks)


def _kept(request: HttpRequest, form: PeopleForm) -> dict[str, list[str]]:
    """Filters in force and chosen columns, as the address says them; everything else of the address is left."""
    kept = [name for name, *_ in form.chips()]
    kept += [COLUMNS] if kept and COLUMNS in request.GET else []
    return {name: [value[:40] for value in request.GET.getlist(name)] for name in kept}


def _step(request: HttpRequest, said: str, step: Any) -> HttpResponse:
    """A refusal of the service stands as a warning above the lists. Raises NotFound."""
    try:
        step()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        warn(request, refusal.message)
        return redirect(LISTS)
    tell(request, said)
    return redirect(LISTS)
