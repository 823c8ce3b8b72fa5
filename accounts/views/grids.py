"""Grids and microgrids, and who stands on them."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, actor_of
from accounts.chips import list_chips
from accounts.codes import Level, ancestor
from accounts.forms import refusals_on
from accounts.grid_reading import get_community, get_grid, list_communities, list_units
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import MANAGE_GRIDS, VIEW_PEOPLE, holds
from accounts.services.grids import add_grid, close_grid, rename_grid, reopen_grid


class CommunityFilterForm(forms.Form):
    text = forms.CharField(label="村居名称", max_length=50, required=False)


class GridForm(forms.Form):
    name = forms.CharField(label="名称", max_length=100, error_messages={"required": "请填写名称。"})


@access(VIEW_PEOPLE)
@require_safe
def grid_list(request: HttpRequest) -> HttpResponse:
    form = CommunityFilterForm(request.GET)
    found = list_communities(actor=actor_of(request), text=form.cleaned_data["text"] if form.is_valid() else "")
    page = take_page(found, request, key=("code",), total=found.count())
    context = {"form": form, "page": page, "chips": list_chips(request, form)}
    return render(request, "accounts/grid_list.html", context)


@access(VIEW_PEOPLE)
@require_safe
def grid_detail(request: HttpRequest, code: int) -> HttpResponse:
    """code: of the community."""
    community = get_community(actor=actor_of(request), code=code)
    may_change = holds(actor_of(request), MANAGE_GRIDS)
    context = {"community": community, "units": list_units(community), "may_change": may_change}
    return render(request, "accounts/grid_detail.html", context)


@access(MANAGE_GRIDS)
@require_http_methods(["GET", "HEAD", "POST"])
def grid_add(request: HttpRequest, code: int) -> HttpResponse:
    """code: of the community, for a grid; of a grid, for a microgrid."""
    community = get_community(actor=actor_of(request), code=ancestor(code, Level.COMMUNITY))
    grid = get_grid(actor=actor_of(request), code=code) if code != community.pk else None
    form = GridForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            area = add_grid(actor=actor_of(request), parent_code=code, name=form.cleaned_data["name"])
            tell(request, f"已新增{area.name}。", undo=reverse("accounts:grid_close", args=[area.pk]))
            return redirect("accounts:grid_detail", community.pk)
    context = {"community": community, "grid": grid, "form": form, "is_new": True}
    return render(request, "accounts/grid_form.html", context, status=422 if form.is_bound else 200)


@access(MANAGE_GRIDS)
@require_http_methods(["GET", "HEAD", "POST"])
def grid_rename(request: HttpRequest, code: int) -> HttpResponse:
    grid = get_grid(actor=actor_of(request), code=code)
    community = get_community(actor=actor_of(request), code=ancestor(code, Level.COMMUNITY))
    form = GridForm(request.POST or None, initial={"name": grid.name})
    if form.is_valid():
        with refusals_on(form):
            rename_grid(actor=actor_of(request), code=code, name=form.cleaned_data["name"])
            tell(request, "名称已修改。")
            return redirect("accounts:grid_detail", community.pk)
    context = {"community": community, "grid": grid, "form": form, "is_new": False}
    return render(request, "accounts/grid_form.html", context, status=422 if form.is_bound else 200)


@access(MANAGE_GRIDS)
@require_POST
def grid_close(request: HttpRequest, code: int) -> HttpResponse:
    area = close_grid(actor=actor_of(request), code=code)
    tell(request, f"已撤销{area.name},已登记的居民和房屋不变。", undo=reverse("accounts:grid_reopen", args=[code]))
    return redirect("accounts:grid_detail", ancestor(code, Level.COMMUNITY))


@access(MANAGE_GRIDS)
@require_POST
def grid_reopen(request: HttpRequest, code: int) -> HttpResponse:
    area = reopen_grid(actor=actor_of(request), code=code)
    tell(request, f"已恢复{area.name}。")
    return redirect("accounts:grid_detail", ancestor(code, Level.COMMUNITY))
