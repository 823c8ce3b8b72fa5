"""Copy packs (复制录入) as a department makes them and as a worker goes through them, person by person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Func, OuterRef, Prefetch, Q, QuerySet, Subquery

from accounts.actors import Actor
from accounts.errors import NotFound
from forms_engine.models import CopyMark, CopyPack, FormColumn, FormTemplate, FormVersion, Report
from forms_engine.selectors.grid import ROW_FIELDS, Lens, Place, behind, report_rows
from forms_engine.selectors.templates import HEAVY, get_template

PAGE = 50
WIDE_TEXT = 40
ROW = (*ROW_FIELDS, "area_code", "done_at", "changed")


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One field of the screen. text: behind the mask where `masked`; then there is nothing to copy."""

    letter: str
    label: str
    text: str
    masked: bool

    @property
    def long(self) -> bool:
        return len(self.text) > WIDE_TEXT


@dataclass(frozen=True, slots=True)
class CopyRow:
    """done_at: when it was marked as entered. changed: an answer of the pack was touched after that."""

    id: int
    name: str
    done_at: datetime | None
    changed: bool

    @property
    def is_done(self) -> bool:
        return self.done_at is not None and not self.changed


@dataclass(frozen=True, slots=True)
class CopyPage:
    """next: place of the following page, "" on the last."""

    rows: list[CopyRow]
    next: str


class Changed(Func):
    """Whether one of some cells has another edit counter than a mark has seen. Of: edits of the row, seen of the mark.

    letters: of columns, never a user's text.
    """

    template = (
        "(SELECT coalesce(bool_or(m.edits->l->>'n' IS DISTINCT FROM m.seen->>l), false) "
        "FROM (SELECT %(expressions)s) m(edits, seen), unnest('{%(letters)s}'::text[]) l WHERE m.seen IS NOT NULL)"
    )
    output_field = BooleanField()


def list_versions_with_packs(template: FormTemplate) -> list[FormVersion]:
    """Versions of one of the department's own forms, the latest first, each with its packs."""
    packs = Prefetch("copy_packs", CopyPack.objects.order_by("pk"))
    return list(template.versions.defer(*HEAVY).order_by("-number").prefetch_related(packs))


def get_own_version(*, actor: Actor, pk: int, number: int) -> FormVersion:
    """A version of one of the department's own forms. Raises NotFound."""
    template = get_template(actor=actor, pk=pk)
    version = template.versions.defer(*HEAVY).filter(number=number).first()
    if version is None:
        raise NotFound
    version.template = template
    return version


def get_own_pack(*, actor: Actor, pk: int) -> CopyPack:
    """A pack of one of the department's own forms. Raises NotFound."""
    owned = CopyPack.objects.filter(version__template__department_id=actor.department_id or 0)
    heavy = [f"version__{name}" for name in HEAVY]
    pack = owned.select_related("version__template").defer(*heavy).filter(pk=pk).first()
    if pack is None:
        raise NotFound
    return pack


def list_packs(report: Report) -> list[CopyPack]:
    """Systems into which the answers of a report are typed."""
    return list(CopyPack.objects.filter(version_id=report.dispatch.version_id).order_by("pk"))


def get_pack(report: Report, pk: int) -> CopyPack:
    """One of them. Raises NotFound."""
    pack = CopyPack.objects.filter(version_id=report.dispatch.version_id, pk=pk).first()
    if pack is None:
        raise NotFound
    return pack


def list_copy_rows(*, lens: Lens, report: Report, pack: CopyPack, after: str = "", only_open: bool = False) -> CopyPage:
    """A page of fifty rows with their names and marks, in the order of the sheet. One query."""
    rows = _marked(lens.actor, report, pack)
    rows = behind(rows.filter(_OPEN) if only_open else rows, Place.read(after))
    found = list(rows.values(*ROW)[: PAGE + 1])
    taken = found[:PAGE]
    following = str(Place(taken[-1]["position"], taken[-1]["subject_id"])) if len(found) > PAGE else ""
    return CopyPage([as_copy_row(lens, row) for row in taken], following)


def count_copied(*, actor: Actor, report: Report, pack: CopyPack) -> tuple[int, int]:
    """(entered and unchanged since, all) of the rows that the actor may see. Two queries."""
    rows = _marked(actor, report, pack)
    return rows.exclude(_OPEN).count(), rows.count()


def find_open_row(*, actor: Actor, report: Report, pack: CopyPack, after: Place | None = None) -> int | None:
    """Subject of the next row that is not entered, from a place on and then from the beginning; None when all are."""
    rows = _marked(actor, report, pack).filter(_OPEN)
    return (_first(behind(rows, after)) if after else None) or _first(rows)


def get_copy_row(*, actor: Actor, report: Report, pack: CopyPack, subject_id: int) -> dict[str, Any]:
    """One row with `done_at` and `changed`. Raises NotFound outside the scope, and for a removed row."""
    row: dict[str, Any] | None = _marked(actor, report, pack).filter(subject_id=subject_id).values(*ROW).first()
    if row is None:
        raise NotFound("这一行不在您的名册中,请返回名单重新选择。")
    return row


def build_lines(lens: Lens, pack: CopyPack, row: dict[str, Any]) -> list[CopyLine]:
    """The fields of the screen in their order, masked for the reader."""
    columns = {column.letter: column for column in lens.columns}
    return [
        _line(lens, columns[line["letter"]], line["label"], row) for line in pack.lines if line["letter"] in columns
    ]


def as_copy_row(lens: Lens, row: dict[str, Any]) -> CopyRow:
    return CopyRow(row["subject_id"], lens.name(row), row["done_at"], bool(row["changed"]))


def list_copyable(columns: Sequence[FormColumn]) -> list[FormColumn]:
    """Columns that a screen may have: all but running numbers."""
    return [column for column in columns if column.kind != FormColumn.Kind.NUMBER]


_OPEN = Q(done_at=None) | Q(changed=True)


def _marked(actor: Actor, report: Report, pack: CopyPack) -> QuerySet[Any]:
    marks = CopyMark.objects.visible_to(actor).filter(
        district=report.district, report=report, pack=pack, subject_id=OuterRef("subject_id")
    )
    rows = report_rows(actor=actor, report=report)
    rows = rows.annotate(done_at=Subquery(marks.values("at")[:1]), seen=Subquery(marks.values("seen")[:1]))
    marked: QuerySet[Any] = rows.annotate(changed=Changed("edits", "seen", letters=",".join(pack.letters)))
    return marked


def _line(lens: Lens, column: FormColumn, label: str, row: dict[str, Any]) -> CopyLine:
    text = lens.text(column, row["values"].get(column.letter))
    return CopyLine(column.letter, label, text, lens.masks(column) and bool(text))


def _first(rows: QuerySet[Any]) -> int | None:
    found: int | None = rows.values_list("subject_id", flat=True).first()
    return found
