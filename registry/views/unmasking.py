"""See masked items of one subject in full (查看完整信息)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import access, actor_of
from accounts.actors import Actor
from accounts.audit import record
from accounts.forms import refusals_on
from accounts.notices import tell
from accounts.rights import UNMASK
from registry.catalogue import get_catalogue
from registry.layouts import LAYOUTS
from registry.masking import is_masked
from registry.models import DataItem
from registry.selectors.subjects import card_items, get_subject
from registry.services.unmasking import unmask
from registry.showing import text_of
from registry.sight_token import make_sight_token
from registry.unmask_form import UnmaskForm

View = Callable[..., HttpResponseBase]


def unmask_view(entity: str) -> View:
    """The page of one kind of subject. `?item=` ticks one item; without it all masked ones are ticked."""

    @access(UNMASK, step_up=True)
    @never_cache
    @require_http_methods(["GET", "POST"])
    def subject_unmask(request: HttpRequest, pk: int) -> HttpResponse:
        actor, card = actor_of(request), f"registry:{entity}_detail"
        subject = get_subject(actor=actor, entity=entity, pk=pk, on=timezone.localdate())
        items = _masked_items(subject, entity, actor)
        if not items:
            return redirect(card, pk)
        form = UnmaskForm(request.POST or None, items=items, chosen=request.GET.get("item", ""))
        if form.is_valid():
            with refusals_on(form):
                chosen, why = form.cleaned_data["items"], form.cleaned_data["why"]
                token = make_sight_token(request)
                unmask(actor=actor, token=token, entity=entity, subject=subject, items=chosen, reason=why)
                tell(request, f"已显示完整信息,{settings.UNMASK_MINUTES} 分钟后自动恢复脱敏。")
                return redirect(card, pk)
        record(actor, f"{entity}.read", subject, page="unmask")
        context = {
            "form": form,
            "noun": LAYOUTS[entity].noun,
            "name": text_of(subject, get_catalogue().item(LAYOUTS[entity].title), actor, get_catalogue()),
            "minutes": settings.UNMASK_MINUTES,
            "back": reverse(card, args=[pk]),
        }
        return render(request, "registry/unmask.html", context, status=422 if form.errors else 200)

    return subject_unmask


def _masked_items(subject: Any, entity: str, actor: Actor) -> list[DataItem]:
    """Items of the card that the reader sees masked and that are known."""
    catalogue = get_catalogue()
    return [
        item
        for item in card_items(entity, catalogue)
        if is_masked(item, actor.clearance) and text_of(subject, item, actor, catalogue)
    ]
