"""A standard catalogue as a file: brought in as one request, and the catalogue given out in the same shape."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.audit import record
from accounts.exporting import as_download, write_table
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.rights import PROPOSE_TAGS, VIEW_TAGS
from tagging.codes import key_of
from tagging.forms import ImportForm
from tagging.importing.reading import HEADERS
from tagging.models import Tag
from tagging.selectors.catalogue import TagFilter, list_tags
from tagging.selectors.changes import get_change
from tagging.services.desk import begin_import, map_import
from tagging.views.handing_in import DETAIL


@access(PROPOSE_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def tag_import(request: HttpRequest) -> HttpResponse:
    actor, form = actor_of(request), ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        # Outside of what a refusal takes back: reading a broken file costs as much as a good one.
        limits.spend(actor, limits.IMPORT)
        file = form.cleaned_data["file"]
        with refusals_on(form):
            change = begin_import(actor=actor, data=file.read(), filename=file.name, reason=form.cleaned_data["reason"])
            tell(request, "已读懂,存为草稿。请核对每一行对应哪些旧标签,再提交。")
            return go(request, DETAIL, change.pk)
    context = {"form": form, "headers": [words[0] for words in HEADERS.values()]}
    return render(request, "tagging/tag_import.html", context, status=422 if form.errors else 200)


@access(PROPOSE_TAGS)
@require_POST
def import_map(request: HttpRequest, pk: int) -> HttpResponse:
    """Which tags the rows mean: `row-3` holds codes. Codes that are none mean none."""
    actor = actor_of(request)
    change = get_change(actor=actor, pk=pk)
    numbers = [row["number"] for row in change.rows]
    olds = {number: [key_of(code) for code in request.POST.getlist(f"row-{number}")] for number in numbers}
    map_import(actor=actor, change=change, olds=olds, seen=seen_in(request))
    tell(request, "对应关系已保存。")
    return redirect(DETAIL, pk)


@access(VIEW_TAGS, step_up=True, file=True)
@require_safe
def tag_export(request: HttpRequest) -> HttpResponse:
    """Live tags in sight, with the headers that an import reads."""
    actor = actor_of(request)
    rows = [_cells(tag) for tag in list_tags(actor=actor, wanted=TagFilter())]
    limits.spend(actor, limits.EXPORT, limits.rows_cost(len(rows)))
    record(actor, "tag.catalogue_exported", rows=len(rows))
    headers = [words[0] for words in HEADERS.values()]
    return as_download(
        write_table("标签目录", [*headers, "代码(本门户)", "负责单位", "适用范围"], rows), "标签目录.xlsx"
    )


def _cells(tag: Tag) -> list[str]:
    told = {
        "kind": tag.get_kind_display(),
        "subject": tag.get_subject_display(),
        "synonyms": "、".join(tag.synonyms),
        "valid_until": tag.valid_until.isoformat() if tag.valid_until else "",
    }
    own = [told.get(name, getattr(tag, name)) for name in HEADERS]
    return [str(value if value is not None else "") for value in (*own, tag.code, tag.owner, tag.area)]
