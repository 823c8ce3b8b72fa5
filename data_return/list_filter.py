"""Lists of residents narrowed to those with a record in a dataset that the post reads: see `registry.marks`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.actors import Actor
from data_return.leaf import has_record, read_datasets
from data_return.models import Dataset, GrantUse, ReturnedRecord
from data_return.services.uses import note_use
from data_return.sight import reading_of
from registry.marks import Mark, MarkSource
from registry.models import Entity

if TYPE_CHECKING:
    from registry.models.base import Subject

BEGINS = "R"
"""Of a code, before the key of the dataset: tags begin otherwise."""


def list_choices(actor: Actor, entity: str) -> Mapping[str, str]:
    if entity != Entity.PERSON:
        return {}
    keys = read_datasets(actor)
    if not keys:
        return {}
    found = Dataset.objects.filter(pk__in=keys, subject=Entity.PERSON, live__isnull=False).order_by("name", "pk")
    return {f"{BEGINS}{one.pk}": f"回流数据“{one.name}”" for one in found}


def carrying(entity: str, code: str) -> Q:
    return has_record(_key(code))


def note(actor: Actor, code: str) -> None:
    """A use of each grant under which the dataset is read: the records that the filter looked at."""
    key = _key(code)
    grants = [grant for grant in reading_of(actor).grants if grant.dataset_id == key]
    rows = ReturnedRecord.objects.visible_to(actor).filter(dataset=key).count() if grants else 0
    for grant in grants:
        note_use(actor=actor, how=GrantUse.How.CONDITION, grant=grant, rows=rows)


def _key(code: str) -> int:
    return int(code.removeprefix(BEGINS))


def _no_marks(actor: Actor, entity: str, subject: "Subject") -> list[Mark]:
    """The panel of the card says more than a chip could."""
    return []


def _no_hand(actor: Actor, entity: str) -> str:
    return ""


SOURCE = MarkSource(_no_marks, list_choices, carrying, _no_hand, note)
