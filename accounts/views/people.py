"""Who works in the area, and who did what."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import rights
from accounts.access import access
from accounts.audit import record
from accounts.audit_reading import AuditFilter, is_readable, list_audit_entries, with_names
from accounts.chips import list_chips
from accounts.directory import PeopleFilter, list_posts
from accounts.forms import AuditFilterForm, PeopleFilterForm
from accounts.paging import take_page


@access(rights.VIEW_PEOPLE)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    form = PeopleFilterForm(request.GET)
    wanted = PeopleFilter(**form.cleaned_data) if form.is_valid() else PeopleFilter()
    found = list_posts(actor=request.actor, wanted=wanted)  # type: ignore[attr-defined]
    page = take_page(found, request, key=("area_id", "pk"), total=found.count())
    context = {"form": form, "page": page, "chips": list_chips(request, form), "clear_url": request.path}
    return render(request, "accounts/people.html", context)


@access(rights.READ_AUDIT)
@never_cache
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    if not is_readable():
        return render(request, "accounts/audit_unreadable.html")
    form = AuditFilterForm(request.GET)
    form.is_valid()
    filters: dict[str, Any] = {name: value for name, value in form.cleaned_data.items() if value}
    page = take_page(list_audit_entries(wanted=AuditFilter(**filters)), request, key=("-id",))
    record(request.actor, "audit.read", by=sorted(filters))  # type: ignore[attr-defined]
    context = {
        "form": form,
        "page": page,
        "lines": with_names(page.rows),
        "chips": list_chips(request, form),
        "clear_url": request.path,
    }
    return render(request, "accounts/audit.html", context)
