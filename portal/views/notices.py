"""Notices (通知): read by those they are for, written by district, towns and departments, decided at the desk."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.approvals.selectors import is_requester, list_steps
from accounts.approvals.services import approve, refuse, return_
from accounts.errors import Conflict
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.models import Approval
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import DECIDE_NOTICES, SEND_NOTICES, holds
from portal.models import Notice
from portal.notice_forms import DecisionForm, NoticeForm
from portal.selectors.notices import (
    get_approval_of,
    get_at_desk,
    get_file,
    get_notice,
    get_receipts,
    get_sent,
    list_notices,
    list_notices_to_decide,
    list_places,
    list_sent,
)
from portal.services.notices import FILES_AS, change_notice, note_read, publish_notice, recall_notice, write_notice
from registry.evidence import TYPES, Kind, content_of

DETAIL, SENT = "portal:notice_detail", "portal:notice_sent"
DECISIONS: dict[str, tuple[Callable[..., Approval], str]] = {
    "publish": (approve, "已发布。"),
    "return": (return_, "已退回修改。"),
    "refuse": (refuse, "未同意,理由已告知部门。"),
}


@access(rights.READ_NOTICES)
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """What is for the post and in force; what its unit has not opened stands out."""
    actor = actor_of(request)
    context = {
        "paging": take_page(list_notices(actor=actor), request, key=["-published_at", "-pk"]),
        "sends": holds(actor, SEND_NOTICES),
    }
    return render(request, "portal/notice_list.html", context)


@access(rights.READ_NOTICES)
@require_safe
def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Opening it is the receipt of the unit."""
    actor = actor_of(request)
    notice = get_notice(actor=actor, pk=pk)
    note_read(actor=actor, notice=notice)
    return _page(request, notice)


@access(rights.READ_NOTICES)
@require_safe
def notice_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    file = get_file(notice=get_notice(actor=actor_of(request), pk=pk), pk=file_pk)
    return as_file(content_of(file.sealed, sealed_as=FILES_AS), Kind(file.kind), file.name)


def as_file(content: bytes, kind: Kind, name: str) -> HttpResponse:
    """A PDF as a download, a photo in the browser."""
    disposition = content_disposition_header(as_attachment=kind == Kind.PDF, filename=name)
    headers = {
        "Content-Disposition": str(disposition),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=TYPES[kind][0], headers=headers)


@access(rights.SEND_NOTICES)
@require_safe
def notice_sent(request: HttpRequest) -> HttpResponse:
    """Those of the own unit, and for the district what departments want to send."""
    actor = actor_of(request)
    context = {
        "paging": take_page(list_sent(actor=actor), request, key=["-pk"]),
        "waiting": list_notices_to_decide(actor=actor).select_related("department"),
        "today": localdate(),
    }
    return render(request, "portal/notice_sent.html", context)


@access(rights.SEND_NOTICES)
@require_http_methods(["GET", "POST"])
def notice_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    places = list_places(actor=actor)
    form = NoticeForm(request.POST or None, request.FILES or None, places=places)
    if form.is_valid():
        with refusals_on(form):
            notice = write_notice(actor=actor, letter=form.as_letter())
            tell(request, "已保存为草稿。核对后点“发布”。")
            return go(request, DETAIL, notice.pk)
    return render(request, "portal/notice_edit.html", {"form": form}, status=422 if form.errors else 200)


@access(rights.SEND_NOTICES)
@require_http_methods(["GET", "POST"])
def notice_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Of two who change it at once the second is answered 409."""
    actor = actor_of(request)
    notice = get_sent(actor=actor, pk=pk)
    if not notice.is_open:
        return go(request, DETAIL, pk)
    form = NoticeForm(request.POST or None, request.FILES or None, places=list_places(actor=actor), notice=notice)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            change_notice(actor=actor, pk=pk, seen=seen_in(request), letter=form.as_letter(), keep=form.kept)
            tell(request, "已保存。核对后点“发布”。")
            return go(request, DETAIL, pk)
    context = {"form": form, "notice": notice}
    return render(request, "portal/notice_edit.html", context, status=422 if form.errors else 200)


@access(rights.SEND_NOTICES)
@require_POST
def notice_publish(request: HttpRequest, pk: int) -> HttpResponse:
    notice = publish_notice(actor=actor_of(request), pk=pk, seen=seen_in(request))
    tell(request, "已发布。" if notice.state == Notice.State.PUBLISHED else "已提交,由区里审核后发布。")
    return go(request, DETAIL, pk)


@access(rights.SEND_NOTICES)
@require_POST
def notice_recall(request: HttpRequest, pk: int) -> HttpResponse:
    recall_notice(actor=actor_of(request), pk=pk, seen=seen_in(request))
    tell(request, "已撤回,不再显示。")
    return go(request, DETAIL, pk)


@access(rights.DECIDE_NOTICES)
@require_POST
def notice_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Of two who decide at once the second is answered 409."""
    actor = actor_of(request)
    notice = get_at_desk(actor=actor, pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            step, sentence = DECISIONS[form.cleaned_data["decision"]]
            step(actor=actor, approval=get_approval_of(notice), seen=seen_in(request), note=form.cleaned_data["note"])
            tell(request, f"“{notice}”{sentence}")
            return go(request, SENT)
    return _page(request, notice, decision=form)


def _page(request: HttpRequest, notice: Notice, *, decision: DecisionForm | None = None) -> HttpResponse:
    actor = actor_of(request)
    own = Notice.objects.sent_by(actor).filter(pk=notice.pk).exists()
    desk = notice.department_id is not None and holds(actor, DECIDE_NOTICES)
    context: dict[str, Any] = {
        "notice": notice,
        "files": list(notice.files.defer("sealed")),
        "own": own,
        "inside": own or desk,
        "decision": decision or DecisionForm(),
    }
    if own or desk:
        context |= {"areas": list(notice.areas.all()), "receipts": get_receipts(notice=notice)}
    if (own or desk) and notice.department_id is not None:
        approval = get_approval_of(notice)
        waiting = notice.state == Notice.State.SUBMITTED
        asked = is_requester(actor=actor, approval=approval)
        context |= {"approval": approval, "steps": list_steps(approval), "can_decide": desk and waiting and not asked}
    refused = decision is not None and decision.errors
    return render(request, "portal/notice_detail.html", context, status=422 if refused else 200)
