"""The library of guides (操作指南): found by category and words, kept by the district."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.chips import list_chips
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import KEEP_GUIDES, holds
from portal.notice_forms import GuideFilterForm, GuideForm
from portal.selectors.notices import get_guide, list_guides
from portal.services.notices import GUIDE_AS, add_guide, retire_guide
from portal.views.notices import as_file
from registry.evidence import Kind, content_of

LIST = "portal:guide_list"


@access(rights.READ_NOTICES)
@require_safe
def guide_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = GuideFilterForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    found = list_guides(actor=actor, text=given.get("q", ""), category=given.get("category", ""))
    context = {
        "paging": take_page(found.order_by("-pk"), request, key=["-pk"]),
        "filters": form,
        "chips": list_chips(request, form),
        "keeps": holds(actor, KEEP_GUIDES),
    }
    return render(request, "portal/guide_list.html", context)


@access(rights.READ_NOTICES)
@require_safe
def guide_file(request: HttpRequest, pk: int) -> HttpResponse:
    guide = get_guide(actor=actor_of(request), pk=pk)
    return as_file(content_of(guide.sealed, sealed_as=GUIDE_AS), Kind.PDF, f"{guide.title}.pdf")


@access(rights.KEEP_GUIDES)
@require_http_methods(["GET", "POST"])
def guide_new(request: HttpRequest) -> HttpResponse:
    form = GuideForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        with refusals_on(form):
            given = dict(form.cleaned_data)
            data = given.pop("evidence").read()
            guide = add_guide(actor=actor_of(request), data=data, **given)
            tell(request, f"“{guide}”已放进指南库。")
            return go(request, LIST)
    return render(request, "portal/guide_new.html", {"form": form}, status=422 if form.errors else 200)


@access(rights.KEEP_GUIDES)
@require_POST
def guide_retire(request: HttpRequest, pk: int) -> HttpResponse:
    guide = retire_guide(actor=actor_of(request), pk=pk)
    tell(request, f"“{guide}”已下架。")
    return go(request, LIST)
