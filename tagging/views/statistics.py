"""Statistics of tags: tag by area, one tag by area and month, how far two overlap. Numbers; no resident appears."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.access import access, actor_of
from accounts.audit import record
from accounts.errors import NotFound
from accounts.exporting import as_download, write_table
from accounts.models import Area
from accounts.rights import VIEW_TAGS
from tagging.models import Tag
from tagging.selectors.catalogue import get_tag, list_groups, may_see_carriers, readable_tags
from tagging.selectors.overlap import Overlap, count_overlap
from tagging.selectors.statistics import UNITS, get_place, get_table, list_months
from tagging.statistics_forms import OtherTagForm, StatisticsForm
from tagging.statistics_words import chart_of_tag, chart_of_tags, list_rows, overlap_rows, sheet_headers, sheet_rows


@access(VIEW_TAGS)
@require_safe
def tag_statistics(request: HttpRequest) -> HttpResponse:
    """Tag by area; an area opens those inside it."""
    actor, place = actor_of(request), _place(request)
    form = _form(request)
    table = get_table(actor=actor, place=place, tags=_tags(request, form))
    unit = UNITS[form.chosen_subject]
    context = {
        "filters": form,
        "table": table,
        "rows": list_rows(table),
        "unit": unit,
        "ups": _ups(request, place),
        "chart": chart_of_tags(table, unit),
        "query": request.GET.urlencode(),
        "kept": _kept(request),
    }
    return render(request, "tagging/tag_statistics.html", context)


@access(VIEW_TAGS, step_up=True, file=True)
@require_safe
def tag_statistics_export(request: HttpRequest) -> HttpResponse:
    """The table as Excel. Address: area, subject, group as on the page it was asked on."""
    actor, place, form = actor_of(request), _place(request), _form(request)
    table = get_table(actor=actor, place=place, tags=_tags(request, form))
    limits.spend(actor, limits.EXPORT, limits.rows_cost(len(table.lines)))
    content = write_table("标签统计", sheet_headers(table), sheet_rows(table))
    codes = [line.tag.code for line in table.lines]
    record(actor, "tag.statistics_exported", area=place.code, rows=len(codes), tags=codes)
    return as_download(content, f"{place.name}标签统计{localdate():%Y%m%d}.xlsx")


@access(VIEW_TAGS)
@require_safe
def tag_trend(request: HttpRequest, pk: int) -> HttpResponse:
    """One tag by area and by month, and laid beside another one."""
    actor, place = actor_of(request), _place(request)
    tag = get_tag(actor=actor, pk=pk)
    if not may_see_carriers(actor, tag) or not tag.is_live:
        return render(request, "tagging/tag_trend.html", {"tag": tag})
    table = get_table(actor=actor, place=place, tags=[tag])
    months = list_months(actor=actor, place=place, tag=tag, today=localdate())
    unit = UNITS[tag.subject]  # type: ignore[index]  # a tag's subject is one of them
    beside = readable_tags(actor).filter(subject=tag.subject).exclude(pk=tag.pk)
    other = OtherTagForm(request.GET, tags=beside)
    context = {
        "tag": tag,
        "table": table,
        "line": table.lines[0],
        "areas": list(zip(table.parts, table.lines[0].counts, strict=True)),
        "months": list(reversed(months)),
        "unit": unit,
        "ups": _ups(request, place),
        "chart": chart_of_tag(table, months, unit),
        "other": other,
        "overlap": _overlap(request, place, tag, other),
        "kept": _kept(request),
    }
    return render(request, "tagging/tag_trend.html", context)


def _overlap(request: HttpRequest, place: Area, tag: Tag, form: OtherTagForm) -> dict[str, object] | None:
    if form.chosen is None:
        return None
    found: Overlap = count_overlap(actor=actor_of(request), place=place, first=tag, second=form.chosen)
    return {"second": found.second, "share": found.share, "rows": overlap_rows(found)}


def _form(request: HttpRequest) -> StatisticsForm:
    return StatisticsForm(request.GET, groups=list_groups(actor=actor_of(request)))


def _tags(request: HttpRequest, form: StatisticsForm) -> Sequence[Tag]:
    """Tags in use that the post may know the carriers of."""
    found = readable_tags(actor_of(request)).filter(subject=form.chosen_subject)
    return list(found.filter(group=form.chosen_group) if form.chosen_group else found)


def _place(request: HttpRequest) -> Area:
    """The area of the address, the own one where it names none. Raises NotFound."""
    text = request.GET.get("area", "")
    if not text:
        return get_place(actor=actor_of(request))
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound
    return get_place(actor=actor_of(request), code=int(text))


def _ups(request: HttpRequest, place: Area) -> list[Area]:
    """Areas around the one that is open, the post's own first; none where that is open."""
    own, found = actor_of(request).area_code, []
    around = place.parent if place.code != own else None
    while around is not None:
        found.append(around)
        around = around.parent if around.code != own else None
    return found[::-1]


def _kept(request: HttpRequest) -> str:
    """The other filters, for links to another area: "&subject=…" or ""."""
    query = request.GET.copy()
    query.pop("area", None)
    text = query.urlencode()
    return f"&{text}" if text else ""
