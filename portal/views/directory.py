"""The directory of systems (应用目录), and the systems that one is in at the moment."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.farewells import tell_sessions_ended
from accounts.htmx import go
from accounts.notices import tell
from portal.selectors.sign_on import get_enterable, list_directory, list_own_sign_ons
from portal.services.sign_on.directory import mark_system, move_up, open_system, unmark_system
from portal.services.sign_on.farewells import end_own_sign_on

STEPS = {"mark": mark_system, "unmark": unmark_system, "up": move_up}


@access(rights.ENTER_SYSTEMS)
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """What the post may open, those it opens often first."""
    text = request.GET.get("q", "")[:30]
    return render(
        request, "portal/directory.html", {"text": text, "found": list_directory(actor=actor_of(request), text=text)}
    )


@access(rights.ENTER_SYSTEMS)
@never_cache
@require_POST
def directory_enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens a system; a page goes on by itself, see `portal.views.leaving`. pk: of the system."""
    entrance, url = open_system(actor=actor_of(request), pk=pk)
    return render(request, "portal/leaving.html", {"url": url, "name": entrance.system.name})


@access(rights.ENTER_SYSTEMS)
@require_POST
def directory_arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """step: mark, unmark, up."""
    actor = actor_of(request)
    entrance = get_enterable(actor=actor, pk=pk)
    step = STEPS.get(request.POST.get("step", ""))
    if step is not None:
        step(actor=actor, pk=entrance.system_id)
    return go(request, "portal:directory")


@access(rights.WORK)
@never_cache
@require_safe
def signed_on(request: HttpRequest) -> HttpResponse:
    """Systems that one is in by the portal's login."""
    found = list_own_sign_ons(user_id=cast(int, request.user.pk))
    return render(request, "portal/signed_on.html", {"found": found})


@access(rights.WORK)
@require_POST
def signed_on_end(request: HttpRequest, pk: int) -> HttpResponse:
    ended = end_own_sign_on(user_id=cast(int, request.user.pk), pk=pk)
    tell_sessions_ended()
    tell(request, f"已结束在“{ended.entrance.system}”的登录,系统会收到通知。")
    return go(request, "portal:signed_on")
