"""Prefill (预填): a form's bound columns compiled to one SQL statement per chunk of communities.

The rows are written as they are selected: key, scope and values come from the SELECT, nothing passes through Python.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
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
    JSONField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, JSONObject
from django.db.models.lookups import Exact, IsNull, LessThan

from accounts.actors import Actor
from accounts.codes import SPAN, Level
from data_return.filling import Filling, find_filling
from data_return.leaf import WORD, usable_codes
from forms_engine.models import Dispatch, FormColumn, FormVersion, Report, ReportRow
from forms_engine.selectors.reports import get_columns
from forms_engine.services.clues import select_differences, select_last_answers
from forms_engine.services.returned import Returned, compile_returned
from registry.catalogue import Catalogue, get_catalogue, is_stored, model_of
from registry.changes import SourceKind
from registry.conditions import Granted, codes_in, compile_condition
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
    """What a dispatch asks for, ready to be compiled: subjects, columns, reporting date.

    filling: returned data that may fill it beside the registry.
    """

    dispatch: Dispatch
    columns: Sequence[FormColumn]
    catalogue: Catalogue
    filling: Filling | None = None

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

    @property
    def chosen_by(self) -> set[int]:
        """Keys of returned datasets in the condition."""
        codes = {code.partition(":")[0] for code in codes_in(self.version.condition, WORD)}
        return {int(code) for code in codes if code.isdigit()}

    @property
    def granted(self) -> Granted:
        """What of returned data may choose people: the department was granted it, and so was who is filled in for."""
        if not self.chosen_by or self.filling is None:
            return {}
        usable = usable_codes(self.version.template.department_id)
        return {code: self.filling.reaching(code) for code in usable}


def get_roster(dispatch: Dispatch, *, actor: Actor | None = None) -> Roster:
    """actor: who fills it in; without one the registry alone does. Needs `version` joined."""
    filling = _filling(dispatch.version, actor) if actor is not None else None
    return Roster(dispatch, get_columns(dispatch.version), get_catalogue(), filling)


def _filling(version: FormVersion, actor: Actor) -> Filling | None:
    by_villages = version.answer_mode == FormVersion.AnswerMode.FILL
    department_id, subject = version.template.department_id, version.subject
    return find_filling(actor=actor, department_id=department_id, by_villages=by_villages, subject=subject)


def list_subjects(roster: Roster) -> QuerySet[Any]:
    """Everybody the form asks about, in the whole scope: living, not closed, meeting the condition."""
    version = roster.version
    found = model_of(version.subject)._default_manager.filter(closed_on=None)
    if version.subject == Entity.PERSON:
        found = found.filter(death_date=None)
    condition = compile_condition(
        version.condition, version.subject, roster.catalogue, on=roster.on, granted=roster.granted
    )
    return found.filter(condition)


def select_prefilled(roster: Roster, subjects: QuerySet[Any], home: str) -> QuerySet[Any]:
    """Subjects with `community`, `cells` and `flags` as the report row will hold them, and `stamps`."""
    community = F(home) - F(home) % Value(COMMUNITY_SPAN)
    filled: QuerySet[Any] = subjects.order_by().annotate(
        community=community, cells=_cells(roster), marks=_flags(roster), stamps=_stamps(roster)
    )
    return filled.values_list("pk", "area_code", "community", "cells", "marks", "stamps")


def insert_rows(roster: Roster, reports: Sequence[Report]) -> int:
    """Write the rows of these reports (all of one dispatch); rows that are there already stay. Returns how many."""
    low, high = _span(reports)
    written = 0
    for home in roster.homes:
        subjects = list_subjects(roster).filter(**{f"{home}__range": (low, high)})
        if roster.chosen_by and home == REGISTRATION:
            # A village reads records of who lives in it: those who only are registered there it must not tell by.
            first = F(home) - F(home) % Value(COMMUNITY_SPAN)
            subjects = subjects.filter(area_code__gte=first, area_code__lt=first + Value(COMMUNITY_SPAN))
        written += _insert(roster, select_prefilled(roster, subjects, home), reports)
    if roster.filling and roster.chosen_by and written:
        roster.filling.note_condition(roster.chosen_by, (low, high), written)
    return written


def insert_subject(roster: Roster, report: Report, subject_id: int, reason: str) -> int:
    """Write the row of one more subject, whether or not it meets the form's condition."""
    subjects = model_of(roster.version.subject)._default_manager.filter(pk=subject_id, closed_on=None)
    chosen = select_prefilled(roster, subjects, RESIDENCE)
    return _insert(roster, chosen, [report], anywhere=True, state=ReportRow.State.ADDED, reason=reason)


# Position follows the area and the order of registration, so that neighbours and households stay together. All that
# goes into a row goes in at once: an UPDATE afterwards would write every row twice, and on a table that grows by a
# chunk at a time the planner, without fresh statistics, would read all of it for each chunk.
_INSERT = """
WITH written AS (
    INSERT INTO forms_engine_reportrow
        (district, report_id, subject_id, area_code, position, "values", flags, origins, edits, comments, state, reason)
    SELECT r.district, r.id, s.id,
           CASE WHEN s.area_code BETWEEN r.area_code AND r.area_code + {last} THEN s.area_code ELSE r.area_code END,
           {start} + row_number() OVER (PARTITION BY r.id ORDER BY s.area_code, s.id),
           coalesce(a.found, '{{}}') || jsonb_strip_nulls({cells}),
           coalesce((SELECT jsonb_object_agg(k, 'confirm') FROM jsonb_object_keys(a.found) k), '{{}}')
               || jsonb_strip_nulls({flags}) || coalesce(d.found, '{{}}'),
           {origins}, '{{}}', '{{}}', %s, %s
    FROM ({subjects} {apart}) s (id, area_code, community, cells, flags, stamps)
    JOIN forms_engine_report r ON r.id = ANY(%s) AND {match}
    {joins}
    LEFT JOIN ({differences}) d ON d.subject_id = s.id
    LEFT JOIN ({answers}) a ON a.subject_id = s.id
    ON CONFLICT (district, report_id, subject_id) DO NOTHING
    RETURNING {returning}
)
{counted}
"""
_PLAIN = {"cells": "s.cells", "flags": "s.flags", "origins": "'{}'", "joins": "", "returning": "1", "apart": ""}
_COUNT = "SELECT NULL, NULL, count(*) FROM written"
_COUNT_USED = """
SELECT NULL, NULL, count(*) FROM written
UNION ALL
SELECT (o.value->>0)::bigint, w.report_id, count(DISTINCT w.subject_id)
FROM written w CROSS JOIN LATERAL jsonb_each(w.origins) o GROUP BY 1, 2
"""
_LAST_POSITION = "(SELECT coalesce(max(position), 0) FROM forms_engine_reportrow o WHERE o.report_id = r.id)"
SORT_MEMORY = "64MB"  # a chunk is ordered in memory, not on disk


def _span(reports: Sequence[Report]) -> tuple[int, int]:
    codes = [report.area_code for report in reports]
    return min(codes), max(codes) + COMMUNITY_SPAN - 1


def _insert(
    roster: Roster,
    subjects: QuerySet[Any],
    reports: Sequence[Report],
    *,
    anywhere: bool = False,
    state: str = ReportRow.State.LISTED,
    reason: str = "",
) -> int:
    inner, params = subjects.query.sql_with_params()
    report_ids = [report.pk for report in reports]
    differences, about = select_differences(roster.dispatch, roster.columns)
    answers, asked = select_last_answers(roster.dispatch, roster.columns, report_ids)
    returned = _returned(roster, reports)
    sql = _INSERT.format(
        last=COMMUNITY_SPAN - 1,
        subjects=inner,
        differences=differences,
        answers=answers,
        match="true" if anywhere else "r.area_code = s.community",
        start=_LAST_POSITION if anywhere else "0",
        counted=_COUNT_USED if returned else _COUNT,
        **(_from_returned(returned, roster) if returned else _PLAIN),
    )
    reads = returned or roster.chosen_by
    with roster.filling.told() if roster.filling and reads else nullcontext(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{SORT_MEMORY}'")
        cursor.execute(sql, [state, reason, *params, report_ids, *about, *asked])
        counts = cursor.fetchall()
    if roster.filling and returned:
        areas = {report.pk: report.area_code for report in reports}
        roster.filling.note(Counter({(dataset, areas[pk]): n for dataset, pk, n in counts if dataset is not None}))
    return int(next(n for dataset, _, n in counts if dataset is None))


def _returned(roster: Roster, reports: Sequence[Report]) -> Returned | None:
    if roster.filling is None:
        return None
    return compile_returned(roster.filling, roster.columns, *_span(reports), COMMUNITY_SPAN)


def _from_returned(returned: Returned, roster: Roster) -> dict[str, str]:
    return {
        "cells": returned.cells,
        "flags": returned.flags(roster.on),
        "origins": returned.origins,
        "joins": returned.joins,
        "apart": "OFFSET 0",  # else each use of `s.cells` would make the whole object anew
        "returning": "report_id, subject_id, origins",
    }


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


def _stamps(roster: Roster) -> Expression:
    """JSON object of the days of values that a department brought into the registry, where others may bring newer."""
    if roster.filling is None:
        return Value("{}", output_field=JSONField())
    bound = [
        (column, column.item) for column in roster.columns if column.item and column.item.code in roster.filling.items
    ]
    return JSONObject(**{column.letter: _day_of_department(item) for column, item in bound})


def _day_of_department(item: DataItem) -> Expression:
    stamp = KeyTransform(item.code, "provenance")
    of_department = Exact(KeyTextTransform("s", stamp), Value(SourceKind.DEPARTMENT.value))
    return Case(When(of_department, then=KeyTextTransform("on", stamp)), default=None, output_field=CharField())


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
