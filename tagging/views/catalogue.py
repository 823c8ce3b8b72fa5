"""The catalogue of tags (标签目录), and the requests that begin at it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access, actor_of
from accounts.chips import list_chips
from accounts.errors import NotAllowed
from accounts.forms import refusals_on
from accounts.paging import take_page
from accounts.rights import PROPOSE_TAGS, VIEW_TAGS, holds
from registry.catalogue import get_catalogue
from registry.conditions import describe_condition
from tagging.forms import FilterForm
from tagging.models import TagChange
from tagging.selectors.catalogue import TagFilter, count_carriers, get_tag, list_groups, list_tags, may_change
from tagging.services.desk import propose_change, propose_tag
from tagging.uses import list_uses
from tagging.views.definition import DefinitionPage
from tagging.views.handing_in import is_sent, told_of


@access(VIEW_TAGS)
@require_safe
def tag_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = FilterForm(request.GET, groups=list_groups(actor=actor))
    form.is_valid()
    given = form.cleaned_data
    text, kind, group = (given.get(name, "") for name in ("q", "kind", "group"))
    wanted = TagFilter(text, kind, group, retired=given.get("state") == "retired")
    tags = list_tags(actor=actor, wanted=wanted)
    context = {
        "filters": form,
        "chips": list_chips(request, form),
        "paging": take_page(tags, request, key=["group", "name", "pk"], total=tags.count()),
        "can_propose": holds(actor, PROPOSE_TAGS),
    }
    return render(request, "tagging/tag_list.html", context)


@access(VIEW_TAGS)
@require_safe
def tag_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    tag = get_tag(actor=actor, pk=pk)
    context = {
        "tag": tag,
        "condition": describe_condition(tag.condition, get_catalogue()),
        "counts": count_carriers(actor=actor, tag=tag) if tag.is_dynamic else None,
        "can_change": tag.is_live and may_change(actor, tag),
        "uses": list_uses(tag) if tag.is_live and holds(actor, PROPOSE_TAGS) else [],
    }
    return render(request, "tagging/tag_detail.html", context)


@access(PROPOSE_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def tag_add(request: HttpRequest) -> HttpResponse:
    page = DefinitionPage(request)
    context = {"heading": "申请新标签", "button": "提交申请"}
    return propose(request, page, context, lambda: propose_tag(actor=actor_of(request), **_given(request, page)))


@access(PROPOSE_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def tag_change(request: HttpRequest, pk: int) -> HttpResponse:
    tag = get_tag(actor=actor_of(request), pk=pk)
    if not may_change(actor_of(request), tag):
        raise NotAllowed
    page = DefinitionPage(request, tag)
    context = {"heading": f"申请修改“{tag.name}”", "button": "提交申请", "tag": tag}

    def hand_in() -> TagChange:
        return propose_change(actor=actor_of(request), tag=tag, **_given(request, page))

    return propose(request, page, context, hand_in)


def propose(
    request: HttpRequest, page: DefinitionPage, context: dict[str, Any], hand_in: Callable[[], TagChange]
) -> HttpResponse:
    """The page with the form of a definition; what is sent goes to the desk."""
    if request.method == "POST" and page.is_valid():
        with refusals_on(page.form):
            return told_of(request, hand_in())
    status = 422 if page.is_wrong else 200
    return render(request, "tagging/tag_form.html", context | page.context(), status=status)


def _given(request: HttpRequest, page: DefinitionPage) -> dict[str, Any]:
    return {"values": page.values(), "reason": page.reason, "send": is_sent(request)}
