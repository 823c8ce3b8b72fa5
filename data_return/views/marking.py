"""A returned record beside the own registry, and what a village says about it (核实)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access, actor_of
from accounts.errors import Conflict, NotFound
from accounts.forms import refusals_on
from accounts.notices import tell, warn
from accounts.redirects import safe_next
from accounts.rights import MARK_RECORDS
from data_return.correction_forms import MarkForm
from data_return.correction_rules import State
from data_return.models import GrantUse
from data_return.selectors.corrections import list_corrections_of, list_verified
from data_return.selectors.marking import find_subject, get_record, list_lines, list_readable, version_of
from data_return.selectors.returned import show_record
from data_return.services.correcting import Marked, mark_record
from data_return.services.uses import note_reading
from data_return.services.verifying import Verified, verify_records
from data_return.showing_corrections import name_of
from data_return.sight import reading_of
from registry.models import DataItem

DETAIL = "data_return:correction_detail"
VERSION = "version"


@access(MARK_RECORDS)
@require_http_methods(["GET", "POST"])
def record_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """The record, and one form: about it as a whole, or, with `?item=`, about one value."""
    actor = actor_of(request)
    found = get_record(actor=actor, pk=pk)
    items = list_readable(actor=actor, dataset=found.dataset, area_code=found.area_code)
    item, subject = _item(request, items), find_subject(actor=actor, found=found)
    form = MarkForm(request.POST or None, request.FILES or None, item=item, registered=subject is not None)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            version = request.POST.get(VERSION, "")
            done = mark_record(actor=actor, record_pk=pk, version=version, mark=form.as_mark())
            tell(request, _said(done))
            return redirect(safe_next(request, reverse(DETAIL, args=[done.correction.pk])))
    note_reading(actor=actor, how=GrantUse.How.CARD, returned=[show_record(found, actor, reading_of(actor))])
    corrections = list_corrections_of(actor=actor, record_ids=[pk])
    context = {
        "found": found,
        "version": version_of(found),
        "name": name_of(found, found.dataset.subject, actor, reading_of(actor)),
        "lines": list_lines(reader=actor, found=found, items=items, subject=subject),
        "subject": subject,
        "subject_url": reverse(f"registry:{found.dataset.subject}_detail", args=[subject.pk]) if subject else "",
        "item": item,
        "form": form,
        "corrections": corrections,
        "open_items": {one.item_id for one in corrections if one.state == State.OPEN},
        "verified": list_verified(actor=actor, records=[found]).get(pk),
        "next": safe_next(request, ""),
    }
    return render(request, "data_return/record_mark.html", context, status=422 if form.errors else 200)


@access(MARK_RECORDS)
@require_POST
def record_right(request: HttpRequest) -> HttpResponse:
    """One click: the records are right. `record`: key and version of each, as a page showed them."""
    done = verify_records(actor=actor_of(request), versions=_versions(request))
    (warn if done.stale or done.disputed else tell)(request, _counted(done))
    return redirect(safe_next(request, reverse("data_return:dataset_list")))


def _item(request: HttpRequest, items: list[DataItem]) -> DataItem | None:
    """The item that the address names. Raises NotFound for one that the post does not read."""
    wanted = request.GET.get("item", "")
    if not wanted:
        return None
    item = next((item for item in items if item.code == wanted), None)
    if item is None:
        raise NotFound
    return item


def _versions(request: HttpRequest) -> dict[int, str]:
    """key-version pairs; what is not of that shape was not sent by a page."""
    pairs = (text.partition("-") for text in request.POST.getlist("record"))
    return {int(key): version for key, _, version in pairs if key.isascii() and key.isdigit() and len(key) < 19}


def _said(done: Marked) -> str:
    correction = done.correction
    said = f"已提交{correction.dataset.department},应在 {correction.due_on:%Y-%m-%d} 前答复。"
    if done.outcome is None:
        return said
    return said + ("本村居登记已同时更新。" if done.outcome.changed else "本村居登记现有部门数据,您填的值已记为差异。")


def _counted(done: Verified) -> str:
    said = f"已核实 {done.done} 条属实。"
    if done.stale:
        said += f"{done.stale} 条已被部门更新或不在范围内,没有标记,请刷新后再看。"
    return said + (f"{done.disputed} 条正在校核,没有标记。" if done.disputed else "")
