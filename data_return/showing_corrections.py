"""Corrections made ready for a page: whom they are about and what should be right, behind the mask. No query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.actors import Actor
from data_return.models import Correction, ReturnedRecord
from data_return.selectors.returned import clearance_under
from data_return.sight import Reading
from registry.catalogue import get_catalogue
from registry.layouts import LAYOUTS
from registry.masking import show

GONE = "(授权已结束,不再显示)"


@dataclass(frozen=True, slots=True)
class Shown:
    """name: of the subject of the record. kept: what the department says now. value: what the village says."""

    correction: Correction
    name: str
    kept: str
    value: str

    @property
    def token(self) -> str:
        """Which correction, and which version of it the page shows."""
        return f"{self.correction.pk}-{self.correction.version}"


def show_corrections(
    corrections: Iterable[Correction], records: Mapping[int, ReturnedRecord], reader: Actor, reading: Reading
) -> list[Shown]:
    """records: those that the reader may read, by key. reading: which items of them."""
    return [show_correction(one, records.get(one.record_id), reader, reading) for one in corrections]


def show_correction(correction: Correction, found: ReturnedRecord | None, reader: Actor, reading: Reading) -> Shown:
    value = _shown(correction.item_id, correction.value, reader) if correction.item_id else ""
    if found is None:
        return Shown(correction, GONE, GONE if correction.item_id else "", value)
    kept = text_of_record(found, correction.item_id, reader, reading) if correction.item_id else ""
    return Shown(correction, name_of(found, correction.dataset.subject, reader, reading), kept, value)


def name_of(found: ReturnedRecord, subject: str, reader: Actor, reading: Reading) -> str:
    """What people call the subject; without a name that may be read, the number of the record."""
    return text_of_record(found, LAYOUTS[subject].title, reader, reading) or f"第 {found.pk} 条"


def text_of_record(found: ReturnedRecord, code: str, reader: Actor, reading: Reading) -> str:
    """One value, masked for the reader; "" where the item was not granted."""
    if not reading.reads(code, found.dataset_id, found.area_code):
        return ""
    clearance = clearance_under(reading.opening(found.dataset_id, found.area_code), reader, code)
    return show(get_catalogue().item(code), found.values.get(code), clearance, get_catalogue())


def _shown(code: str, value: Any, reader: Actor) -> str:
    return show(get_catalogue().item(code), value, reader.clearance_for(code), get_catalogue())
