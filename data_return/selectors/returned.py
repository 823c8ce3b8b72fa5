"""Records as a reader sees them: the items that a grant opens, masked by clearance. The one way from record to text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.actors import Actor
from accounts.sealing import blind_index
from data_return.models import Dataset, Grant, ReturnedRecord
from data_return.models.datasets import NAMED_BY
from data_return.models.records import RecordQuerySet
from data_return.reading import SOURCE_KEY
from data_return.sight import Reading, reading_of
from registry.catalogue import get_catalogue
from registry.masking import show
from registry.models import DataItem, Entity
from registry.models.base import Subject
from registry.showing import value_of


@dataclass(frozen=True, slots=True)
class ReturnedCell:
    """One item of one record. text: masked where it must be."""

    item: DataItem
    text: str
    masked: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """A record with what its reader may know of it. grants: under which it is read, none for the own department."""

    record: ReturnedRecord
    cells: Sequence[ReturnedCell]
    grants: Sequence[Grant]

    @property
    def masked(self) -> bool:
        return any(cell.masked for cell in self.cells)


def records_about(actor: Actor, entity: str, subject: Subject) -> RecordQuerySet:
    """Records about one subject of the registry: of a person by the match, else by what names the subject."""
    found = ReturnedRecord.objects.visible_to(actor).filter(dataset__subject=entity)
    if entity == Entity.PERSON:
        return found.filter(person_id=subject.pk)
    named = value_of(subject, get_catalogue().item(NAMED_BY[entity]))
    return found.filter(source_key=blind_index(SOURCE_KEY, str(named)).hex()) if named else found.none()


def list_returned(*, actor: Actor, records: RecordQuerySet) -> list[Returned]:
    """Each record with its texts. actor: with what is unmasked of the subject at hand. One query beside the reading."""
    reading = reading_of(actor)
    joined = records.select_related("dataset__department", "dataset__live").order_by("dataset_id", "-observed_on", "pk")
    return [show_record(record, actor, reading) for record in joined]


def describe_returned(dataset_id: int, on: str) -> str:
    """回流数据 · 区残联 · 残疾人证名单 · 2026-11-01: where a value came from, for people. on: ISO day."""
    dataset = Dataset.objects.select_related("department").get(pk=dataset_id)
    return f"回流数据 · {dataset.department} · {dataset} · {on}"


def show_record(record: ReturnedRecord, actor: Actor, reading: Reading) -> Returned:
    """The items of a record that its reader may know, in the order of the catalogue. Needs `dataset` joined."""
    catalogue = get_catalogue()
    grants = reading.opening(record.dataset_id, record.area_code)
    cells = []
    for code in catalogue.items if record.dataset_id in reading.own else _opened(grants, catalogue.items):
        if record.values.get(code) is not None:
            item, clearance = catalogue.item(code), clearance_under(grants, actor, code)
            text = show(item, record.values[code], clearance, catalogue)
            cells.append(ReturnedCell(item, text, masked=item.level > clearance))
    return Returned(record, cells, grants)


def clearance_under(grants: Iterable[Grant], actor: Actor, code: str) -> int:
    """Up to which level the reader sees that item: as the post does, or as a grant to its department says."""
    granted = [grant.clearance or 0 for grant in grants if code in grant.items]
    return max([actor.clearance_for(code), *granted])


def _opened(grants: Iterable[Grant], order: Iterable[str]) -> list[str]:
    codes = {code for grant in grants for code in grant.items}
    return [code for code in order if code in codes]
