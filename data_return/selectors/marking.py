"""Reads of one returned record by those who mark it: its values by item, and the same values in the own registry."""

from dataclasses import dataclass
from typing import Any

from accounts.actors import Actor
from accounts.errors import NotFound
from data_return.models import Dataset, ReturnedRecord
from data_return.models.datasets import NAMED_BY
from data_return.selectors.datasets import list_items
from data_return.sight import reading_of
from registry.catalogue import Catalogue, column_of, get_catalogue, model_of
from registry.masking import is_masked, readable, show
from registry.models import DataItem
from registry.models.base import Subject
from registry.showing import text_of, value_of

VERSION_BYTES = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a record: what the department says, and what the own registry says; both masked for the reader.

    own: "" where nothing is registered. differs: both are known and are not the same.
    """

    item: DataItem
    text: str
    own: str
    masked: bool
    differs: bool


def get_record(*, actor: Actor, pk: int) -> ReturnedRecord:
    """One that the post may read, with its dataset. Raises NotFound."""
    found = ReturnedRecord.objects.visible_to(actor).select_related("dataset__live", "dataset__department")
    one: ReturnedRecord | None = found.filter(pk=pk).first()
    if one is None:
        raise NotFound
    return one


def list_readable(*, actor: Actor, dataset: Dataset, area_code: int) -> list[DataItem]:
    """Items of the dataset that the post reads of a record there, in the order of the catalogue. Needs `live` joined.

    All of them where its department publishes the dataset, else those of the grants that open the record.
    """
    reading = reading_of(actor)
    items = list_items(dataset.live) if dataset.live else []
    return [item for item in items if reading.reads(item.code, dataset.pk, area_code)]


def version_of(found: ReturnedRecord) -> str:
    """Tells a page whether the values of a record are still those that it showed."""
    return bytes(found.fingerprint)[:VERSION_BYTES].hex()


def find_subject(*, actor: Actor, found: ReturnedRecord) -> Subject | None:
    """The open subject of the registry that the record names, where the post sees it. One query.

    As the registry is now: somebody who was registered after the record came is found, too.
    """
    entity, named_by = found.dataset.subject, get_catalogue().item(NAMED_BY[found.dataset.subject])
    people: Any = model_of(entity)
    open_ones = people.objects.visible_to(actor).filter(district=found.district, closed_on=None)
    if named_by.is_sealed:
        subject: Subject | None = open_ones.filter(**{f"{named_by.key}_index": found.id_mark}).first()
        return subject if found.id_mark is not None else None
    named = open_ones.filter(**{str(column_of(named_by)): found.values.get(named_by.code)})
    return named.order_by("pk").first()  # type: ignore[no-any-return]


def list_lines(*, reader: Actor, found: ReturnedRecord, items: list[DataItem], subject: Subject | None) -> list[Line]:
    """No query."""
    catalogue = get_catalogue()
    return [_line(reader, found, item, subject, catalogue) for item in items]


def _line(reader: Actor, found: ReturnedRecord, item: DataItem, subject: Subject | None, catalogue: Catalogue) -> Line:
    value, clearance = found.values.get(item.code), reader.clearance_for(item.code)
    own = text_of(subject, item, reader, catalogue) if subject is not None else ""
    differs = subject is not None and _differs(value, subject, item, catalogue)
    return Line(item, show(item, value, clearance, catalogue), own, is_masked(item, clearance), differs)


def _differs(value: Any, subject: Subject, item: DataItem, catalogue: Catalogue) -> bool:
    """Compared in full, whatever the reader may see of it."""
    kept = value_of(subject, item)
    if value in (None, "") or kept in (None, ""):
        return False
    return readable(item, value, catalogue) != readable(item, kept, catalogue)
