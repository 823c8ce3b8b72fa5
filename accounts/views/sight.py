"""Seeing more than the post's clearance: the emergency view (应急查看), and who saw how much (查看完整信息记录)."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, actor_of
from accounts.emergency import enter_emergency, leave_emergency
from accounts.forms import refusals_on
from accounts.notices import tell
from accounts.rights import UNMASK, WATCH_UNMASKING
from accounts.services.sight import (
    SHORTEST_REASON,
    acknowledge_emergency,
    end_emergency,
    open_emergency,
)
from accounts.sight_reading import DAYS, list_emergencies, list_sight_counts

SHOWN = 50


class EmergencyForm(forms.Form):
    reason = forms.CharField(
        label="发生了什么,为什么要看",
        max_length=200,
        min_length=SHORTEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如:3 号楼起火,核对住户名单。请不要写居民的姓名和证件号。",
        error_messages={"required": "请写明原因。", "min_length": f"请写明原因,至少 {SHORTEST_REASON} 个字。"},
    )


@access(UNMASK, step_up=True)
@never_cache
@require_http_methods(["GET", "POST"])
def emergency_open(request: HttpRequest) -> HttpResponse:
    form = EmergencyForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            emergency = open_emergency(actor=actor_of(request), reason=form.cleaned_data["reason"])
            enter_emergency(request.session, emergency)
            tell(request, "应急查看已开始,上级管理员已收到通知。用完请点“结束”。")
            return redirect("portal:home")
    context = {"form": form, "minutes": settings.EMERGENCY_MINUTES, "most": settings.EMERGENCIES_PER_DAY}
    return render(request, "accounts/emergency.html", context, status=422 if form.errors else 200)


@access(UNMASK)
@require_POST
def emergency_end(request: HttpRequest) -> HttpResponse:
    pk = leave_emergency(request.session)
    if pk is not None:
        end_emergency(actor=actor_of(request), pk=pk)
    tell(request, "应急查看已结束,已恢复脱敏。")
    return redirect("portal:home")


@access(WATCH_UNMASKING)
@never_cache
@require_safe
def sight_log(request: HttpRequest) -> HttpResponse:
    """Counts per post, never whom or what; the emergency views of the area, to take note of."""
    actor = actor_of(request)
    context = {
        "lines": list_sight_counts(actor=actor, on=timezone.localdate()),
        "emergencies": list_emergencies(actor=actor)[:SHOWN],
        "days": DAYS,
        "per_day": settings.UNMASK_PER_DAY,
        "now": timezone.now(),
        "user_id": actor.user_id,
        "has_area": actor.scope is not None,
    }
    return render(request, "accounts/sight_log.html", context)


@access(WATCH_UNMASKING)
@require_POST
def emergency_note(request: HttpRequest, pk: int) -> HttpResponse:
    acknowledge_emergency(actor=actor_of(request), pk=pk)
    tell(request, "已记下您知悉这次应急查看。")
    return redirect("accounts:sight_log")
