"""What the four lists share: columns, chips, one page of rows behind the mask, Excel of the same."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts import limits
from accounts.actors import Actor
from accounts.audit import record, those
from accounts.errors import DomainError
from accounts.exporting import as_download, fingerprint, write_table
from accounts.paging import take_page
from registry.catalogue import get_catalogue
from registry.forms import ListForm
from registry.layouts import LAYOUTS
from registry.marks import find_hand_url
from registry.masking import is_masked, shower
from registry.models import DataItem, ItemType
from registry.models.base import Subject
from registry.next_steps import find_next_step
from registry.selectors.subjects import with_derived
from registry.showing import text_of, value_of

KEY = ("area_code", "pk")
MOST_EXPORTED = 50_000
COLUMNS = "cols"
NUMBERS = (ItemType.INTEGER, ItemType.DECIMAL)


@dataclass(frozen=True, slots=True)
class Row:
    """name: text of the first column, which is the link. cells: (label, text, look) of the others; look: "", "num" for
    what is shown to the right, "masked"."""

    pk: int
    url: str
    name: str
    cells: list[tuple[str, str, str]]


class _Column:
    """One column as a reader sees it, for all rows of a page at once."""

    def __init__(self, item: DataItem, actor: Actor) -> None:
        clearance = actor.clearance_for(item.code)
        self._item, self._show = item, shower(item, clearance, get_catalogue())
        self._look = "masked" if is_masked(item, clearance) else "num" if item.type in NUMBERS else ""

    def texts(self, subjects: Sequence[Subject]) -> list[str]:
        return self._show([value_of(subject, self._item) for subject in subjects])

    def cells(self, subjects: Sequence[Subject]) -> list[tuple[str, str, str]]:
        name, look = self._item.name, self._look
        return [(name, text, "" if look == "masked" and not text else look) for text in self.texts(subjects)]


class TooManyRows(DomainError):
    code = "too_many_rows"
    default = f"一次最多导出 {MOST_EXPORTED:,} 行。请先用筛选缩小范围,再导出。"


def chosen_columns(request: HttpRequest, entity: str) -> list[DataItem]:
    """The usual columns, and those that the reader added."""
    catalogue, layout = get_catalogue(), LAYOUTS[entity]
    added = [code for code in layout.more_columns if code in request.GET.getlist(COLUMNS)]
    return [catalogue.item(code) for code in (*layout.columns, *added)]


def list_context(
    request: HttpRequest, entity: str, rows: QuerySet[Any], form: ListForm, *, total: int, searched: bool = False
) -> dict[str, Any]:
    """Everything that `registry/_subject_table.html` needs; writes who was on the page, not what was typed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    columns = chosen_columns(request, entity)
    annotated = with_derived(rows, entity, columns, on=timezone.localdate())
    parts = rows.parts_of(actor.scope) if actor.scope else ()  # type: ignore[attr-defined]
    paging = take_page(annotated, request, key=KEY, total=total, parts=parts)
    by = filters_of(form) + ["find"] * searched
    record(actor, f"{entity}.listed", subjects=those(paging.rows), by=by, total=total)
    return {
        "columns": columns,
        "numbers": NUMBERS,
        "rows": _rows(paging.rows, entity, [_Column(item, actor) for item in columns]),
        "paging": paging,
        "filters": form,
        "chips": chips_of(request, form),
        "clear_url": request.path,
        "choices": _column_choices(request, entity),
        "export_query": request.GET.urlencode(),
        "noun": LAYOUTS[entity].noun,
        "hand_url": find_hand_url(actor, entity),
        "next_step": None if paging.rows else find_next_step(actor),
    }


def export_list(request: HttpRequest, entity: str, rows: QuerySet[Any]) -> HttpResponse:
    """The list as Excel, masked as on ordinary days, with its audit line. Raises TooManyRows, TooMany."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    spend_on_export(actor, rows[: MOST_EXPORTED + 1].count())
    columns, catalogue = chosen_columns(request, entity), get_catalogue()
    found = with_derived(rows, entity, columns, on=timezone.localdate()).order_by(*KEY)[:MOST_EXPORTED]
    reader = actor.at_standing()
    subjects = [
        (subject.pk, [text_of(subject, item, reader, catalogue) for item in columns]) for subject in found.iterator()
    ]
    noun = LAYOUTS[entity].noun
    content = write_table(noun, [item.name for item in columns], (texts for _, texts in subjects))
    record(
        actor,
        f"{entity}.exported",
        subjects=(rows.model._meta.label_lower, [pk for pk, _ in subjects]),
        by=asked_by(request),
        rows=len(subjects),
        items=[item.code for item in columns],
        file=fingerprint(io.BytesIO(content)),
    )
    return as_download(content, f"{actor.area_name}{noun}名单{timezone.localdate():%Y%m%d}.xlsx")


def spend_on_export(actor: Actor, rows: int) -> None:
    """Refuse an export before it is made: counting is cheap, writing is not. Raises TooManyRows, TooMany."""
    limits.spend(actor, limits.EXPORT, limits.rows_cost(min(rows, MOST_EXPORTED)))
    if rows > MOST_EXPORTED:
        raise TooManyRows


def _rows(subjects: Sequence[Subject], entity: str, columns: Sequence[_Column]) -> list[Row]:
    first, *others = columns
    names, cells = first.texts(subjects), [column.cells(subjects) for column in others]
    pks = [subject.pk for subject in subjects]
    urls = [reverse(f"registry:{entity}_detail", args=[pk]) for pk in pks]
    return [Row(pk, url, name, list(row)) for pk, url, name, *row in zip(pks, urls, names, *cells, strict=True)]


def chips_of(request: HttpRequest, form: ListForm) -> list[dict[str, str]]:
    return [
        {"label": label, "value": value, "remove_url": without(request, name)} for name, label, value in form.chips()
    ]


def asked_by(request: HttpRequest) -> list[str]:
    """Names of the filters in an address; only such as a form could have sent, since anybody can write others."""
    return [name for name in request.GET if name.isascii() and name.isidentifier() and len(name) < 20]


def filters_of(form: ListForm) -> list[str]:
    """Names of the filters in force, for the audit line: what was typed into them stays out."""
    return [name for name, _, _ in form.chips()]


def without(request: HttpRequest, *names: str) -> str:
    """Address of this page without some filters, on its first page."""
    kept = [(name, value) for name, values in request.GET.lists() for value in values]
    query = urlencode([(name, value) for name, value in kept if name not in (*names, "after")])
    return f"{request.path}?{query}" if query else request.path


def _column_choices(request: HttpRequest, entity: str) -> list[tuple[DataItem, bool]]:
    chosen = request.GET.getlist(COLUMNS)
    return [(get_catalogue().item(code), code in chosen) for code in LAYOUTS[entity].more_columns]
