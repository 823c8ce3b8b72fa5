"""Corrections (校核): what waits, one with its steps, and the steps. Each step is taken on what its page showed."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import limits
from accounts.access import access, actor_of
from accounts.actors import Actor
from accounts.approvals.pages import seen_in
from accounts.audit import record, those
from accounts.chips import list_chips
from accounts.errors import Conflict, NotFound
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell, warn
from accounts.paging import take_page
from accounts.rights import ANSWER_CORRECTIONS, MARK_RECORDS, READ_CORRECTIONS, WATCH_CORRECTIONS, holds
from accounts.roles import HIGHEST_LEVEL
from data_return.correction_forms import OVERDUE, AnswerForm, CorrectionFilterForm, ObjectForm
from data_return.correction_rules import ANSWER_DAYS, ANSWERED, State
from data_return.models import Correction, Evidence
from data_return.push.correction_topic import CORRECTION
from data_return.selectors.clocks import list_clocks
from data_return.selectors.corrections import (
    get_correction,
    get_evidence,
    get_records_of,
    list_corrections,
    list_evidence,
    list_steps,
    list_waiting,
    reader_of,
)
from data_return.selectors.push import list_receipts
from data_return.services.correcting import (
    accept_corrections,
    acknowledge_correction,
    answer_correction,
    object_to_correction,
    withdraw_correction,
)
from data_return.showing_corrections import show_correction, show_corrections
from data_return.sight import reading_of
from registry.catalogue import get_catalogue
from registry.evidence import TYPES, Kind, content_of

LIST, DETAIL = "data_return:correction_list", "data_return:correction_detail"


@access(READ_CORRECTIONS)
@require_safe
def correction_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = CorrectionFilterForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data.get("state", "")
    overdue = wanted == OVERDUE
    found = list_corrections(actor=actor, state="" if overdue else wanted, overdue=overdue)
    paging = take_page(found, request, key=["-pk"])
    records = get_records_of(actor=actor, corrections=paging.rows)
    record(actor, "correction.listed", subjects=those(paging.rows), by=[wanted] if wanted else [])
    context = {
        "paging": paging,
        "shown": show_corrections(paging.rows, records, reader_of(actor), reading_of(actor)),
        "filters": form,
        "chips": list_chips(request, form),
        "waiting": list_waiting(actor=actor).count(),
        "answers": holds(actor, ANSWER_CORRECTIONS),
        "marks": holds(actor, MARK_RECORDS),
        "days": ANSWER_DAYS,
    }
    return render(request, "data_return/correction_list.html", context)


@access(WATCH_CORRECTIONS)
@require_safe
def correction_clocks(request: HttpRequest) -> HttpResponse:
    """How each department keeps the clock: counts only."""
    clocks = sorted(list_clocks(actor=actor_of(request)).values(), key=lambda one: (-one.overdue, one.department))
    context = {"clocks": clocks, "days": ANSWER_DAYS, "today": localdate()}
    return render(request, "data_return/correction_clocks.html", context)


@access(READ_CORRECTIONS)
@require_safe
def correction_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    correction = get_correction(actor=actor, pk=pk)
    record(actor, "correction.read", correction, dataset=correction.dataset_id)
    return _page(request, correction, reader_of(actor))


@access(ANSWER_CORRECTIONS, step_up=True)
@never_cache
@require_safe
def correction_full(request: HttpRequest, pk: int) -> HttpResponse:
    """The same with values of level 4 in full, for the department that has to check them. Counted and audited."""
    actor = actor_of(request)
    correction = get_correction(actor=actor, pk=pk)
    limits.spend(actor, limits.UNMASK)
    codes = [code for code, item in get_catalogue().items.items() if item.level <= HIGHEST_LEVEL]
    items = [correction.item_id] if correction.item_id else []
    record(
        actor, "correction.read_in_full", correction, purpose="答复校核", dataset=correction.dataset_id, unmasked=items
    )
    return _page(request, correction, actor.opening(frozenset(codes)), in_full=True)


@access(READ_CORRECTIONS)
@require_safe
def correction_evidence(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """A file, opened for this one answer; a PDF as a download."""
    actor = actor_of(request)
    evidence = get_evidence(actor=actor, correction_pk=pk, pk=evidence_pk)
    record(actor, "correction.evidence_read", evidence, subject=pk)
    content_type, ending = TYPES[Kind(evidence.kind)]
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    if evidence.kind == Kind.PDF:
        headers["Content-Disposition"] = f'attachment; filename="evidence-{evidence.pk}.{ending}"'
    return HttpResponse(
        content_of(evidence.sealed, sealed_as=Evidence.SEALED_AS), content_type=content_type, headers=headers
    )


@access(ANSWER_CORRECTIONS)
@require_POST
def correction_answer(request: HttpRequest, pk: int) -> HttpResponse:
    actor, form = actor_of(request), AnswerForm(request.POST)
    correction = get_correction(actor=actor, pk=pk)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            accept = form.cleaned_data["answer"] == "accept"
            note = form.cleaned_data["note"]
            answer_correction(actor=actor, pk=pk, seen=seen_in(request), accept=accept, note=note)
            tell(request, "已采纳,村居会看到。" if accept else "已答复不采纳,理由已告知村居。")
            return go(request, LIST)
    return _page(request, correction, reader_of(actor), answer=form)


@access(MARK_RECORDS)
@require_POST
def correction_object(request: HttpRequest, pk: int) -> HttpResponse:
    actor, form = actor_of(request), ObjectForm(request.POST)
    correction = get_correction(actor=actor, pk=pk)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            done = object_to_correction(actor=actor, pk=pk, seen=seen_in(request), note=form.cleaned_data["note"])
            tell(request, f"异议已提交,部门应在 {done.due_on:%Y-%m-%d} 前再次答复。")
            return go(request, DETAIL, pk)
    return _page(request, correction, reader_of(actor), objection=form)


@access(MARK_RECORDS)
@require_POST
def correction_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    acknowledge_correction(actor=actor_of(request), pk=pk, seen=seen_in(request))
    tell(request, "已确认收到答复,这一件办结。")
    return go(request, LIST)


@access(MARK_RECORDS)
@require_POST
def correction_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    withdraw_correction(actor=actor_of(request), pk=pk, seen=seen_in(request))
    tell(request, "已撤回。")
    return go(request, DETAIL, pk)


@access(MARK_RECORDS)
@require_POST
def correction_acknowledge_many(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    versions, done = _versions(request), 0
    for pk, seen in versions.items():
        with suppress(Conflict, NotFound):
            acknowledge_correction(actor=actor, pk=pk, seen=seen)
            done += 1
    _tell_counted(request, f"已确认收到 {done} 件答复。", len(versions) - done)
    return go(request, LIST)


@access(ANSWER_CORRECTIONS)
@require_POST
def correction_accept_many(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    versions = _versions(request)
    done = accept_corrections(actor=actor, versions=versions)
    _tell_counted(request, f"已采纳 {done} 件。", len(versions) - done)
    return go(request, LIST)


def _versions(request: HttpRequest) -> dict[int, int]:
    """Key and version of each chosen correction; what is not of that shape was not sent by a page."""
    pairs = (text.partition("-") for text in request.POST.getlist("correction") if text.isascii() and len(text) < 30)
    return {int(pk): int(seen) for pk, _, seen in pairs if pk.isdigit() and seen.isdigit()}


def _tell_counted(request: HttpRequest, said: str, missed: int) -> None:
    if missed:
        warn(request, f"{said}另有 {missed} 件已有别的进展,没有办理,请看列表。")
    else:
        tell(request, said)


def _page(
    request: HttpRequest,
    correction: Correction,
    reader: Actor,
    *,
    answer: AnswerForm | None = None,
    objection: ObjectForm | None = None,
    in_full: bool = False,
) -> HttpResponse:
    actor = actor_of(request)
    records = get_records_of(actor=actor, corrections=[correction])
    shown = show_correction(correction, records.get(correction.record_id), reader, reading_of(actor))
    marks, is_open = holds(actor, MARK_RECORDS), correction.state == State.OPEN
    item = get_catalogue().item(correction.item_id) if correction.item_id else None
    context = {
        "correction": correction,
        "shown": shown,
        "steps": list_steps(correction),
        "evidence": list_evidence(correction),
        "can_answer": is_open and holds(actor, ANSWER_CORRECTIONS),
        "can_acknowledge": marks and correction.state in ANSWERED,
        "can_object": marks and correction.can_object,
        "can_withdraw": marks and is_open,
        "can_see_all": holds(actor, ANSWER_CORRECTIONS) and item is not None and item.level == HIGHEST_LEVEL,
        "in_full": in_full,
        "answer": answer or AnswerForm(),
        "objection": objection or ObjectForm(),
        "receipts": list_receipts(actor=actor, topic=CORRECTION, about_id=correction.pk),
        "today": localdate(),
    }
    refused = bool((answer and answer.errors) or (objection and objection.errors))
    return render(request, "data_return/correction_detail.html", context, status=422 if refused else 200)
