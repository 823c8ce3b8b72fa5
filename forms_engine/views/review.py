"""Review (审核): what waits, who is late, one report in the grid, returning and accepting."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import access
from accounts.actors import Actor
from accounts.audit import record
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import REVIEW_REPORTS
from forms_engine.models import Report
from forms_engine.row_form import ReturnForm
from forms_engine.selectors import reports as report_reads
from forms_engine.selectors.grid import get_lens
from forms_engine.selectors.reports import subjects_of
from forms_engine.selectors.reviews import (
    FILTERS,
    count_changes,
    count_reviews,
    get_community_name,
    list_comments,
    list_reviews,
)
from forms_engine.services import review
from forms_engine.views.fill import grid_config, list_lines, receipts_of, report_context

LIST_KEY = ("dispatch__due_at", "dispatch_id", "area_code", "pk")


@access(REVIEW_REPORTS)
@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    actor, now = _actor(request), timezone.now()
    wanted = request.GET.get("show", "waiting")
    found = list_reviews(actor=actor, wanted=wanted, now=now)
    page = take_page(found, request, key=LIST_KEY)
    counts = count_reviews(actor=actor, now=now)
    context = {
        "paging": page,
        "lines": list_lines(page.rows),
        "filters": [(name, label, counts[name]) for name, label in FILTERS.items()],
        "wanted": wanted if wanted in FILTERS else "waiting",
        "now": now,
    }
    return render(request, "forms_engine/review_list.html", context)


@access(REVIEW_REPORTS)
@require_GET
def report_review(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, pk, ReturnForm())


@access(REVIEW_REPORTS)
@require_POST
def report_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the report back with comments on cells, a note, or both."""
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, form)
    actor = _actor(request)
    report = report_reads.get_report(actor=actor, pk=pk)
    comments = [review.CellComment(one["id"], one["letter"], one["text"]) for one in form.cleaned_data["comments"]]
    review.return_report(actor=actor, report=report, comments=comments, note=form.cleaned_data["note"])
    tell(request, f"已退回,{len(comments)} 格有批注。村居改好后会重新提交。")
    return redirect("forms_engine:review_list")


@access(REVIEW_REPORTS)
@require_POST
def report_accept(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _actor(request)
    outcome = review.accept_report(actor=actor, report=report_reads.get_report(actor=actor, pk=pk))
    kept = f"{outcome.changed} 个对象的登记信息已更新"
    tell(request, f"已通过:{kept}" + (f",{outcome.differences} 处差异待处理。" if outcome.differences else "。"))
    return redirect("forms_engine:review_list")


@access(REVIEW_REPORTS)
@require_POST
def review_accept(request: HttpRequest) -> HttpResponse:
    """Accept the ticked reports, all or none."""
    actor = _actor(request)
    chosen = [int(text) for text in request.POST.getlist("report") if text.isascii() and text.isdigit()]
    reports = [report_reads.get_report(actor=actor, pk=pk) for pk in chosen]
    tell(request, f"已通过 {review.accept_reports(actor=actor, reports=reports)} 张报表。")
    return redirect("forms_engine:review_list")


def _show(request: HttpRequest, pk: int, form: ReturnForm) -> HttpResponse:
    actor = _actor(request)
    report = report_reads.get_report(actor=actor, pk=pk)
    lens = get_lens(actor=actor, report=report)
    waiting = report.state == Report.State.SUBMITTED
    comments = list_comments(lens=lens, report=report)
    record(
        actor, "report.read", report, subjects=subjects_of(report, {one.subject_id for one in comments}), page="review"
    )
    context = report_context(request, report) | {
        "form": form,
        "waiting": waiting,
        "community_name": get_community_name(report),
        "changes": count_changes(report),
        "receipts": receipts_of(actor, report),
        "comments": comments,
        "config": grid_config(lens, report, mode="review" if waiting else "read"),
    }
    return render(request, "forms_engine/report_review.html", context, status=422 if form.errors else 200)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
