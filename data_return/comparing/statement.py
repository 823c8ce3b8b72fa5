"""The SQL of a comparison: every record of a dataset in a range beside the subject of the registry it is about.

A person is found by the blind index of the ID number, as the registry is now; one who is registered without a number
by name and birth date, if that is one person. Everything else is found by the item that names it. Names of columns
come from the catalogue and the models, values are parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import models
from psycopg2.sql import SQL, Composable, Identifier, Literal

from accounts.codes import Range
from data_return.models.datasets import NAMED_BY
from registry.catalogue import column_of, get_catalogue, model_of
from registry.models import DataItem, Entity, ItemType

NAME, BIRTH_DATE = "person.name", "person.birth_date"
NUMBERS = (ItemType.INTEGER, ItemType.DECIMAL)
TEXTS = (models.CharField, models.TextField)

_THEIRS = SQL(
    """
theirs AS MATERIALIZED (
    SELECT r.id, r.district, r.area_code, r.id_mark, r."values" AS vals, r.fingerprint
    FROM data_return_returnedrecord r
    WHERE r.dataset_id = {dataset} AND r.area_code BETWEEN {low} AND {high}
), matched AS MATERIALIZED ({matched}), sides AS (
    SELECT t.id AS record_id, m.subject_id, m.by_name, t.area_code, {differing} AS differing, {lacking} AS lacking,
           v.id IS NOT NULL AS verified, c.record_id IS NOT NULL AS disputed
    FROM theirs t
    LEFT JOIN matched m ON m.record_id = t.id
    LEFT JOIN {table} s ON s.district = t.district AND s.id = m.subject_id
    LEFT JOIN data_return_verification v
        ON v.district = t.district AND v.record_id = t.id AND v.item_id IS NULL AND v.fingerprint = t.fingerprint
    LEFT JOIN (
        SELECT DISTINCT record_id FROM data_return_correction
        WHERE dataset_id = {dataset} AND area_code BETWEEN {low} AND {high} AND state IN ('open', 'accepted')
    ) c ON c.record_id = t.id
)"""
)
_BY_NUMBER = SQL(
    """
    SELECT t.id AS record_id, s.id AS subject_id, false AS by_name FROM theirs t
    JOIN {table} s ON s.district = t.district AND s.{index} = t.id_mark AND s.closed_on IS NULL"""
)
_BY_NAME = SQL(
    """
    UNION ALL
    SELECT t.id, min(s.id), true FROM theirs t
    JOIN {table} s ON s.area_code BETWEEN {low} AND {high} AND s.name = t.vals->>{name}
        AND s.birth_date = (t.vals->>{born})::date AND s.id_number_index IS NULL AND s.closed_on IS NULL
    GROUP BY t.id HAVING count(*) = 1"""
)
_BY_VALUE = SQL(
    """
    SELECT t.id AS record_id, min(s.id) AS subject_id, false AS by_name FROM theirs t
    JOIN {table} s ON s.area_code BETWEEN {low} AND {high} AND s.{column} = t.vals->>{named} AND s.closed_on IS NULL
    GROUP BY t.id HAVING count(*) = 1"""
)


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared. items: those that the reader reads of the dataset; sealed ones take no part."""

    dataset_id: int
    subject: str
    area: Range
    items: Sequence[DataItem]

    def ctes(self) -> Composable:
        """`theirs`, `matched`, and `sides`: a row for each record with the items that differ and those we lack."""
        columns = [item for item in self.items if not item.is_sealed]
        return _THEIRS.format(
            dataset=Literal(self.dataset_id),
            low=Literal(self.area[0]),
            high=Literal(self.area[1]),
            table=self.table,
            matched=self._matched(),
            differing=_codes(columns, self._differs),
            lacking=_codes(columns, self._lacks),
        )

    @property
    def table(self) -> Identifier:
        return Identifier(model_of(self.subject)._meta.db_table)

    def _matched(self) -> Composable:
        named_by = get_catalogue().item(NAMED_BY[self.subject])
        given = {"table": self.table, "low": Literal(self.area[0]), "high": Literal(self.area[1])}
        if not named_by.is_sealed:
            column = Identifier(str(column_of(named_by)))
            return _BY_VALUE.format(**given, column=column, named=Literal(named_by.code))
        found = _BY_NUMBER.format(**given, index=Identifier(f"{named_by.key}_index"))
        if self.subject != Entity.PERSON or not {NAME, BIRTH_DATE} <= {item.code for item in self.items}:
            return found
        return found + _BY_NAME.format(**given, name=Literal(NAME), born=Literal(BIRTH_DATE))

    def _differs(self, item: DataItem) -> Composable:
        theirs, own = SQL("t.vals->>{}").format(Literal(item.code)), self._own(item)
        if item.type in NUMBERS:
            theirs, own = SQL("({})::numeric").format(theirs), SQL("({})::numeric").format(own)
        return SQL("{} <> {}").format(theirs, own)

    def _lacks(self, item: DataItem) -> Composable:
        """The department knows it, the registry does not."""
        known = SQL("t.vals->>{} IS NOT NULL").format(Literal(item.code))
        return SQL("s.id IS NOT NULL AND {} AND {} IS NULL").format(known, self._own(item))

    def _own(self, item: DataItem) -> Composable:
        """The registered value as text, NULL where it is not known."""
        column = column_of(item)
        if column is None:
            return SQL("s.attributes->>{}").format(Literal(item.code))
        if isinstance(model_of(self.subject)._meta.get_field(column), TEXTS):
            return SQL("nullif(s.{}, '')").format(Identifier(column))
        return SQL("s.{}::text").format(Identifier(column))


def _codes(items: Sequence[DataItem], predicate: Callable[[DataItem], Composable]) -> Composable:
    """Array of the codes of those items whose predicate holds."""
    cases = [SQL("CASE WHEN {} THEN {} END").format(predicate(item), Literal(item.code)) for item in items]
    return SQL("array_remove(ARRAY[{}]::text[], NULL)").format(SQL(", ").join(cases))
