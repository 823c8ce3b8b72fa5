"""Filling in (填报): the list of reports, the grid, one row at a time, adding and removing, submitting."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import limits
from accounts.access import access
from accounts.actors import Actor
from accounts.audit import record
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import FILL_REPORTS, SUBMIT_REPORTS, UNMASK, holds
from data_return.selectors.push import Receipt, list_receipts
from forms_engine.models import Report
from forms_engine.push_topic import REPORT
from forms_engine.row_form import ReasonForm, build_fields, read_answers, with_result
from forms_engine.selectors import reports as report_reads
from forms_engine.selectors import roster
from forms_engine.selectors.copying import list_packs
from forms_engine.selectors.grid import Lens, describe_columns, describe_states, get_lens
from forms_engine.selectors.reports import subjects_of
from forms_engine.services import fill
from registry.selectors.unmasking import get_sight
from registry.sight_token import sight_token
from registry.unmask_form import REASONS

STATES = (Report.State.FILLING, Report.State.RETURNED, Report.State.SUBMITTED, Report.State.ACCEPTED)
LIST_KEY = ("dispatch__due_at", "area_code", "pk")


@access(FILL_REPORTS)
@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("state", "")
    states = [wanted] if wanted in STATES else []
    found = report_reads.list_reports(actor=_actor(request), states=states)
    page = take_page(found, request, key=LIST_KEY)
    context = {
        "paging": page,
        "lines": list_lines(page.rows),
        "states": STATES,
        "wanted": wanted,
        "now": timezone.now(),
    }
    return render(request, "forms_engine/report_list.html", context)


@access(FILL_REPORTS)
@require_GET
def report_fill(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _actor(request)
    report = report_reads.get_report(actor=actor, pk=pk)
    if report.state == Report.State.PREPARING:
        return render(request, "forms_engine/report_preparing.html", {"report": report, "job": report.dispatch.job})
    lens = get_lens(actor=actor, report=report)
    removed = roster.list_removed(lens=lens, report=report)
    record(actor, "report.read", report, subjects=subjects_of(report, [one.id for one in removed]))
    context = report_context(request, report) | {
        "removed": removed,
        "config": grid_config(lens, report, mode="fill" if report.is_open else "read"),
        "can_submit": holds(actor, SUBMIT_REPORTS) and report.is_open,
        "packs": list_packs(report),
        "receipts": receipts_of(actor, report),
    }
    return render(request, "forms_engine/report_fill.html", context)


@access(SUBMIT_REPORTS)
@require_http_methods(["GET", "POST"])
def report_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Check first; hand in only what has no gap. The service checks again behind its locks."""
    actor = _actor(request)
    report = report_reads.get_report(actor=actor, pk=pk)
    lens = get_lens(actor=actor, report=report)
    gaps, count = fill.find_gaps(report, lens.columns)
    if request.method == "POST" and not count:
        fill.submit_report(actor=actor, report=report)
        tell(request, f"“{report.dispatch.version.template}”已提交,等待镇街审核。")
        return redirect("forms_engine:report_list")
    record(actor, "report.read", report, subjects=subjects_of(report, {gap.subject_id for gap in gaps}), page="submit")
    context = report_context(request, report) | {
        "gaps": [(gap, name) for gap, name in roster.name_gaps(lens=lens, report=report, gaps=gaps)],
        "gap_count": count,
    }
    return render(request, "forms_engine/report_submit.html", context, status=422 if request.method == "POST" else 200)


@access(FILL_REPORTS)
@require_GET
def report_subjects(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows as a list, those that wait or all; where a phone begins."""
    report = report_reads.get_report(actor=_actor(request), pk=pk)
    lens = get_lens(actor=_actor(request), report=report)
    everybody = request.GET.get("all") == "1"
    page = roster.list_subjects(lens=lens, report=report, after=request.GET.get("after", ""), only_open=not everybody)
    shown = subjects_of(report, [one.id for one in page.rows])
    record(_actor(request), "report.rows_read", report, subjects=shown)
    context = report_context(request, report) | {"page": page, "everybody": everybody}
    return render(request, "forms_engine/report_subjects.html", context)


@access(FILL_REPORTS)
@require_GET
def report_next(request: HttpRequest, pk: int) -> HttpResponse:
    """To the first row that waits."""
    report = report_reads.get_report(actor=_actor(request), pk=pk)
    lens = get_lens(actor=_actor(request), report=report)
    subject_id = roster.find_first_open(lens=lens, report=report)
    if subject_id is None:
        return redirect("forms_engine:report_subjects", pk)
    return redirect("forms_engine:report_row", pk, subject_id)


@access(FILL_REPORTS)
@require_http_methods(["GET", "POST"])
def report_row(request: HttpRequest, pk: int, subject_id: int) -> HttpResponse:
    """One subject at a time: saves what was changed, then goes to the next one that waits."""
    actor = _actor(request)
    report = report_reads.get_report(actor=actor, pk=pk)
    entity = report.dispatch.version.subject
    sight = get_sight(actor=actor, token=sight_token(request), entity=entity, pk=subject_id)
    lens = get_lens(actor=actor.opening(sight.items), report=report)
    row = roster.get_row(actor=actor, report=report, subject_id=subject_id)
    fields = build_fields(lens, row)
    neighbours = roster.get_neighbours(lens=lens, report=report, row=row)
    status = 200
    if request.method == "POST":
        result = _save_row(actor, report, subject_id, fields, request)
        if not result.refused and not result.conflicts:
            tell(request, f"{lens.name(row)}:已保存。")
            return redirect("forms_engine:report_row", pk, _next_row(request, neighbours, subject_id))
        row = roster.get_row(actor=actor, report=report, subject_id=subject_id)
        fields, status = with_result(build_fields(lens, row), result, request.POST.dict()), 422
    record(actor, "report.rows_read", report, subjects=subjects_of(report, [subject_id]))
    context = report_context(request, report) | {
        "subject_id": subject_id,
        "name": lens.name(row),
        "removed": row["state"] == "removed",
        "waiting": [field for field in fields if field.waits or field.error],
        "settled": [field for field in fields if not field.waits and not field.error],
        "near": neighbours,
        "unmask_url": _unmask_url(actor, entity, subject_id) if any(field.masked for field in fields) else "",
    }
    response = render(request, "forms_engine/report_row.html", context, status=status)
    add_never_cache_headers(response)
    return response


@access(FILL_REPORTS)
@require_http_methods(["GET", "POST"])
def report_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Search the registry for somebody whom the roster missed, and add them with a reason."""
    actor = _actor(request)
    report = report_reads.get_report(actor=actor, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = fill.add_subject(
            actor=actor, report=report, subject_id=_posted_id(request), reason=form.cleaned_data["reason"]
        )
        tell(request, "已增加,请补齐空格。")
        return redirect(f"{reverse('forms_engine:report_fill', args=[pk])}#cell-{row.subject_id}")
    text = request.POST.get("q", request.GET.get("q", ""))
    if text:
        limits.spend(actor, limits.SEARCH)
    candidates = roster.find_candidates(actor=actor, report=report, text=text)
    if candidates:
        record(actor, "report.candidates_read", report, subjects=subjects_of(report, [one.id for one in candidates]))
    context = report_context(request, report) | {
        "form": form,
        "text": text,
        "candidates": candidates,
        "noun": report.dispatch.version.get_subject_display(),
    }
    return render(request, "forms_engine/report_add.html", context, status=422 if form.errors else 200)


@access(FILL_REPORTS)
@require_http_methods(["GET", "POST"])
def report_remove(request: HttpRequest, pk: int, subject_id: int) -> HttpResponse:
    """Take a row out with a reason; it can be put back."""
    actor = _actor(request)
    report = report_reads.get_report(actor=actor, pk=pk)
    row = roster.get_row(actor=actor, report=report, subject_id=subject_id)
    form = ReasonForm(request.POST or None)
    name = get_lens(actor=actor, report=report).name(row)
    if request.method == "POST" and form.is_valid():
        fill.remove_subject(actor=actor, report=report, subject_id=subject_id, reason=form.cleaned_data["reason"])
        tell(request, f"已移出{name}。", undo=reverse("forms_engine:report_restore", args=[pk, subject_id]))
        return redirect("forms_engine:report_fill", pk)
    record(actor, "report.rows_read", report, subjects=subjects_of(report, [subject_id]), page="remove")
    context = report_context(request, report) | {"form": form, "name": name, "subject_id": subject_id}
    return render(request, "forms_engine/report_remove.html", context, status=422 if form.errors else 200)


@access(FILL_REPORTS)
@require_POST
def report_restore(request: HttpRequest, pk: int, subject_id: int) -> HttpResponse:
    report = report_reads.get_report(actor=_actor(request), pk=pk)
    fill.restore_subject(actor=_actor(request), report=report, subject_id=subject_id)
    tell(request, "已恢复到名册。")
    return redirect(f"{reverse('forms_engine:report_fill', args=[pk])}#cell-{subject_id}")


def report_context(request: HttpRequest, report: Report) -> dict[str, Any]:
    """What the head of every page of a report needs."""
    return {
        "report": report,
        "template": report.dispatch.version.template,
        "summary": report_reads.summarize([report]).get(report.pk, report_reads.Summary()),
        "now": timezone.now(),
    }


def receipts_of(actor: Actor, report: Report) -> list[Receipt]:
    """What became of an accepted report at the systems that take it."""
    accepted = report.state == Report.State.ACCEPTED
    return list_receipts(actor=actor, topic=REPORT, about_id=report.pk) if accepted else []


def list_lines(reports: list[Report]) -> list[tuple[Report, report_reads.Summary]]:
    """Reports with their counts, in one query for all."""
    counts = report_reads.summarize(reports)
    return [(report, counts.get(report.pk, report_reads.Summary())) for report in reports]


def grid_config(lens: Lens, report: Report, *, mode: str) -> dict[str, Any]:
    """What the grid's script needs, as JSON. mode: fill, review or read."""
    addresses = ("rows", "summary", "cells", "confirm", "undo", "adopt")
    return {
        "mode": mode,
        "reasons": list(REASONS) if holds(lens.actor, UNMASK) else [],
        "noun": report.dispatch.version.get_subject_display(),
        "columns": describe_columns(lens),
        "states": describe_states(),
        "urls": {name: reverse(f"forms_engine:report_{name}", args=[report.pk]) for name in addresses}
        | {"subject": reverse("forms_engine:report_fill", args=[report.pk]) + "rows/"},
    }


def _unmask_url(actor: Actor, entity: str, subject_id: int) -> str:
    """The page that shows masked items of the subject in full, for posts that may."""
    return reverse(f"registry:{entity}_unmask", args=[subject_id]) if holds(actor, UNMASK) else ""


def _save_row(actor: Actor, report: Report, subject_id: int, fields: Any, request: HttpRequest) -> fill.SaveResult:
    answers = read_answers(subject_id, fields, request.POST.dict())
    result = fill.save_cells(actor=actor, report=report, edits=answers.edits)
    if answers.confirmed:
        fill.confirm_cells(actor=actor, report=report, cells=answers.confirmed)
    return result


def _next_row(request: HttpRequest, near: roster.Neighbours, subject_id: int) -> int:
    """Where the pressed button leads; the same row where none waits any more."""
    wanted = None if request.POST.get("then") == "stay" else near.next_open
    return wanted or subject_id


def _posted_id(request: HttpRequest) -> int:
    text = request.POST.get("subject", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
