"""Prefill (预填): a form's bound columns compiled to one SQL statement per chunk of communities.

The rows are written as they are selected: key, scope and values come from the SELECT, nothing passes through Python.
"""

import json
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
    written = 0
    for home in roster.homes:
        subjects = list_subjects(roster).filter(**{f"{home}__range": (low, high)})
        written += _insert(select_prefilled(roster, subjects, home), [report.pk for report in reports])
    ids = [report.pk for report in reports]
    _flag_differences(roster, ids)
    _carry_over(roster, ids)
    return written


def insert_subject(roster: Roster, report: Report, subject_id: int, reason: str) -> int:
    """Write the row of one more subject, whether or not it meets the form's condition."""
    subjects = model_of(roster.version.subject)._default_manager.filter(pk=subject_id, closed_on=None)
    chosen = select_prefilled(roster, subjects, RESIDENCE)
    return _insert(chosen, [report.pk], anywhere=True, state=ReportRow.State.ADDED, reason=reason)


# Position follows the area and the order of registration, so that neighbours and households stay together.
_INSERT = """
INSERT INTO forms_engine_reportrow
    (district, report_id, subject_id, area_code, position, "values", flags, edits, comments, state, reason)
SELECT r.district, r.id, s.id,
       CASE WHEN s.area_code BETWEEN r.area_code AND r.area_code + {last} THEN s.area_code ELSE r.area_code END,
       {start} + row_number() OVER (PARTITION BY r.id ORDER BY s.area_code, s.id),
       jsonb_strip_nulls(s.cells), jsonb_strip_nulls(s.flags), '{{}}', '{{}}', %s, %s
FROM ({subjects}) s (id, area_code, community, cells, flags)
JOIN forms_engine_report r ON r.id = ANY(%s) AND {match}
ON CONFLICT (district, report_id, subject_id) DO NOTHING
"""
_LAST_POSITION = "(SELECT coalesce(max(position), 0) FROM forms_engine_reportrow o WHERE o.report_id = r.id)"


def _insert(
    subjects: QuerySet[Any],
    report_ids: list[int],
    *,
    anywhere: bool = False,
    state: str = ReportRow.State.LISTED,
    reason: str = "",
) -> int:
    inner, params = subjects.query.sql_with_params()
    sql = _INSERT.format(
        last=COMMUNITY_SPAN - 1,
        subjects=inner,
        match="true" if anywhere else "r.area_code = s.community",
        start=_LAST_POSITION if anywhere else "0",
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [state, reason, *params, report_ids])
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


_FLAG_DIFFERENCES = """
UPDATE forms_engine_reportrow w SET flags = w.flags || d.found
FROM (
    SELECT d.subject_id, jsonb_object_agg(c.letter, 'conflict') AS found
    FROM registry_difference d
    JOIN jsonb_to_recordset(%s::jsonb) AS c(item text, letter text) ON c.item = d.item_id
    WHERE d.entity = %s AND d.state = 'open'
    GROUP BY d.subject_id
) d
WHERE w.report_id = ANY(%s) AND w.subject_id = d.subject_id
"""


def _flag_differences(roster: Roster, report_ids: list[int]) -> None:
    """Mark cells whose item has an open difference."""
    bound = [{"item": column.item_id, "letter": column.letter} for column in roster.columns if column.item_id]
    with connection.cursor() as cursor:
        cursor.execute(_FLAG_DIFFERENCES, [json.dumps(bound), roster.version.subject, report_ids])


_CARRY_OVER = """
UPDATE forms_engine_reportrow w
SET "values" = p.found || w.values,
    flags = w.flags || (SELECT jsonb_object_agg(k, 'confirm') FROM jsonb_object_keys(p.found) k)
FROM (
    SELECT DISTINCT ON (o.subject_id) o.subject_id,
           (SELECT jsonb_object_agg(key, value) FROM jsonb_each(o.values) WHERE key = ANY(%s)) AS found
    FROM forms_engine_reportrow o
    JOIN forms_engine_report r ON r.id = o.report_id AND r.state = 'accepted'
    JOIN forms_engine_dispatch d ON d.id = r.dispatch_id
    WHERE d.version_id = %s AND d.id <> %s AND o.state <> 'removed' AND o.values ?| %s
    ORDER BY o.subject_id, d.reporting_date DESC
) p
WHERE w.report_id = ANY(%s) AND w.subject_id = p.subject_id AND p.found IS NOT NULL
"""


def _carry_over(roster: Roster, report_ids: list[int]) -> None:
    """Answers to new asks are kept with the form: the last accepted period's arrive again, to be confirmed."""
    asked = [column.letter for column in roster.columns if column.kind == FormColumn.Kind.NEW_ASK]
    earlier = roster.version.dispatches.exclude(pk=roster.dispatch.pk)
    if not asked or not earlier.exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(_CARRY_OVER, [asked, roster.version.pk, roster.dispatch.pk, asked, report_ids])
