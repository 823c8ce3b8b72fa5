"""Feature settings (功能设置): the system administrator switches optional parts of the portal off and on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access, actor_of
from accounts.errors import Conflict
from accounts.feature_reading import get_switch, list_pauses, list_switches
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.rights import SWITCH_FEATURES
from accounts.services.features import switch_off, switch_on
from portal.feature_forms import SwitchForm

MOST_PAUSES = 50


@access(SWITCH_FEATURES)
@require_safe
def feature_list(request: HttpRequest) -> HttpResponse:
    context = {"switches": list_switches(), "pauses": list_pauses(limit=MOST_PAUSES)}
    return render(request, "portal/feature_list.html", context)


@access(SWITCH_FEATURES)
@require_http_methods(["GET", "HEAD", "POST"])
def feature_switch(request: HttpRequest, code: str) -> HttpResponse:
    """step: "off" or "on", as the button said: whoever was faster is not undone by a page that is behind."""
    shown = get_switch(code)
    form = SwitchForm(request.POST or None)
    if form.is_valid():
        switch = switch_off if request.POST.get("step") == "off" else switch_on
        with refusals_on(form, past=(Conflict,)):
            switch(actor=actor_of(request), feature=shown.feature, reason=form.cleaned_data["reason"])
            tell(request, f"“{shown.feature.label}”已{'停用' if switch is switch_off else '恢复'},马上生效。")
            return go(request, "portal:feature_list")
    context = {"shown": shown, "form": form, "pauses": list_pauses(limit=MOST_PAUSES, feature=shown.feature)}
    return render(request, "portal/feature_switch.html", context, status=422 if form.errors else 200)
