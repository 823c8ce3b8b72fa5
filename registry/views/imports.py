"""Pages of the import from Excel."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import limits
from accounts.access import access
from accounts.actors import Actor
from accounts.audit import record
from accounts.exporting import as_download, write_table
from accounts.forms import refusals_on
from accounts.notices import tell
from accounts.paging import take_page
from accounts.rights import IMPORT_RESIDENTS
from registry.binding import SheetBinding
from registry.catalogue import get_catalogue
from registry.importing.reading import AREA_ITEMS, is_importable
from registry.models import Entity, ImportBatch
from registry.selectors.imports import get_batch, list_batches, list_written_people
from registry.services.imports import begin_import, cancel_import, confirm_columns, start_writing
from registry.views.cards import actor_of
from registry.views.people_rows import named, shown

SHOWN_ERRORS = 100
ERROR_HEADERS = ("工作表", "行", "列", "问题")


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Excel 文件(.xlsx)",
        error_messages={"required": "请先选择一个 Excel 文件。", "empty": "这个文件是空的,请重新选择。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )


class ColumnsForm(forms.Form):
    """One choice per column, named by its letter; and where the people are registered."""

    register = forms.ChoiceField(label="这批人的户籍", choices=ImportBatch.Register, widget=forms.RadioSelect)

    def __init__(self, data: Any, *, binding: SheetBinding, register: str) -> None:
        super().__init__(data, initial={"register": register})
        choices = [("", "不导入"), *_importable_items()]
        self.columns = [column for column in binding.columns if column.item != "#"]
        known = dict(choices)
        for column in self.columns:
            initial = column.item if column.item in known else ""
            self.fields[column.letter] = forms.ChoiceField(
                label=column.header, choices=choices, required=False, initial=initial
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [{"column": column, "field": self[column.letter], "why": _why(column)} for column in self.columns]

    def chosen(self) -> dict[str, str]:
        letters = [column.letter for column in self.columns]
        return {letter: self.cleaned_data[letter] for letter in letters if self.cleaned_data[letter]}


@access(IMPORT_RESIDENTS)
@require_http_methods(["GET", "POST"])
def person_import(request: HttpRequest) -> HttpResponse:
    """Bring a file; earlier imports below."""
    actor = actor_of(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        # Outside of what a refusal takes back: reading a broken file costs as much as a good one.
        limits.spend(actor, limits.IMPORT)
        file = form.cleaned_data["file"]
        with refusals_on(form):
            batch = begin_import(actor=actor, data=file.read(), filename=file.name)
            return redirect("registry:import_detail", batch.pk)
    paging = take_page(list_batches(actor=actor), request, key=("-pk",), size=20)
    context = {"form": form, "paging": paging}
    return render(request, "registry/person_import.html", context, status=422 if form.errors else 200)


@access(IMPORT_RESIDENTS)
@require_http_methods(["GET", "POST"])
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One import, whatever step it is at. POST confirms the columns."""
    actor = actor_of(request)
    batch = get_batch(actor=actor, pk=pk)
    binding = SheetBinding.from_dict(batch.layout)
    form = ColumnsForm(request.POST or None, binding=binding, register=batch.register)
    if form.is_valid():
        with refusals_on(form):
            confirm_columns(actor=actor, pk=pk, items=form.chosen(), register=form.cleaned_data["register"])
            return redirect("registry:import_detail", pk)
    steps = _steps(actor, batch)
    record(actor, "import.read", batch, subjects=shown(line["person"] for line in steps["written"]))
    left_out = [column for column in binding.columns if column.item is None]
    context = steps | {"form": form, "batch": batch, "binding": binding, "left_out": left_out, "job": batch.job}
    return render(request, "registry/import_detail.html", context, status=422 if form.errors else 200)


@access(IMPORT_RESIDENTS)
@require_POST
def import_write(request: HttpRequest, pk: int) -> HttpResponse:
    start_writing(actor=actor_of(request), pk=pk)
    return redirect("registry:import_detail", pk)


@access(IMPORT_RESIDENTS)
@require_POST
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    cancel_import(actor=actor_of(request), pk=pk)
    tell(request, "已取消,没有导入任何人。")
    return redirect("registry:person_import")


@access(IMPORT_RESIDENTS)
@require_GET
def import_errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of errors as Excel."""
    actor = actor_of(request)
    batch = get_batch(actor=actor, pk=pk)
    limits.spend(actor, limits.EXPORT, limits.rows_cost(len(batch.errors)))
    rows = [(error["sheet"], str(error["row"]), error["column"], error["message"]) for error in batch.errors]
    record(actor, "import.errors_exported", batch, rows=len(rows))
    return as_download(write_table("错误清单", ERROR_HEADERS, rows), f"导入错误清单-{pk}.xlsx")


def _steps(actor: Actor, batch: ImportBatch) -> dict[str, Any]:
    """What the page shows at each state."""
    failed = batch.job is not None and batch.job.state == "failed"
    return {
        "busy": batch.state in (ImportBatch.State.CHECKING, ImportBatch.State.WRITING),
        "failed": failed,
        "errors": batch.errors[:SHOWN_ERRORS],
        "written": _written(actor, batch) if batch.state == ImportBatch.State.DONE else [],
        "here": reverse("registry:import_detail", args=[batch.pk]),
    }


def _written(actor: Actor, batch: ImportBatch) -> list[dict[str, Any]]:
    lines = list_written_people(actor=actor, batch=batch)
    people = named([person for _, _, person in lines], actor)
    return [{"row": row, "new": new, "person": shown} for (row, new, _), shown in zip(lines, people, strict=True)]


def _importable_items() -> list[tuple[str, str]]:
    catalogue = get_catalogue()
    codes = [item.code for item in catalogue.of_entity(Entity.PERSON)] + list(AREA_ITEMS)
    return [(code, catalogue.item(code).name) for code in codes if is_importable(code, catalogue)]


def _why(column: Any) -> str:
    """Why the binder proposes it; or why a column that it understood is not imported here."""
    catalogue = get_catalogue()
    if column.item is None or is_importable(column.item, catalogue):
        return str(column.why)
    item = catalogue.item(column.item)
    if item.entity == Entity.PERSON:
        return f"“{item.name}”由其他数据推算,不用导入。"
    return f"“{item.name}”属于{Entity(item.entity).label},这里只导入居民。"
