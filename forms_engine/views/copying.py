"""Copying answers into another system (复制录入): which system, the list of people, one person's fields."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access, actor_of
from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import NotFound
from accounts.forms import refusals_on
from accounts.notices import tell
from accounts.rights import FILL_REPORTS, UNMASK, holds
from forms_engine.models import CopyPack, Report
from forms_engine.selectors import copying as reads
from forms_engine.selectors.grid import Lens, Place, get_lens
from forms_engine.selectors.reports import get_report, subjects_of
from forms_engine.services.copying import mark_entered, unmark_entered
from forms_engine.services.unmask import unmask_cells
from forms_engine.views.fill import report_context
from registry.models import DataItem
from registry.selectors.unmasking import get_sight
from registry.sight_token import make_sight_token, sight_token
from registry.unmask_form import UnmaskForm

LIST, ROW = "forms_engine:report_copy_list", "forms_engine:report_copy_row"


@access(FILL_REPORTS)
@require_safe
def report_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Which system; straight on where there is only one."""
    report = _report(request, pk)
    packs = reads.list_packs(report)
    if len(packs) == 1:
        return redirect(LIST, pk, packs[0].pk)
    return render(request, "forms_engine/report_copy.html", report_context(request, report) | {"packs": packs})


@access(FILL_REPORTS)
@require_safe
def report_copy_list(request: HttpRequest, pk: int, pack_pk: int) -> HttpResponse:
    actor, report = actor_of(request), _report(request, pk)
    pack, lens = reads.get_pack(report, pack_pk), get_lens(actor=actor, report=report)
    everybody = request.GET.get("all") == "1"
    after = request.GET.get("after", "")
    page = reads.list_copy_rows(lens=lens, report=report, pack=pack, after=after, only_open=not everybody)
    record(actor, "report.rows_read", report, subjects=subjects_of(report, [one.id for one in page.rows]))
    context = _of(request, report, pack) | {
        "page": page,
        "everybody": everybody,
        "first": reads.find_open_row(actor=actor, report=report, pack=pack),
    }
    return render(request, "forms_engine/report_copy_list.html", context)


@access(FILL_REPORTS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_copy_row(request: HttpRequest, pk: int, pack_pk: int, subject_id: int) -> HttpResponse:
    """One person's fields in the order of the screen; marks the person as entered and goes to the next."""
    actor, report = actor_of(request), _report(request, pk)
    pack = reads.get_pack(report, pack_pk)
    row = reads.get_copy_row(actor=actor, report=report, pack=pack, subject_id=subject_id)
    if request.method == "POST":
        return _mark(request, report, pack, row)
    entity = report.dispatch.version.subject
    sight = get_sight(actor=actor, token=sight_token(request), entity=entity, pk=subject_id)
    lens = get_lens(actor=actor.opening(sight.items), report=report)
    lines = reads.build_lines(lens, pack, row)
    record(actor, "report.row_copied", report, subjects=subjects_of(report, [subject_id]), pack=pack.pk)
    context = _of(request, report, pack) | {
        "one": reads.as_copy_row(lens, row),
        "lines": lines,
        "masked": [line for line in lines if line.masked],
        "can_unmask": holds(actor, UNMASK),
        "until": sight.until,
        "following": reads.find_open_row(actor=actor, report=report, pack=pack, after=_place(row)),
    }
    return render(request, "forms_engine/report_copy_row.html", context)


@access(UNMASK, step_up=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_copy_unmask(request: HttpRequest, pk: int, pack_pk: int, subject_id: int) -> HttpResponse:
    """Asks for a reason, then shows the masked fields of one person in full for some minutes."""
    actor, report = actor_of(request), _report(request, pk)
    pack, lens = reads.get_pack(report, pack_pk), get_lens(actor=actor, report=report)
    row = reads.get_copy_row(actor=actor, report=report, pack=pack, subject_id=subject_id)
    here = reverse(ROW, args=[pk, pack_pk, subject_id])
    letters = _masked_letters(lens, pack, row)
    if not letters:
        return redirect(here)
    form = UnmaskForm(request.POST or None, items=list(letters))
    if form.is_valid():
        chosen = [letter for item, letter in letters.items() if item.code in form.cleaned_data["items"]]
        with refusals_on(form):
            _unmask(request, actor, report, subject_id, chosen, form.cleaned_data["why"])
            return redirect(here)
    record(actor, "report.rows_read", report, subjects=subjects_of(report, [subject_id]), page="unmask")
    context = {"form": form, "noun": report.dispatch.version.get_subject_display(), "name": lens.name(row)}
    context |= {"minutes": settings.UNMASK_MINUTES, "back": here}
    return render(request, "registry/unmask.html", context, status=422 if form.errors else 200)


def _unmask(request: HttpRequest, actor: Actor, report: Report, subject_id: int, letters: list[str], why: str) -> None:
    token = make_sight_token(request)
    unmask_cells(actor=actor, report=report, subject_id=subject_id, letters=letters, token=token, reason=why)
    tell(request, f"已显示完整信息,{settings.UNMASK_MINUTES} 分钟后自动恢复脱敏。")


def _masked_letters(lens: Lens, pack: CopyPack, row: dict[str, Any]) -> dict[DataItem, str]:
    """Items of the pack that the reader sees masked, with their columns."""
    masked = {line.letter for line in reads.build_lines(lens, pack, row) if line.masked}
    return {column.item: column.letter for column in lens.columns if column.item and column.letter in masked}


def _mark(request: HttpRequest, report: Report, pack: CopyPack, row: dict[str, Any]) -> HttpResponse:
    """To the next person who is not entered; to the list when all are."""
    actor, subject_id = actor_of(request), row["subject_id"]
    if request.POST.get("step") == "undo":
        unmark_entered(actor=actor, report=report, pack=pack, subject_id=subject_id)
        tell(request, "已改回“未录入”。")
        return redirect(ROW, report.pk, pack.pk, subject_id)
    mark_entered(actor=actor, report=report, pack=pack, subject_id=subject_id)
    following = reads.find_open_row(actor=actor, report=report, pack=pack, after=_place(row))
    if following is None:
        tell(request, f"“{pack.system}”已全部录入。")
        return redirect(reverse(LIST, args=[report.pk, pack.pk]) + "?all=1")
    return redirect(ROW, report.pk, pack.pk, following)


def _report(request: HttpRequest, pk: int) -> Report:
    """Raises NotFound, also while the report is being prefilled."""
    report = get_report(actor=actor_of(request), pk=pk)
    if report.state == Report.State.PREPARING:
        raise NotFound("这张表还在预填,预填完成后才能复制录入。")
    return report


def _of(request: HttpRequest, report: Report, pack: CopyPack) -> dict[str, Any]:
    done, total = reads.count_copied(actor=actor_of(request), report=report, pack=pack)
    return report_context(request, report) | {"pack": pack, "done": done, "total": total, "left": total - done}


def _place(row: dict[str, Any]) -> Place:
    return Place(row["position"], row["subject_id"])
