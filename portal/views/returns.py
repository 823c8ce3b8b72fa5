"""The return ledger (返还账): page and Excel. About departments; no resident, village or worker appears."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.access import access, actor_of
from accounts.audit import record
from accounts.exporting import as_download, write_table
from accounts.rights import SEE_RETURNS
from portal.burden_forms import PeriodChoice
from portal.returns_words import COLUMNS, explain_clocks, figures_of, label_of, list_parts
from portal.selectors.returns import list_lines


@access(SEE_RETURNS)
@require_safe
def returns(request: HttpRequest) -> HttpResponse:
    """Every department of the district, or the officer's own."""
    actor, form = actor_of(request), PeriodChoice(request.GET)
    lines = list_lines(actor=actor, period=form.chosen)
    context = {
        "form": form,
        "period": form.chosen,
        "whose": actor.department_name or actor.area_name,
        "lines": lines,
        "parts": list_parts(lines),
        "columns": COLUMNS,
        "clocks": explain_clocks(),
        "export_query": urlencode({"period": form.chosen.key}),
    }
    return render(request, "portal/returns.html", context, status=422 if form.errors else 200)


@access(SEE_RETURNS, step_up=True, file=True)
@require_safe
def returns_export(request: HttpRequest) -> HttpResponse:
    """The same as Excel."""
    actor, period = actor_of(request), PeriodChoice(request.GET).chosen
    lines = list_lines(actor=actor, period=period)
    table = [[line.department.name, *(str(one.value) for one in figures_of(line))] for line in lines]
    limits.spend(actor, limits.EXPORT, limits.rows_cost(len(table)))
    record(actor, "returns.exported", area=actor.area_code, department=actor.department_id, period=period.key)
    content = write_table("返还账", ["部门", *(label_of(one) for one in COLUMNS)], table)
    return as_download(content, f"返还账 {actor.department_name or actor.area_name} {period.key}.xlsx")
