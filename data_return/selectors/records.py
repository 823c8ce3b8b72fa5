"""Reads of records: what a post may read and write, a masked sample, quality figures, the files that came."""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import Level
from accounts.models import Area
from data_return.models import Dataset, DatasetLoad, Grant, ReturnedRecord
from data_return.sight import Reading, Writing, reading_of
from registry.catalogue import get_catalogue
from registry.masking import show
from registry.models import DataItem

SAMPLE = 5
LOADS = 20


@dataclass(frozen=True, slots=True)
class Quality:
    """rows: records; matched: of them about a person in the registry; filled: of them with the item. Shares in %."""

    rows: int
    matched: int
    filled: dict[str, int]

    @property
    def matched_share(self) -> int:
        return self.share(self.matched)

    def share(self, part: int) -> int:
        return part * 100 // self.rows if self.rows else 0


def find_reading(actor: Actor) -> Reading:
    """What the post may read: the datasets of its own department, and those of grants that are live today."""
    grants = Grant.objects.live_on(localdate()).opening_to(actor).order_by("pk")
    own = frozenset(Dataset.objects.kept_by(actor).order_by().values_list("pk", flat=True))
    return Reading.under(actor.scope, own, list(grants))


def find_writing(actor: Actor) -> Writing:
    """What the post may write: what it reads without a grant."""
    return Writing(reading_of(actor).own)


def get_quality(dataset: Dataset) -> Quality | None:
    """As the last load counted it; None before the first. No query: the figures say nothing about anybody."""
    figures = dataset.quality
    return Quality(figures["rows"], figures["matched"], figures["filled"]) if figures else None


def list_filled(dataset: Dataset, items: list[DataItem]) -> list[tuple[DataItem, int | None]]:
    """Each item with the share of records that have it, in %; None before the first load. No query."""
    quality = get_quality(dataset)
    return [(item, quality.share(quality.filled.get(item.code, 0)) if quality else None) for item in items]


def is_stale(dataset: Dataset, today: date) -> bool:
    """The department promised to bring newer records by now. Needs `live` joined."""
    if dataset.live is None or dataset.live.freshness_days is None or dataset.loaded_at is None:
        return False
    return (today - localdate(dataset.loaded_at)).days > dataset.live.freshness_days


def list_sample(
    *, actor: Actor, dataset: Dataset, items: list[DataItem]
) -> tuple[list[ReturnedRecord], list[list[str]]]:
    """A few records and their texts, masked for the reader, in the order of `items`. One query beside the sight."""
    catalogue = get_catalogue()
    found = ReturnedRecord.objects.visible_to(actor).filter(dataset=dataset).order_by("area_code", "pk")
    records = list(found[:SAMPLE])
    texts = [
        [show(item, record.values.get(item.code), actor.clearance, catalogue) for item in items] for record in records
    ]
    return records, texts


def list_loads(*, actor: Actor, dataset: Dataset) -> list[DatasetLoad]:
    """The files of the dataset, the latest first, with job and who brought them."""
    found = DatasetLoad.objects.visible_to(actor).filter(dataset=dataset)
    return list(found.select_related("job", "post__user").defer("file").order_by("-pk")[:LOADS])


def list_villages(actor: Actor) -> list[tuple[int, str, str]]:
    """(code, name, name of the town) of every community in the post's area. One query."""
    found = Area.objects.visible_to(actor).filter(level=Level.COMMUNITY, closed_on=None)
    return list(found.order_by("code").values_list("code", "name", "parent__name"))
