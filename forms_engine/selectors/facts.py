"""All that a department and the desk look at before a form is admitted: columns, fill rates, overlap, the offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forms_engine.models import FormColumn, FormVersion
from forms_engine.selectors.overlap import (
    ENOUGH,
    Known,
    Overlap,
    can_answer_by_data,
    count_communities,
    find_overlap,
    names_above,
    recall_known,
)
from forms_engine.selectors.reports import get_columns
from registry.catalogue import get_catalogue
from registry.conditions import describe_condition


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """percent: known in the registry, None where withheld or not bound; asked_by: names of live forms."""

    column: FormColumn
    percent: int | None
    asked_by: Sequence[str]

    @property
    def is_enough(self) -> bool:
        return self.percent is not None and self.percent >= ENOUGH


@dataclass(frozen=True)
class FormFacts:
    """columns: all of them in the order of the sheet. condition: in words. communities: of the department's area."""

    columns: Sequence[ColumnFacts]
    known: Known
    overlap: Overlap
    condition: str
    communities: int
    can_answer: bool

    @property
    def asked(self) -> Sequence[ColumnFacts]:
        """Columns that ask something; running numbers do not."""
        return [facts for facts in self.columns if facts.column.kind != FormColumn.Kind.NUMBER]

    @property
    def new_asks(self) -> int:
        return sum(facts.column.kind == FormColumn.Kind.NEW_ASK for facts in self.columns)

    @property
    def enough(self) -> int:
        """Columns whose item the registry knows well enough not to ask."""
        return sum(facts.is_enough for facts in self.columns)

    @property
    def lowest(self) -> int | None:
        """Percent known of the required item that is known least."""
        needed = [facts.percent for facts in self.asked if facts.column.required and facts.percent is not None]
        return min(needed, default=None)


def get_facts(*, version: FormVersion, on: date, clearance: int) -> FormFacts:
    """At most four queries, whatever the number of columns; fill rates may be some minutes old.

    version: `template.department.area` joined. clearance: of the reader; a condition over items above it is not counted
    for who writes it. The desk passes HIGHEST_LEVEL: it judges conditions of others, in round tens.
    """
    columns = get_columns(version)
    above = names_above(version, clearance)
    known = Known(0, {}, above) if above else recall_known(version=version, columns=columns, on=on)
    overlap = find_overlap(version=version, columns=columns)
    return FormFacts(
        columns=[_column_facts(column, known, overlap) for column in columns],
        known=known,
        overlap=overlap,
        condition=describe_condition(version.condition, get_catalogue()),
        communities=count_communities(version.template.department.area),
        can_answer=can_answer_by_data(columns, known),
    )


def _column_facts(column: FormColumn, known: Known, overlap: Overlap) -> ColumnFacts:
    code = column.item_id
    if code is None:
        return ColumnFacts(column, None, ())
    return ColumnFacts(column, known.percent(code), overlap.asked_by.get(code, ()))
