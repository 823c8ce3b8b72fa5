"""The department's work on a draft: what each column means, whom the form asks about, on what basis."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST

from accounts import limits, rights
from accounts.access import access, actor_of
from accounts.forms import refusals_on
from accounts.htmx import go, page_or_part
from accounts.notices import tell
from forms_engine.forms import ColumnForm, ColumnForms, SettingsForm, item_label
from forms_engine.models import FormVersion
from forms_engine.selectors.facts import get_facts
from forms_engine.selectors.overlap import Known, count_asked, names_above
from forms_engine.selectors.templates import get_open_version
from forms_engine.services.design import save_columns, save_settings
from registry.catalogue import get_catalogue
from registry.condition_forms import ConditionJoinForm, ConditionSet
from registry.condition_rows import build_tree, list_condition_items, list_condition_leaves, list_groups, split_tree
from registry.conditions import describe_condition

AFTER = {"settings": "forms_engine:template_settings"}
DETAIL = "forms_engine:template_detail"


@access(rights.DESIGN_FORMS)
@require_http_methods(["GET", "POST"])
def template_columns(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_open_version(actor=actor_of(request), pk=pk)
    if not version.can_change:
        return go(request, DETAIL, pk)
    facts = get_facts(version=version, on=localdate(), clearance=actor_of(request).clearance)
    forms = ColumnForms([ColumnForm(request.POST or None, column=one.column) for one in facts.columns])
    if request.method == "POST" and forms.is_valid():
        with refusals_on(forms):  # type: ignore[arg-type]  # takes errors like a form
            save_columns(actor=actor_of(request), version=version, edits=forms.edits())
            tell(request, "各列的数据项已保存。")
            return go(request, AFTER.get(request.POST.get("next", ""), DETAIL), pk)
    context = {
        "version": version,
        "facts": facts,
        "rows": list(zip(facts.columns, forms.forms, strict=True)),
        "items": [item_label(item) for item in get_catalogue().items.values()],
        "wrong": forms.wrong,
    }
    return render(request, "forms_engine/template_columns.html", context, status=422 if forms.wrong else 200)


@access(rights.DESIGN_FORMS)
@require_http_methods(["GET", "POST"])
def template_settings(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_open_version(actor=actor_of(request), pk=pk)
    if not version.can_change:
        return go(request, DETAIL, pk)
    page = _SettingsPage(request, version)
    if request.method == "POST" and page.is_valid():
        with refusals_on(page.form):
            settings = page.form.settings() | {"condition": page.tree()}
            save_settings(
                actor=actor_of(request), version=version, name=page.form.cleaned_data["name"], settings=settings
            )
            tell(request, "对象、口径和依据已保存。")
            return go(request, DETAIL, pk)
    if request.method == "GET":
        page.count()
    return render(request, "forms_engine/template_settings.html", page.context(), status=422 if page.is_wrong else 200)


@access(rights.DESIGN_FORMS)
@require_POST
def template_matches(request: HttpRequest, pk: int) -> HttpResponse:
    """How many the settings as typed would list; keeps nothing."""
    limits.spend(actor_of(request), limits.COUNT)
    page = _SettingsPage(request, get_open_version(actor=actor_of(request), pk=pk))
    if page.is_valid():
        with refusals_on(page.form):
            page.version.condition = page.tree()
            page.count()
    return page_or_part(
        request,
        "forms_engine/template_settings.html",
        "forms_engine/_template_matches.html",
        page.context(),
        refused=page.is_wrong,
    )


class _SettingsPage:
    """The form of settings and the builder of the roster condition, which are sent together."""

    def __init__(self, request: HttpRequest, version: FormVersion) -> None:
        data = request.POST or None
        self.version, self.catalogue = version, get_catalogue()
        self.clearance = actor_of(request).clearance
        self.known: Known | None = None
        join, rows = split_tree(version.condition, self.catalogue)
        groups = list_groups(version.condition, self.catalogue)
        self.form = SettingsForm(data, instance=version)
        self.join = ConditionJoinForm(data, initial={"join": join}, known=groups)
        # Rows that were sent stand for themselves: one that equals the kept row is not an empty one.
        kept = [] if data else [{"item": row.item, "op": row.op, "value": row.value} for row in rows]
        leaves = list_condition_leaves(actor_of(request), granted=True)
        offered = {"items": list_condition_items(self.catalogue), "leaves": leaves}
        self.rows = ConditionSet(data, prefix="rows", initial=kept, form_kwargs=offered)

    def is_valid(self) -> bool:
        valid = [self.form.is_valid(), self.join.is_valid(), self.rows.is_valid()]  # all errors show at once
        return all(valid)

    @property
    def is_wrong(self) -> bool:
        return bool(self.form.errors or self.join.errors or self.rows.total_error_count())

    def tree(self) -> dict[str, Any]:
        """Raises BadRow."""
        rows = [row for form in self.rows if (row := form.as_row()) is not None]
        return build_tree(rows, self.join.cleaned_data["join"], self.catalogue, self.join.kept())

    def count(self) -> None:
        """Count for the settings that the version in memory has. Raises BadCondition."""
        above = names_above(self.version, self.clearance)
        count = 0 if above else count_asked(version=self.version, on=localdate())
        self.known = Known(count, {}, above)

    def context(self) -> dict[str, Any]:
        words = describe_condition(self.version.condition, self.catalogue)
        parts = {"form": self.form, "join": self.join, "rows": self.rows}
        return {"version": self.version, "known": self.known, "condition": words, **parts}
