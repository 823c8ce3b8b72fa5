"""What a comparison found: counts in one statement, and one page of a list in one statement beside its objects."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet, TextChoices
from django.utils.timezone import localdate
from psycopg2.sql import SQL, Composable, Literal

from accounts.actors import Actor
from accounts.codes import Range, contains
from accounts.errors import NotFound
from data_return.comparing.statement import Compared
from data_return.models import Dataset, ReturnedRecord
from data_return.selectors.datasets import list_items
from data_return.sight import correcting_of, reading_of
from registry.catalogue import get_catalogue, model_of
from registry.conditions import compile_condition, parts_above
from registry.models import DataItem, Entity
from registry.models.base import Subject


class Kind(TextChoices):
    """A list to work off (比对结果)."""

    DIFFERS = "differs", "值不一致"
    LACKS = "lacks", "本村居缺值"
    HERE = "here", "部门有、本村居没有"
    THERE = "there", "本村居有、部门没有"
    SAME = "same", "一致"


_WHERE: dict[str, Composable] = {
    Kind.DIFFERS: SQL("cardinality(differing) > 0"),
    Kind.LACKS: SQL("cardinality(differing) = 0 AND cardinality(lacking) > 0"),
    Kind.HERE: SQL("subject_id IS NULL"),
    Kind.SAME: SQL("subject_id IS NOT NULL AND cardinality(differing) = 0 AND cardinality(lacking) = 0"),
}
_COUNTS = SQL(
    """
WITH {ctes}{there}
SELECT count(*), count(subject_id), count(*) FILTER (WHERE by_name), count(*) FILTER (WHERE {differs}),
       count(*) FILTER (WHERE {lacks}), count(*) FILTER (WHERE {here}), count(*) FILTER (WHERE {same}),
       count(*) FILTER (WHERE verified), count(*) FILTER (WHERE disputed), {missing}
FROM sides
"""
)
_LIST = SQL(
    """
WITH {ctes}
SELECT record_id, subject_id, by_name, differing, lacking, verified, disputed FROM sides
WHERE {where} AND record_id > {after}{more} ORDER BY record_id LIMIT {most}
"""
)
_THERE = SQL(", expected AS ({expected})")
_NOT_THERE = SQL("NOT EXISTS (SELECT 1 FROM matched m WHERE m.subject_id = e.id)")
_MISSING_THERE = SQL("(SELECT count(*) FROM expected e WHERE {0})").format(_NOT_THERE)
_LIST_THERE = SQL(
    """
WITH {ctes}, expected AS ({expected})
SELECT e.id FROM expected e WHERE {absent} AND e.id > {after} ORDER BY e.id LIMIT {most}
"""
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A dataset as one post compares it. covers: whether the dataset says whom it should hold, and the post may ask."""

    dataset: Dataset
    compared: Compared
    actor: Actor
    covers: bool

    @property
    def items(self) -> Sequence[DataItem]:
        return self.compared.items


@dataclass(frozen=True, slots=True)
class Counts:
    """theirs: records. matched: of them with a subject here; by_name: without a number. there: None, not told."""

    theirs: int
    matched: int
    by_name: int
    differs: int
    lacks: int
    here: int
    same: int
    verified: int
    disputed: int
    there: int | None

    def of(self, kind: str) -> int | None:
        found: int | None = getattr(self, kind)
        return found


@dataclass(frozen=True, slots=True)
class Side:
    """One record beside its subject. differing, lacking: codes of items. subject: None where nobody is registered."""

    record: ReturnedRecord
    subject: Subject | None
    by_name: bool
    differing: Sequence[str]
    lacking: Sequence[str]
    verified: bool
    disputed: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a list. item: code that must be among those that differ or are lacking. open_only: not worked off.

    after: key of the last row shown, 0 for the first page.
    """

    kind: Kind
    after: int = 0
    most: int = 50
    item: str = ""
    open_only: bool = False


def reads_dataset(actor: Actor, pk: int) -> bool:
    """Whether the post reads records of the dataset, wherever that is."""
    reading = reading_of(actor)
    return pk in reading.whole or any(dataset == pk for dataset, _ in reading.parts)


def get_comparison(*, actor: Actor, pk: int, area: Range | None = None) -> Comparison:
    """area: a part of the scope, all of it by default. Raises NotFound for a dataset that the post does not read."""
    reading = reading_of(actor)
    dataset = Dataset.objects.select_related("live", "department").filter(pk=pk).first()
    if dataset is None or dataset.live is None or actor.scope is None or not reads_dataset(actor, pk):
        raise NotFound
    wanted = area or actor.scope
    if not (contains(actor.scope, wanted[0]) and contains(actor.scope, wanted[1])):
        raise NotFound
    items = [item for item in list_items(dataset.live) if reading.reads_throughout(item.code, pk, wanted)]
    covers = bool(dataset.live.covers) and not parts_above(dataset.live.covers, actor.clearance, get_catalogue())
    return Comparison(dataset, Compared(dataset.pk, dataset.subject, wanted, items), actor, covers)


def count_sides(comparison: Comparison) -> Counts:
    """One statement."""
    _tell(comparison)
    query = _COUNTS.format(
        ctes=comparison.compared.ctes(),
        there=_THERE.format(expected=expected_keys(comparison)) if comparison.covers else SQL(""),
        missing=_MISSING_THERE if comparison.covers else SQL("NULL::bigint"),
        differs=_WHERE[Kind.DIFFERS],
        lacks=_WHERE[Kind.LACKS],
        here=_WHERE[Kind.HERE],
        same=_WHERE[Kind.SAME],
    )
    return Counts(*_rows(query)[0])


def list_sides(comparison: Comparison, asked: Asked) -> list[Side]:
    """Records of one list with their subjects, in the order of keys. Three statements."""
    _tell(comparison)
    more: Composable = SQL("")
    if asked.item:
        more += SQL(" AND {} = ANY (differing || lacking)").format(Literal(asked.item))
    if asked.open_only:
        more += SQL(" AND NOT verified AND NOT disputed")
    query = _LIST.format(
        ctes=comparison.compared.ctes(),
        where=_WHERE[asked.kind],
        after=Literal(asked.after),
        more=more,
        most=Literal(asked.most),
    )
    found = _rows(query)
    actor = comparison.actor
    keys = [row[0] for row in found]
    records = {one.pk: one for one in ReturnedRecord.objects.visible_to(actor).filter(pk__in=keys)}
    people: Any = model_of(comparison.dataset.subject)._default_manager
    subjects = people.visible_to(actor).in_bulk([row[1] for row in found if row[1] is not None], field_name="pk")
    return [
        Side(_joined(records[key], comparison), subjects.get(subject), *rest)
        for key, subject, *rest in found
        if key in records
    ]


def list_absent(comparison: Comparison, asked: Asked) -> list[Subject]:
    """Subjects that the dataset should hold and does not, in the order of keys. Raises NotFound where not told."""
    if not comparison.covers:
        raise NotFound
    _tell(comparison)
    query = _LIST_THERE.format(
        ctes=comparison.compared.ctes(),
        expected=expected_keys(comparison),
        absent=_NOT_THERE,
        after=Literal(asked.after),
        most=Literal(asked.most),
    )
    keys = [row[0] for row in _rows(query)]
    subjects: Any = model_of(comparison.dataset.subject)._default_manager
    return list(subjects.visible_to(comparison.actor).filter(pk__in=keys).order_by("pk"))


def expected_keys(comparison: Comparison) -> Composable:
    """Keys of whom the dataset should hold: living in the range, not closed, meeting its condition."""
    subject, live = comparison.dataset.subject, comparison.dataset.live
    assert live is not None  # noqa: S101  (get_comparison saw to it)
    found: QuerySet[Any] = model_of(subject)._default_manager.filter(
        closed_on=None, area_code__range=comparison.compared.area
    )
    if subject == Entity.PERSON:
        found = found.filter(death_date=None)
    found = found.filter(compile_condition(live.covers, subject, get_catalogue(), on=localdate()))
    sql, params = found.order_by().values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        return SQL(cursor.cursor.mogrify(sql, params).decode())


def _joined(record: ReturnedRecord, comparison: Comparison) -> ReturnedRecord:
    record.dataset = comparison.dataset
    return record


def _tell(comparison: Comparison) -> None:
    """The policies of records, verifications and corrections know what the post reads."""
    reading_of(comparison.actor)
    correcting_of(comparison.actor)


def where_of(kind: Kind) -> Composable:
    """Which of the `sides` belong to a list."""
    return _WHERE[kind]


def run(comparison: Comparison, query: Composable) -> list[tuple[Any, ...]]:
    """Rows of a query over the `ctes` of a comparison, the policies knowing what its reader reads."""
    _tell(comparison)
    return _rows(query)


def _rows(query: Composable) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.cursor))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
