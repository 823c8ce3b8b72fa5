"""Prefill (预填): a form's bound columns compiled to one SQL statement per chunk of communities.

The rows are written as they are selected: key, scope and values come from the SELECT, nothing passes through Python.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DecimalField,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, JSONObject
from django.db.models.lookups import IsNull, LessThan

from accounts.codes import SPAN, Level
from forms_engine.models import Dispatch, FormColumn, FormVersion, Report, ReportRow
from forms_engine.selectors.reports import get_columns
from forms_engine.services.clues import select_differences, select_last_answers
from registry.catalogue import Catalogue, get_catalogue, is_stored, model_of
from registry.conditions import compile_condition
from registry.expressions import NotReachable, Sql, item_expression, path_to
from registry.models import DataItem, Entity, ItemType

COMMUNITY_SPAN = SPAN[Level.COMMUNITY]
RESIDENCE, REGISTRATION = "area_code", "registered_area_code"
HOMES = {
    FormVersion.Population.RESIDENT: (RESIDENCE,),
    FormVersion.Population.REGISTERED: (REGISTRATION,),
    FormVersion.Population.BOTH: (RESIDENCE, REGISTRATION),
}


@dataclass(frozen=True)
class Roster:
    """What a dispatch asks for, ready to be compiled: subjects, columns, reporting date."""

    dispatch: Dispatch
    columns: Sequence[FormColumn]
    catalogue: Catalogue

    @property
    def version(self) -> FormVersion:
        return self.dispatch.version

    @property
    def on(self) -> date:
        return self.dispatch.reporting_date

    @property
    def homes(self) -> tuple[str, ...]:
        """Columns of the subject that place it in a community: people have two, everything else one."""
        if self.version.subject != Entity.PERSON:
            return (RESIDENCE,)
        return HOMES[FormVersion.Population(self.version.population)]


def get_roster(dispatch: Dispatch) -> Roster:
    return Roster(dispatch, get_columns(dispatch.version), get_catalogue())


def list_subjects(roster: Roster) -> QuerySet[Any]:
    """Everybody the form asks about, in the whole scope: living, not closed, meeting the condition."""
    version = roster.version
    found = model_of(version.subject)._default_manager.filter(closed_on=None)
    if version.subject == Entity.PERSON:
        found = found.filter(death_date=None)
    return found.filter(compile_condition(version.condition, version.subject, roster.catalogue, on=roster.on))


def select_prefilled(roster: Roster, subjects: QuerySet[Any], home: str) -> QuerySet[Any]:
    """Subjects with `community`, `cells` and `flags` as the report row will hold them."""
    community = F(home) - F(home) % Value(COMMUNITY_SPAN)
    filled: QuerySet[Any] = subjects.order_by().annotate(
        community=community, cells=_cells(roster), marks=_flags(roster)
    )
    return filled.values_list("pk", "area_code", "community", "cells", "marks")


def insert_rows(roster: Roster, reports: Sequence[Report]) -> int:
    """Write the rows of these reports (all of one dispatch); rows that are there already stay. Returns how many."""
    low = min(report.area_code for report in reports)
    high = max(report.area_code for report in reports) + COMMUNITY_SPAN - 1
    report_ids = [report.pk for report in reports]
    written = 0
    for home in roster.homes:
        subjects = list_subjects(roster).filter(**{f"{home}__range": (low, high)})
        written += _insert(roster, select_prefilled(roster, subjects, home), report_ids)
    return written


def insert_subject(roster: Roster, report: Report, subject_id: int, reason: str) -> int:
    """Write the row of one more subject, whether or not it meets the form's condition."""
    subjects = model_of(roster.version.subject)._default_manager.filter(pk=subject_id, closed_on=None)
    chosen = select_prefilled(roster, subjects, RESIDENCE)
    return _insert(roster, chosen, [report.pk], anywhere=True, state=ReportRow.State.ADDED, reason=reason)


# Position follows the area and the order of registration, so that neighbours and households stay together. All that
# goes into a row goes in at once: an UPDATE afterwards would write every row twice, and on a table that grows by a
# chunk at a time the planner, without fresh statistics, would read all of it for each chunk.
_INSERT = """
INSERT INTO forms_engine_reportrow
    (district, report_id, subject_id, area_code, position, "values", flags, edits, comments, state, reason)
SELECT r.district, r.id, s.id,
       CASE WHEN s.area_code BETWEEN r.area_code AND r.area_code + {last} THEN s.area_code ELSE r.area_code END,
       {start} + row_number() OVER (PARTITION BY r.id ORDER BY s.area_code, s.id),
       coalesce(a.found, '{{}}') || jsonb_strip_nulls(s.cells),
       coalesce((SELECT jsonb_object_agg(k, 'confirm') FROM jsonb_object_keys(a.found) k), '{{}}')
           || jsonb_strip_nulls(s.flags) || coalesce(d.found, '{{}}'),
       '{{}}', '{{}}', %s, %s
FROM ({subjects}) s (id, area_code, community, cells, flags)
JOIN forms_engine_report r ON r.id = ANY(%s) AND {match}
LEFT JOIN ({differences}) d ON d.subject_id = s.id
LEFT JOIN ({answers}) a ON a.subject_id = s.id
ON CONFLICT (district, report_id, subject_id) DO NOTHING
"""
_LAST_POSITION = "(SELECT coalesce(max(position), 0) FROM forms_engine_reportrow o WHERE o.report_id = r.id)"
SORT_MEMORY = "64MB"  # a chunk is ordered in memory, not on disk


def _insert(
    roster: Roster,
    subjects: QuerySet[Any],
    report_ids: list[int],
    *,
    anywhere: bool = False,
    state: str = ReportRow.State.LISTED,
    reason: str = "",
) -> int:
    inner, params = subjects.query.sql_with_params()
    differences, about = select_differences(roster.dispatch, roster.columns)
    answers, asked = select_last_answers(roster.dispatch, roster.columns, report_ids)
    sql = _INSERT.format(
        last=COMMUNITY_SPAN - 1,
        subjects=inner,
        differences=differences,
        answers=answers,
        match="true" if anywhere else "r.area_code = s.community",
        start=_LAST_POSITION if anywhere else "0",
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{SORT_MEMORY}'")
        cursor.execute(sql, [state, reason, *params, report_ids, *about, *asked])
        return int(cursor.rowcount)


def _cells(roster: Roster) -> Expression:
    """JSON object of the canonical values, keyed by column letter. An item out of reach arrives empty."""
    return JSONObject(**{column.letter: value for column, _item, value in _reachable(roster)})


def _canonical(item: DataItem, roster: Roster) -> Sql:
    """The value as a worker's own answer would be stored: decimals as text without trailing zeros."""
    value = item_expression(item, roster.version.subject, on=roster.on)
    if item.type != ItemType.DECIMAL:
        return value
    return Cast(Func(value, function="trim_scale", output_field=DecimalField()), TextField())


def _flags(roster: Roster) -> Expression:
    """JSON object of "confirm" for values that are older than their item's recheck period."""
    return JSONObject(
        **{
            column.letter: _is_old(item, value, roster)
            for column, item, value in _reachable(roster)
            if item.recheck_days and is_stored(item)
        }
    )


def _reachable(roster: Roster) -> Iterator[tuple[FormColumn, DataItem, Sql]]:
    """Bound columns whose item can be seen from the form's subject, with its SQL."""
    for column in roster.columns:
        if column.item is not None:
            try:
                value = _canonical(column.item, roster)
            except NotReachable:
                continue
            yield column, column.item, value


def _is_old(item: DataItem, value: Sql, roster: Roster) -> Expression:
    oldest = (roster.on - timedelta(days=item.recheck_days or 0)).isoformat()
    stamps = KeyTransform(item.code, f"{path_to(item, roster.version.subject)}provenance")
    observed = KeyTextTransform("on", stamps)
    known = IsNull(value, rhs=False)
    old = Q(LessThan(observed, Value(oldest))) & Q(ExpressionWrapper(known, BooleanField()))
    return Case(When(old, then=Value("confirm")), default=None, output_field=CharField())
