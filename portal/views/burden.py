"""The burden account (减负账): pages, Excel, monthly bulletin. About issuers; no resident and no worker appears."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.access import access, actor_of
from accounts.audit import record
from accounts.errors import NotFound
from accounts.exporting import as_download, write_table
from accounts.models import Area, Department
from accounts.rights import CHOOSE_POINTS, REPORT_OUTSIDE, SEE_BURDEN, holds
from forms_engine.selectors.dispatches import list_towns
from portal import bulletin
from portal.burden_forms import MonthChoice, PeriodChoice
from portal.burden_words import (
    COLUMNS,
    TOTAL,
    chart_of,
    explain_minutes,
    explain_uncounted,
    list_cells,
    sheet_headers,
    sheet_rows,
)
from portal.pdf_file import PDF, write_pdf
from portal.periods import Period
from portal.selectors.burden import get_account, get_issuer, get_place, list_months, own_department
from portal.selectors.monitoring import get_outside
from portal.word_file import DOCX, write_word

BULLETIN_MONTHS = 6


@access(SEE_BURDEN)
@require_safe
def burden(request: HttpRequest) -> HttpResponse:
    """What reached the post's own area, or what its own department sent."""
    actor = actor_of(request)
    department = own_department(actor)
    towns = [] if department else list_towns(actor=actor)
    return _account_page(request, get_place(actor=actor), department, is_own=True, towns=towns)


@access(SEE_BURDEN)
@require_safe
def burden_area(request: HttpRequest, code: int) -> HttpResponse:
    """What reached one town or village."""
    actor = actor_of(request)
    return _account_page(request, get_place(actor=actor, code=code), own_department(actor))


@access(SEE_BURDEN)
@require_safe
def burden_department(request: HttpRequest, pk: int) -> HttpResponse:
    """What one department sent to the post's own area."""
    actor = actor_of(request)
    return _account_page(request, get_place(actor=actor), get_issuer(actor=actor, pk=pk))


@access(SEE_BURDEN, step_up=True, file=True)
@require_safe
def burden_export(request: HttpRequest) -> HttpResponse:
    """The account as Excel. Address: period, area, department as on the page it was asked on."""
    actor, period = actor_of(request), PeriodChoice(request.GET).chosen
    area, department = _asked(request)
    account = get_account(area=area, period=period, department=department)
    rows = list(sheet_rows(account))
    limits.spend(actor, limits.EXPORT, limits.rows_cost(len(rows)))
    record(actor, "burden.exported", **_named(area, department, period), rows=len(rows))
    return as_download(
        write_table("减负账", sheet_headers(), rows), f"减负账 {_whose(area, department)} {period.key}.xlsx"
    )


@access(SEE_BURDEN)
@require_safe
def burden_bulletin(request: HttpRequest) -> HttpResponse:
    """The monthly bulletin, to be read and printed."""
    form = MonthChoice(request.GET)
    context = {
        "form": form,
        "found": _compose(request, form.chosen),
        "file_query": urlencode({"period": form.chosen.key}),
    }
    return render(request, "portal/burden_bulletin.html", context, status=422 if form.errors else 200)


@access(SEE_BURDEN, file=True)
@require_safe
def burden_bulletin_word(request: HttpRequest) -> HttpResponse:
    return _bulletin_file(request, write_word, "docx", DOCX)


@access(SEE_BURDEN, file=True)
@require_safe
def burden_bulletin_pdf(request: HttpRequest) -> HttpResponse:
    return _bulletin_file(request, write_pdf, "pdf", PDF)


def _account_page(
    request: HttpRequest, area: Area, department: Department | None, *, is_own: bool = False, towns: Any = ()
) -> HttpResponse:
    form = PeriodChoice(request.GET)
    account = get_account(area=area, period=form.chosen, department=department)
    months = list_months(area=area, period=form.chosen, department=department)
    same = {"area": area.code} | ({"department": department.pk} if department else {})
    context = {
        "form": form,
        "account": account,
        "is_own": is_own,
        "towns": towns,
        "columns": COLUMNS,
        "lines": [(line, list_cells(line.burden)) for line in account.lines],
        "forms": [(line, list_cells(line.burden)) for line in account.forms],
        "total": list_cells(account.total),
        "total_name": TOTAL,
        "months": [(month.first, list_cells(month.burden)) for month in reversed(months)],
        "chart": chart_of(account, months),
        "outside": get_outside(actor=actor_of(request), area=area, period=form.chosen, department=department),
        "tells_outside": is_own and holds(actor_of(request), REPORT_OUTSIDE),
        "chooses_points": is_own and holds(actor_of(request), CHOOSE_POINTS),
        "minutes_formula": explain_minutes(),
        "uncounted": explain_uncounted(account.total),
        "period_query": urlencode({"period": form.chosen.key}),
        "export_query": urlencode({"period": form.chosen.key, **same}),
    }
    return render(request, "portal/burden.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest) -> tuple[Area, Department | None]:
    """Area and department of an address; the post's own where it names none. Raises NotFound."""
    actor = actor_of(request)
    area = get_place(actor=actor, code=_number(request, "area"))
    pk = _number(request, "department")
    return area, own_department(actor) if pk is None else get_issuer(actor=actor, pk=pk)


def _own(request: HttpRequest) -> tuple[Area, Department | None]:
    actor = actor_of(request)
    return get_place(actor=actor), own_department(actor)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound
    return int(text)


def _bulletin_file(
    request: HttpRequest, write: Callable[[bulletin.Bulletin], bytes], ending: str, content_type: str
) -> HttpResponse:
    """The bulletin of the month as a download, counted and audited. ending: of the file's name."""
    actor, period = actor_of(request), MonthChoice(request.GET).chosen
    area, department = _own(request)
    limits.spend(actor, limits.EXPORT, limits.rows_cost(1))
    record(actor, "burden.bulletin_taken", **_named(area, department, period), file_format=ending)
    name = f"减负月报 {_whose(area, department)} {period.key}.{ending}"
    return as_download(write(_compose(request, period)), name, content_type)


def _compose(request: HttpRequest, period: Period) -> bulletin.Bulletin:
    """Of the post's own area or department."""
    area, department = _own(request)
    account = get_account(area=area, period=period, department=department)
    months = list_months(area=area, period=period, department=department, count=BULLETIN_MONTHS)
    outside = get_outside(actor=actor_of(request), area=area, period=period, department=department)
    return bulletin.compose(account, months, outside, today=localdate())


def _whose(area: Area, department: Department | None) -> str:
    return department.name if department else area.name


def _named(area: Area, department: Department | None, period: Period) -> dict[str, Any]:
    return {"area": area.code, "department": department.pk if department else None, "period": period.key}
