"""Requests by which a tag ends (停用、合并): what uses it, and what stands for it from then on."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.errors import NotAllowed
from accounts.forms import refusals_on
from accounts.rights import PROPOSE_TAGS
from tagging.forms import MergeForm, ReasonForm
from tagging.models import Tag, TagChange
from tagging.selectors.catalogue import get_tag, list_hidden_tags, list_mergeable, may_change
from tagging.services.desk import propose_merge, propose_retirement, revise_change
from tagging.uses import list_uses
from tagging.views.handing_in import is_sent, told_of

EndForm = ReasonForm | MergeForm


@access(PROPOSE_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def tag_retire(request: HttpRequest, pk: int) -> HttpResponse:
    tag, actor = _own_tag(request, pk), actor_of(request)

    def hand_in(form: EndForm) -> TagChange:
        return propose_retirement(actor=actor, tag=tag, send=is_sent(request), **form.values())

    return _page(request, tag, ReasonForm(request.POST or None), hand_in)


@access(PROPOSE_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def tag_merge(request: HttpRequest, pk: int) -> HttpResponse:
    tag, actor = _own_tag(request, pk), actor_of(request)

    def hand_in(form: EndForm) -> TagChange:
        return propose_merge(actor=actor, tag=tag, send=is_sent(request), **form.values())

    return _page(request, tag, _merge_form(request, tag), hand_in)


def revise_end(request: HttpRequest, change: TagChange, tag: Tag, seen: int) -> HttpResponse:
    """The same page once more, for a request that was not handed in, returned or withdrawn."""
    actor, known = actor_of(request), {"reason": change.reason}
    form: EndForm = ReasonForm(request.POST or None, initial=known)
    if change.into:
        form = _merge_form(request, tag, known | {"into": change.into.code})

    def hand_in(form: EndForm) -> TagChange:
        values = form.values()
        reason, send = values.pop("reason"), is_sent(request)
        revise_change(actor=actor, change=change, values=values, reason=reason, seen=seen_in(request), send=send)
        return change

    return _page(request, tag, form, hand_in, {"seen": seen})


def _own_tag(request: HttpRequest, pk: int) -> Tag:
    tag = get_tag(actor=actor_of(request), pk=pk)
    if not may_change(actor_of(request), tag):
        raise NotAllowed
    return tag


def _merge_form(request: HttpRequest, tag: Tag, known: Mapping[str, str] | None = None) -> MergeForm:
    actor = actor_of(request)
    tags, hidden = list_mergeable(actor=actor, tag=tag), list_hidden_tags(actor=actor)
    return MergeForm(request.POST or None, tags=tags, hidden=hidden, initial=known)


def _page(
    request: HttpRequest,
    tag: Tag,
    form: EndForm,
    hand_in: Callable[[Any], TagChange],
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    if form.is_valid():
        with refusals_on(form):
            return told_of(request, hand_in(form))
    uses, merges = list_uses(tag), isinstance(form, MergeForm)
    context = {
        "tag": tag,
        "form": form,
        "uses": uses,
        "blocked": not merges and any(use.blocks for use in uses),
        "merges": merges,
    }
    return render(request, "tagging/tag_end.html", context | dict(more or {}), status=422 if form.errors else 200)
