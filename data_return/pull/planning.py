"""What a run needs to know to prepare its pages, read once at its beginning."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from accounts.actors import Actor
from data_return.models import Connector, QuarantinedRow
from data_return.models.datasets import NAMED_BY
from data_return.placing import Villages
from data_return.selectors.datasets import list_items
from data_return.selectors.records import list_villages
from registry.catalogue import Catalogue, get_catalogue
from registry.models import DataItem

MOSTLY = 0.5
"""Share of records with an item, from which on a page without any is a change of the source."""


@dataclass(frozen=True)
class Plan:
    """mapping: item or place -> field. gone_field: "" where rows do not say that they are deleted. usual: items that
    records mostly have. known: fields that somebody has looked at. waits: rows are in quarantine. keeps_first: of two
    rows about the same subject the first counts, else the last.
    """

    items: tuple[DataItem, ...]
    named_by: str
    mapping: Mapping[str, str]
    villages: Villages
    catalogue: Catalogue
    key_field: str
    updated_field: str
    gone_field: str
    gone_value: str
    known: frozenset[str]
    usual: frozenset[str]
    waits: bool
    keeps_first: bool
    today: date

    @property
    def needed(self) -> set[str]:
        """Fields without which no row can be told apart."""
        named = self.mapping.get(self.named_by, "")
        return {field for field in (named, self.key_field, self.updated_field, self.gone_field) if field}

    @property
    def fields(self) -> set[str]:
        """All that is read of a source."""
        return {*self.mapping.values(), *self.needed}


def make_plan(connector: Connector, actor: Actor) -> Plan:
    """In the actor's scope. The dataset is published: else nothing could be switched on."""
    dataset = connector.dataset
    items = tuple(list_items(dataset.live)) if dataset.live else ()
    places = {code: field for code, field in connector.mapping.items() if code.startswith("area.")}
    told = {item.code: connector.mapping[item.code] for item in items if connector.mapping.get(item.code)}
    waiting = QuarantinedRow.objects.visible_to(actor).filter(connector=connector)
    by_mark = connector.deletes == Connector.Deletes.MARK
    return Plan(
        items=items,
        named_by=NAMED_BY[dataset.subject],
        mapping=places | told,
        villages=Villages.of(list_villages(actor)),
        catalogue=get_catalogue(),
        key_field=connector.key_field,
        updated_field=connector.updated_field,
        gone_field=connector.gone_field if by_mark else "",
        gone_value=connector.gone_value,
        known=frozenset(connector.fields),
        usual=_usual(connector),
        waits=waiting.exists(),
        keeps_first=not connector.reads_changes,
        today=localdate(),
    )


def _usual(connector: Connector) -> frozenset[str]:
    quality = connector.dataset.quality
    rows = quality.get("rows", 0)
    found = {item for item, filled in quality.get("filled", {}).items() if rows and filled / rows >= MOSTLY}
    return frozenset(found - set(connector.accepted))
