"""Copy packs (复制录入) as the department makes them: which systems, and the order of their screens."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from forms_engine.models import CopyPack, FormVersion
from forms_engine.pack_form import PackForm
from forms_engine.selectors.copying import get_own_pack, get_own_version, list_copyable, list_versions_with_packs
from forms_engine.selectors.reports import get_columns
from forms_engine.selectors.templates import get_template
from forms_engine.services.copying import add_pack, change_pack, remove_pack

LIST = "forms_engine:template_packs"


@access(rights.DESIGN_FORMS)
@require_safe
def template_packs(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_template(actor=actor_of(request), pk=pk)
    context = {"template": template, "versions": list_versions_with_packs(template)}
    return render(request, "forms_engine/template_packs.html", context)


@access(rights.DESIGN_FORMS)
@require_http_methods(["GET", "HEAD", "POST"])
def template_pack_new(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """number: of the form's version."""
    actor = actor_of(request)
    version = get_own_version(actor=actor, pk=pk, number=number)
    form = PackForm(request.POST or None, columns=list_copyable(get_columns(version)))
    if form.is_valid():
        with refusals_on(form):
            add_pack(actor=actor, version=version, system=form.cleaned_data["system"], lines=form.lines())
            return _saved(request, version)
    return _page(request, version, form, None)


@access(rights.DESIGN_FORMS)
@require_http_methods(["GET", "HEAD", "POST"])
def template_pack(request: HttpRequest, pk: int) -> HttpResponse:
    """pk: of the pack."""
    actor = actor_of(request)
    pack = get_own_pack(actor=actor, pk=pk)
    form = PackForm(request.POST or None, columns=list_copyable(get_columns(pack.version)), pack=pack)
    if form.is_valid():
        with refusals_on(form):
            change_pack(actor=actor, pack=pack, system=form.cleaned_data["system"], lines=form.lines())
            return _saved(request, pack.version)
    return _page(request, pack.version, form, pack)


@access(rights.DESIGN_FORMS)
@require_POST
def template_pack_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """pk: of the pack."""
    pack = get_own_pack(actor=actor_of(request), pk=pk)
    remove_pack(actor=actor_of(request), pack=pack)
    tell(request, f"已删除“{pack.system}”的复制录入顺序。")
    return go(request, LIST, pack.version.template_id)


def _saved(request: HttpRequest, version: FormVersion) -> HttpResponse:
    tell(request, "已保存。村居在这一版的报表上点“复制录入”,就按这个顺序逐人复制。")
    return go(request, LIST, version.template_id)


def _page(request: HttpRequest, version: FormVersion, form: PackForm, pack: CopyPack | None) -> HttpResponse:
    context = {"version": version, "template": version.template, "form": form, "pack": pack}
    return render(request, "forms_engine/template_pack.html", context, status=422 if form.errors else 200)
