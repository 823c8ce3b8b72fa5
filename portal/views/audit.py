"""The auditor's pages: search, one line, who looked at a resident, what stands out, exports. No name of a resident."""

from functools import wraps
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from accounts.access import View, access, actor_of
from accounts.audit import record
from accounts.audit_export import (
    exported_of,
    filename_of,
    get_audit_export,
    list_audit_exports,
    start_audit_export,
    take_audit_export,
)
from accounts.audit_figures import count_by_action, count_by_day, list_signs
from accounts.audit_reading import (
    find_residents,
    get_audit_entry,
    get_last_verification,
    get_seal_of,
    is_readable,
    list_audit_entries,
    with_names,
)
from accounts.chips import list_chips
from accounts.forms import refusals_on
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import READ_AUDIT
from accounts.sealing import blind_index
from portal.audit_forms import AuditFilterForm, PeriodForm, ResidentForm
from registry.rules.text import compact
from registry.selectors.search import ID_ITEM

SHOWN_EXPORTS = 20


def where_readable(view: View) -> View:
    """Say what is missing where the audit role has no connection."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_readable():
            return render(request, "portal/audit_unreadable.html")
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]


@access(READ_AUDIT)
@never_cache
@require_safe
@where_readable
def audit_list(request: HttpRequest) -> HttpResponse:
    form = AuditFilterForm(request.GET)
    page = take_page(list_audit_entries(wanted=form.wanted()), request, key=("-id",))
    record(actor_of(request), "audit.read", by=form.in_force)
    context = {
        "form": form,
        "page": page,
        "lines": with_names(page.rows),
        "chips": list_chips(request, form),
        "clear_url": request.path,
        "resident": ResidentForm(),
    }
    return render(request, "portal/audit_list.html", context)


@access(READ_AUDIT)
@never_cache
@require_safe
@where_readable
def audit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_audit_entry(pk=pk)
    record(actor_of(request), "audit.read", entry)
    (line,) = with_names([entry])
    seal = get_seal_of(entry, day=localdate(entry.at))
    return render(request, "portal/audit_detail.html", {"line": line, "entry": entry, "seal": seal})


@access(READ_AUDIT)
@never_cache
@sensitive_post_parameters("resident")
@require_POST
@where_readable
def audit_seen_by(request: HttpRequest) -> HttpResponse:
    """Who looked at this resident? The number goes no further than its blind index; the address holds record ids."""
    form, actor = ResidentForm(request.POST), actor_of(request)
    ids: list[int] = []
    if form.is_valid():
        limits.spend(actor, limits.SEARCH)
        ids = _ids_of(form)
        record(actor, "audit.seen_by", subjects=("registry.person", ids), found=len(ids))
        if not ids:
            form.add_error("resident", "没有登记这个号码。请核对后重新输入,或改用档案编号。")
    if ids:
        return redirect(f"{reverse('portal:audit_list')}?about={','.join(map(str, ids))}")
    return render(request, "portal/audit_seen_by.html", {"resident": form}, status=422)


@access(READ_AUDIT)
@never_cache
@require_safe
@where_readable
def audit_overview(request: HttpRequest) -> HttpResponse:
    today = localdate()
    record(actor_of(request), "audit.read", page="overview")
    context = {
        "days": count_by_day(today=today),
        "actions": count_by_action(today=today),
        "signs": list_signs(today=today),
        "verified": get_last_verification(),
        "today": today,
    }
    return render(request, "portal/audit_overview.html", context)


@access(READ_AUDIT, step_up=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@where_readable
def audit_exports(request: HttpRequest) -> HttpResponse:
    actor, form = actor_of(request), PeriodForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            start_audit_export(actor=actor, **form.cleaned_data)
            tell(request, "已开始导出,做好后在下面下载。")
            return redirect("portal:audit_exports")
    jobs = list_audit_exports(actor=actor)[:SHOWN_EXPORTS]
    return render(
        request, "portal/audit_exports.html", {"form": form, "jobs": jobs}, status=422 if form.errors else 200
    )


@access(READ_AUDIT, step_up=True, file=True)
@never_cache
@require_safe
def audit_download(request: HttpRequest, pk: int) -> FileResponse:
    job, file = take_audit_export(actor=actor_of(request), pk=pk)
    name = filename_of(job.params["since"], job.params["until"])
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/gzip")


@access(READ_AUDIT, step_up=True, file=True)
@never_cache
@require_safe
def audit_digest(request: HttpRequest, pk: int) -> HttpResponse:
    """The digest file that belongs to a download."""
    job = get_audit_export(actor=actor_of(request), pk=pk)
    name = filename_of(job.params["since"], job.params["until"])
    headers = {"Content-Disposition": f'attachment; filename="{name}.sm3"'}
    return HttpResponse(exported_of(job).as_text(name), content_type="text/plain; charset=utf-8", headers=headers)


def _ids_of(form: ResidentForm) -> list[int]:
    if form.record_id is not None:
        return [form.record_id]
    return find_residents(mark=blind_index(ID_ITEM, compact(form.cleaned_data["resident"]).upper()))
