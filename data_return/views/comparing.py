"""Compare (比对) a dataset with the own registry, and work off what was found."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access, actor_of
from accounts.actors import Actor
from accounts.audit import record, those
from accounts.codes import Range
from accounts.exporting import as_download, fingerprint, write_table
from accounts.notices import tell
from accounts.redirects import safe_next
from accounts.rights import CHANGE_RESIDENTS, COMPARE_AREAS, MARK_RECORDS, VIEW_RESIDENTS, holds
from data_return.comparing.reading import (
    Asked,
    Comparison,
    Kind,
    Side,
    count_sides,
    get_comparison,
    list_absent,
    list_sides,
)
from data_return.correction_forms import CompareForm
from data_return.models import GrantUse
from data_return.models.datasets import NAMED_BY
from data_return.selectors.marking import Line, list_lines, version_of
from data_return.selectors.returned import show_record
from data_return.services.adopting import adopt_value
from data_return.services.uses import note_reading
from data_return.showing_corrections import name_of, text_of_record
from data_return.sight import reading_of
from registry.catalogue import get_catalogue
from registry.layouts import LAYOUTS
from registry.models.base import Subject
from registry.selectors.areas import list_areas_below
from registry.showing import text_of
from registry.views.lists import MOST_EXPORTED, spend_on_export

PAGE = 50
VERSION = "version"


@dataclass(frozen=True, slots=True)
class Row:
    """One record as a line of a list. number: the item that names the subject, masked. lines: what is not the same."""

    side: Side
    name: str
    number: str
    lines: Sequence[Line]

    @property
    def token(self) -> str:
        return f"{self.side.record.pk}-{self.version}"

    @property
    def version(self) -> str:
        return version_of(self.side.record)


@access(VIEW_RESIDENTS)
@require_safe
def dataset_compare(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    comparison, form = _asked(request, pk)
    kind = form.kind
    after = request.GET.get("after", "")
    asked = form.asked(
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0, most=PAGE + 1
    )
    rows, people = _page(comparison, asked)
    more = len(rows or people) > PAGE
    rows, people = rows[:PAGE], people[:PAGE]
    _note(actor, comparison, rows, people)
    counts = count_sides(comparison)
    last = (rows[-1].side.record.pk if rows else people[-1].pk) if more else None
    context = {
        "comparison": comparison,
        "dataset": comparison.dataset,
        "counts": counts,
        "tabs": [(one, counts.of(one), _url(request, kind=one.value)) for one in Kind if counts.of(one) is not None],
        "kind": kind,
        "rows": rows,
        "people": [(one, _own_name(one, comparison)) for one in people],
        "noun": LAYOUTS[comparison.dataset.subject].noun,
        "detail": f"registry:{comparison.dataset.subject}_detail",
        "form": form,
        "next_url": _url(request, after=last) if last else "",
        "first_url": _url(request) if after else "",
        "here": request.get_full_path(),
        "marks": holds(actor, MARK_RECORDS),
        "by_area": holds(actor, COMPARE_AREAS),
        "adds": holds(actor, CHANGE_RESIDENTS),
        "export_url": f"{reverse('data_return:dataset_compare_export', args=[pk])}?{request.GET.urlencode()}",
    }
    return render(request, "data_return/dataset_compare.html", context)


@access(VIEW_RESIDENTS, step_up=True, file=True)
@require_safe
def dataset_compare_export(request: HttpRequest, pk: int) -> HttpResponse:
    """One list as Excel, masked as on ordinary days."""
    actor = actor_of(request)
    comparison, form = _asked(request, pk)
    total = count_sides(comparison).of(form.kind) or 0
    spend_on_export(actor, total)
    rows, people = _page(comparison, form.asked(most=MOST_EXPORTED), reader=actor.at_standing())
    table = [_line(row) for row in rows] or [[_own_name(one, comparison), "", "", ""] for one in people]
    content = write_table(form.kind.label, ["姓名或名称", "证件或编号", "部门的值", "本村居登记"], table)
    _note(actor, comparison, rows, people)
    subjects = those([row.side.record for row in rows]) if rows else those(people)
    record(
        actor, "compare.exported", comparison.dataset, subjects=subjects, rows=len(table), by=[form.kind.value],
        file=fingerprint(io.BytesIO(content)),
    )  # fmt: skip
    return as_download(content, f"{actor.area_name}{comparison.dataset}{form.kind.label}{localdate():%Y%m%d}.xlsx")


@access(MARK_RECORDS)
@require_POST
def record_adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over one value of the department."""
    item = request.POST.get("item", "")
    adopt_value(actor=actor_of(request), record_pk=pk, version=request.POST.get(VERSION, ""), item=item)
    tell(request, f"已采用部门的“{get_catalogue().item(item).name}”,本村居登记已更新。")
    return redirect(safe_next(request, reverse("data_return:record_mark", args=[pk])))


def _asked(request: HttpRequest, pk: int) -> tuple[Comparison, CompareForm]:
    """The comparison of the part of the area that was asked for, and the form that asks."""
    actor = actor_of(request)
    whole = get_comparison(actor=actor, pk=pk)
    form = CompareForm(request.GET, areas=list_areas_below(actor), items=whole.items, covers=whole.covers)
    area: Range | None = form.area
    return (get_comparison(actor=actor, pk=pk, area=area) if area else whole), form


def _page(comparison: Comparison, asked: Asked, *, reader: Actor | None = None) -> tuple[list[Row], list[Subject]]:
    if asked.kind == Kind.THERE:
        return [], list_absent(comparison, asked)
    return [_row(side, comparison, reader or comparison.actor) for side in list_sides(comparison, asked)], []


def _row(side: Side, comparison: Comparison, reader: Actor) -> Row:
    codes, subject = {*side.differing, *side.lacking}, comparison.dataset.subject
    items = [item for item in comparison.items if item.code in codes]
    lines = list_lines(reader=reader, found=side.record, items=items, subject=side.subject)
    reading = reading_of(comparison.actor)
    number = text_of_record(side.record, NAMED_BY[subject], reader, reading)
    return Row(side, name_of(side.record, subject, reader, reading), number, lines)


def _line(row: Row) -> list[str]:
    theirs = ";".join(f"{line.item.name}:{line.text}" for line in row.lines)
    own = ";".join(f"{line.item.name}:{line.own or '(空)'}" for line in row.lines)
    return [row.name, row.number, theirs, own]


def _own_name(subject: Subject, comparison: Comparison) -> str:
    item = get_catalogue().item(LAYOUTS[comparison.dataset.subject].title)
    return text_of(subject, item, comparison.actor.at_standing(), get_catalogue())


def _note(actor: Actor, comparison: Comparison, rows: list[Row], people: list[Subject]) -> None:
    """A use of the grant for the records shown, and a line for the residents shown beside them."""
    reading = reading_of(actor)
    returned = [show_record(row.side.record, actor, reading) for row in rows]
    note_reading(actor=actor, how=GrantUse.How.COMPARE, returned=returned)
    own = people or [row.side.subject for row in rows if row.side.subject is not None]
    if own:
        record(actor, "compare.read", comparison.dataset, subjects=those(own))


def _url(request: HttpRequest, **changed: Any) -> str:
    """This page with other filters, on its first page."""
    kept = {name: value for name, value in request.GET.items() if name != "after"}
    query = urlencode({**kept, **{name: value for name, value in changed.items() if value is not None}})
    return f"{request.path}?{query}" if query else request.path
