"""Inquiries (转办件): what the discipline office asks a department, and the department's answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.audit import record
from accounts.errors import Conflict
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from portal.complaint_forms import AnswerForm
from portal.complaints.rules import State
from portal.selectors.complaints import get_inquiry, list_inquiries, list_to_answer
from portal.services.complaints.desk import answer_inquiry
from portal.views.discipline import evidence_of


@access(rights.ANSWER_COMPLAINTS)
@require_safe
def inquiry_list(request: HttpRequest) -> HttpResponse:
    """What waits comes first, with its clock."""
    actor = actor_of(request)
    record(actor, "complaint.inquiries_listed")
    context = {
        "waiting": list_to_answer(actor=actor).select_related("area").order_by("due_on", "pk"),
        "paging": take_page(list_inquiries(actor=actor).order_by("-pk"), request, key=["-pk"]),
    }
    return render(request, "portal/inquiry_list.html", context)


@access(rights.ANSWER_COMPLAINTS)
@require_http_methods(["GET", "POST"])
def inquiry_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The office's words, what was answered, and the answer that is posted. A second one is answered 409."""
    actor = actor_of(request)
    told = get_inquiry(actor=actor, pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            answer_inquiry(actor=actor, pk=pk, seen=seen_in(request), **form.cleaned_data)
            tell(request, "答复已提交,由纪检监察核实。")
            return go(request, "portal:inquiry_list")
    if request.method == "GET":
        record(actor, "complaint.inquiry_read", told.complaint)
    can_answer = told.complaint.state == State.HANDED
    context = {"told": told, "complaint": told.complaint, "form": form, "can_answer": can_answer}
    return render(request, "portal/inquiry_detail.html", context, status=422 if form.errors else 200)


@access(rights.ANSWER_COMPLAINTS)
@require_safe
def inquiry_evidence(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """A photo that the office handed over."""
    told = get_inquiry(actor=actor_of(request), pk=pk)
    return evidence_of(request, told.complaint, evidence_pk, handed=True)
