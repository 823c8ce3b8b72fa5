"""A returned record as what the form for somebody new starts from: the granted items, for `registry.prefills`."""

from typing import Any

from accounts.actors import Actor
from accounts.errors import NotFound
from accounts.sealing import is_sealed, open_sealed
from data_return.models import GrantUse, ReturnedRecord
from data_return.selectors.marking import get_record, list_readable
from data_return.selectors.returned import show_record
from data_return.services.uses import note_reading
from data_return.sight import reading_of
from registry.catalogue import is_stored
from registry.models import DataItem
from registry.prefills import Prefill

RECORD = "record"


def find_prefill(actor: Actor, entity: str, key: int) -> Prefill:
    """Raises NotFound for a record that the post does not read, or of another kind of subject."""
    found = get_record(actor=actor, pk=key)
    if found.dataset.subject != entity:
        raise NotFound
    items = list_readable(actor=actor, dataset=found.dataset, area_code=found.area_code)
    values = {item.code: value_in_full(found, item) for item in items if is_stored(item)}
    returned = [show_record(found, actor, reading_of(actor))]
    return Prefill(
        {code: value for code, value in values.items() if value is not None},
        f"{found.dataset.department}的“{found.dataset}”",
        lambda: note_reading(actor=actor, how=GrantUse.How.PREFILL, returned=returned),
    )


def value_in_full(found: ReturnedRecord, item: DataItem) -> Any:
    """Canonical value in plain text, on its way into the registry, where it is sealed again; never onto a page."""
    value = found.values.get(item.code)
    return open_sealed(item.code, value) if is_sealed(value) and item.is_sealed else value
