"""Keep (回写): accepted answers go back to the registry under their items, so that nobody asks twice."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, localtime

from accounts.actors import Actor
from accounts.audit import record
from accounts.rights import REVIEW_REPORTS
from forms_engine.models import FormColumn, Report
from forms_engine.selectors.reports import get_columns
from registry.catalogue import is_stored, model_of
from registry.changes import Outcome, Source, SourceKind, apply_query
from registry.expressions import NotReachable, path_to

IDENTITY = "person.id_number"

# Of several rows that tell about one household or dwelling, the one edited last speaks.
_EDITED = """
SELECT DISTINCT ON ({target}) {target} AS subject_id,
       jsonb_strip_nulls(jsonb_build_object({values})) AS vals,
       jsonb_strip_nulls(jsonb_build_object({marks})) AS marks
FROM forms_engine_reportrow w
{joins}
WHERE w.report_id = %s AND w.district = %s AND w.state <> 'removed' AND w.edits ?| %s AND {target} IS NOT NULL
ORDER BY {target}, (SELECT max(value->>'at') FROM jsonb_each(w.edits)) DESC
"""


def write_back(*, actor: Actor, report: Report) -> Outcome:
    """Write every typed or confirmed cell of the report to the registry, in one statement per kind of subject.

    A cleared cell clears nothing: not knowing is no answer. Raises NotAllowed without the right to accept.
    """
    total = Outcome(0, 0)
    for path, columns in _by_subject(report).items():
        for group in _apart(columns):
            outcome = _write(actor, report, path, group)
            total = Outcome(total.changed + outcome.changed, total.differences + outcome.differences)
    return total


def _by_subject(report: Report) -> dict[str, list[FormColumn]]:
    """Columns that can be kept, by the relation from the row's subject to the row that stores them."""
    version, found = report.dispatch.version, defaultdict(list)
    for column in get_columns(version):
        if column.item is not None and is_stored(column.item):
            try:
                found[path_to(column.item, version.subject)].append(column)
            except NotReachable:
                continue
    return found


def _apart(columns: list[FormColumn]) -> list[list[FormColumn]]:
    """The identity number on its own: one that exists elsewhere must not hold up the other answers."""
    plain = [column for column in columns if column.item_id != IDENTITY]
    identity = [column for column in columns if column.item_id == IDENTITY]
    return [group for group in (plain, identity) if group]


def _write(actor: Actor, report: Report, path: str, columns: Sequence[FormColumn]) -> Outcome:
    letters = [column.letter for column in columns]
    sql = _EDITED.format(**_parts(report, path, columns))
    entity = columns[0].item.entity  # type: ignore[union-attr]
    items = [str(column.item_id) for column in columns]
    try:
        with transaction.atomic():
            return apply_query(
                actor=actor,
                entity=entity,
                rows=sql,
                params=[report.pk, report.district, letters],
                items=items,
                source=_source(report),
                right=REVIEW_REPORTS,
            )
    except IntegrityError:
        if items != [IDENTITY]:
            raise
        record(actor, "report.identity_not_kept", report, result="refused")
        return Outcome(0, 0)


def _parts(report: Report, path: str, columns: Sequence[FormColumn]) -> dict[str, str]:
    """Letters and item codes come from the form's columns, never from a user's text."""
    edited = [(str(column.item_id), column.letter) for column in columns]
    values = ", ".join(f"'{item}', CASE WHEN {_told(at)} THEN w.values->'{at}' END" for item, at in edited)
    marks = ", ".join(f"'{item}', w.edits->'{at}'->>'ix'" for item, at in edited)
    if not path:
        return {"target": "w.subject_id", "values": values, "marks": marks, "joins": ""}
    table = model_of(report.dispatch.version.subject)._meta.db_table
    joins = f"JOIN {table} s ON s.id = w.subject_id"
    return {"target": f"s.{path.removesuffix('__')}_id", "values": values, "marks": marks, "joins": joins}


def _told(letter: str) -> str:
    """SQL predicate: a worker typed or confirmed the cell, and did not take it back."""
    return f"w.edits ? '{letter}' AND NOT w.edits->'{letter}' ? 'undone'"


def _source(report: Report) -> Source:
    dispatch = report.dispatch
    day = localtime(report.submitted_at).date() if report.submitted_at else localdate()
    name = f"{dispatch.version.template.name} {dispatch.period}"
    return Source(kind=SourceKind.REPORT, by=name, on=day, report_id=report.pk)
