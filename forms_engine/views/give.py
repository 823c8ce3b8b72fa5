"""The answers, given: totals by area, and files in the department's own layout."""

from typing import IO

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from forms_engine.give_forms import AggregateForm, ExportForm
from forms_engine.models import Dispatch, Export
from forms_engine.selectors.dispatches import get_dispatch
from forms_engine.selectors.exports import get_export, list_exports
from forms_engine.services.give import start_export, take_export
from forms_engine.services.totals import take_totals
from forms_engine.totals import WITHHELD

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@access(rights.COLLECT_REPORTS)
@never_cache
@require_safe
def aggregate(request: HttpRequest, pk: int) -> HttpResponse:
    """pk: of the dispatch. `?area=` opens one area, `?column=` counts the values of one column."""
    actor = actor_of(request)
    dispatch = get_dispatch(actor=actor, pk=pk)
    form = AggregateForm(request.GET)
    form.is_valid()
    unreviewed = form.cleaned_data.get("unreviewed", False)
    found = take_totals(
        actor=actor,
        dispatch=dispatch,
        area_code=form.cleaned_data.get("area"),
        letter=form.cleaned_data.get("column", ""),
        unreviewed=unreviewed,
    )
    context = _of(dispatch) | {
        "found": found,
        "rows": found.areas,
        "total": found.total,
        "small": settings.SMALL_COUNT,
        "withheld": WITHHELD,
        "unreviewed": unreviewed,
        "chart": {
            "areas": [row.name for row in found.areas],
            "values": found.values,
            "bars": [row.bars for row in found.areas],
        },
    }
    return render(request, "forms_engine/aggregate.html", context)


@access(rights.COLLECT_REPORTS, step_up=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def export_start(request: HttpRequest, pk: int) -> HttpResponse:
    """pk: of the dispatch. Shows what was exported before and begins another."""
    actor = actor_of(request)
    dispatch = get_dispatch(actor=actor, pk=pk)
    form = ExportForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            start_export(actor=actor, dispatch=dispatch, **form.cleaned_data)
            tell(request, "已开始导出,做好后在下面下载。")
            return go(request, "forms_engine:export_start", pk)
    exports = list(list_exports(actor=actor, dispatch=dispatch)[:20])
    context = _of(dispatch) | {"form": form, "exports": exports, "actor": actor}
    return render(request, "forms_engine/export_start.html", context, status=422 if form.errors else 200)


@access(rights.COLLECT_REPORTS, step_up=True, file=True)
@never_cache
@require_safe
def export_download(request: HttpRequest, pk: int) -> FileResponse:
    """pk: of the export."""
    actor = actor_of(request)
    export = get_export(actor=actor, pk=pk)
    return as_download(take_export(actor=actor, export=export), export)


def as_download(handle: IO[bytes], export: Export) -> FileResponse:
    """The file as it goes out, to a browser or to a machine."""
    return FileResponse(
        handle,
        as_attachment=True,
        filename=export.filename,
        content_type=CONTENT_TYPES[export.filename.rpartition(".")[2]],
        headers={"X-Content-Type-Options": "nosniff"},
    )


def _of(dispatch: Dispatch) -> dict[str, object]:
    return {"dispatch": dispatch, "template": dispatch.version.template}
