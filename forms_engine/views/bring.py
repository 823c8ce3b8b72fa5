"""The department's pages: bring an Excel, look at what it asks, hand it in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits, rights
from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.approvals.selectors import list_reviewers, list_steps
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from forms_engine.forms import BringForm, NewVersionForm
from forms_engine.models import FormVersion
from forms_engine.readiness import list_lacks
from forms_engine.selectors.admissions import get_approval_of
from forms_engine.selectors.dispatches import list_dispatches
from forms_engine.selectors.facts import get_facts
from forms_engine.selectors.templates import (
    get_live_version,
    get_open_version,
    get_template,
    list_templates,
    list_versions,
)
from forms_engine.services.admit import submit_version, withdraw_version
from forms_engine.services.bring import bring_form, bring_version

DETAIL = "forms_engine:template_detail"


@access(rights.DESIGN_FORMS)
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    templates = list_templates(actor=actor_of(request))
    paging = take_page(templates, request, key=["-pk"], total=templates.count())
    return render(request, "forms_engine/template_list.html", {"paging": paging, "today": localdate()})


@access(rights.DESIGN_FORMS)
@require_http_methods(["GET", "POST"])
def template_new(request: HttpRequest) -> HttpResponse:
    form = BringForm(*_posted(request))
    if form.is_valid():
        # Outside of what a refusal takes back: reading a broken file costs as much as a good one.
        limits.spend(actor_of(request), limits.IMPORT)
        with refusals_on(form):
            version = bring_form(actor=actor_of(request), **form.cleaned_data)
            tell(request, f"已读懂“{version.template.name}”的表头。请核对每列的数据项。")
            return go(request, "forms_engine:template_columns", version.template_id)
    return render(request, "forms_engine/template_new.html", {"form": form}, status=422 if form.errors else 200)


@access(rights.DESIGN_FORMS)
@require_http_methods(["GET", "POST"])
def template_new_version(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_template(actor=actor_of(request), pk=pk)
    form = NewVersionForm(*_posted(request))
    if form.is_valid():
        limits.spend(actor_of(request), limits.IMPORT)
        with refusals_on(form):
            version = bring_version(actor=actor_of(request), template=template, **form.cleaned_data)
            tell(request, f"已建立第 {version.number} 版。在它准入之前,上一版照常使用。")
            return go(request, "forms_engine:template_columns", pk)
    context = {"form": form, "template": template}
    return render(request, "forms_engine/template_new.html", context, status=422 if form.errors else 200)


@access(rights.DESIGN_FORMS)
@require_safe
def template_detail(request: HttpRequest, pk: int) -> HttpResponse:
    version = _open(request, pk)
    template = version.template
    approval = get_approval_of(version)
    facts = get_facts(version=version, on=localdate(), clearance=actor_of(request).clearance)
    columns = [facts_of.column for facts_of in facts.columns]
    context = {
        "template": template,
        "version": version,
        "versions": list_versions(template),
        "live": get_live_version(template),
        "facts": facts,
        "lacks": list_lacks(version, columns, today=localdate()) if version.can_change else [],
        "approval": approval,
        "steps": list_steps(approval),
        "reviewers": list_reviewers(approval),
        "dispatches": list_dispatches(template)[:10],
    }
    return render(request, "forms_engine/template_detail.html", context)


@access(rights.DESIGN_FORMS)
@require_POST
def template_submit(request: HttpRequest, pk: int) -> HttpResponse:
    version = _open(request, pk)
    submit_version(actor=actor_of(request), version=version, seen=seen_in(request))
    tell(request, "已提交准入。区里办理前可以撤回。")
    return go(request, DETAIL, pk)


@access(rights.DESIGN_FORMS)
@require_POST
def template_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    version = _open(request, pk)
    withdraw_version(actor=actor_of(request), version=version, seen=seen_in(request))
    tell(request, "已撤回,可以继续修改。")
    return go(request, DETAIL, pk)


def _open(request: HttpRequest, pk: int) -> FormVersion:
    return get_open_version(actor=actor_of(request), pk=pk)


def _posted(request: HttpRequest) -> tuple[Any, ...]:
    """Data and files of a form that was sent, even if it was sent empty."""
    return (request.POST, request.FILES) if request.method == "POST" else ()
