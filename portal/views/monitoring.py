"""Monitoring points (监测点): what reached a village past the portal, and which villages tell. Beside the account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import rights
from accounts.access import access, actor_of
from accounts.codes import Level
from accounts.errors import Conflict
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.models import Area
from accounts.notices import tell
from accounts.paging import take_page
from portal.monitoring_forms import OutsideForm, PointForm
from portal.selectors.complaints import list_departments
from portal.selectors.monitoring import is_point, list_asks, list_points
from portal.services.monitoring import choose_point, end_point, remove_outside, tell_outside


@access(rights.REPORT_OUTSIDE)
@require_http_methods(["GET", "POST"])
def burden_outside(request: HttpRequest) -> HttpResponse:
    """What the own village told, and one more."""
    actor = actor_of(request)
    form = OutsideForm(request.POST or None, departments=list_departments(actor=actor))
    if form.is_valid():
        with refusals_on(form):
            tell_outside(actor=actor, **form.cleaned_data)
            tell(request, "已上报,计入减负账。")
            return go(request, "portal:burden_outside")
    context = {
        "form": form,
        "is_point": is_point(actor.area_code),
        "paging": take_page(list_asks(actor=actor), request, key=["-received_on", "-pk"]),
    }
    return render(request, "portal/burden_outside.html", context, status=422 if form.errors else 200)


@access(rights.REPORT_OUTSIDE)
@require_POST
def burden_outside_remove(request: HttpRequest, pk: int) -> HttpResponse:
    remove_outside(actor=actor_of(request), pk=pk)
    tell(request, "已删除。")
    return go(request, "portal:burden_outside")


@access(rights.CHOOSE_POINTS)
@require_http_methods(["GET", "POST"])
def burden_points(request: HttpRequest) -> HttpResponse:
    """The villages that tell, and one more. Of two who choose the same the second is answered 409."""
    actor = actor_of(request)
    villages = Area.objects.visible_to(actor).filter(level=Level.COMMUNITY).select_related("parent").order_by("code")
    form = PointForm(request.POST or None, areas=villages)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            point = choose_point(actor=actor, area=form.cleaned_data["area"])
            tell(request, f"{point}已设为监测点。")
            return go(request, "portal:burden_points")
    context = {"form": form, "points": list_points(actor=actor)}
    return render(request, "portal/burden_points.html", context, status=422 if form.errors else 200)


@access(rights.CHOOSE_POINTS)
@require_POST
def burden_point_end(request: HttpRequest, pk: int) -> HttpResponse:
    point = end_point(actor=actor_of(request), pk=pk)
    tell(request, f"{point}不再是监测点,以前上报的保留。")
    return go(request, "portal:burden_points")
