"""What else is known of the subjects of a roster: open differences, and the last period's answers to new asks.

Each is a subquery of (subject_id, found jsonb) keyed by column letter, joined to the prefilling statement.
"""

import json
from collections.abc import Sequence
from typing import Any

from forms_engine.models import Dispatch, FormColumn

Sub = tuple[str, list[Any]]

_DIFFERENCES = """
SELECT d.subject_id, jsonb_object_agg(c.letter, 'conflict') AS found
FROM registry_difference d
JOIN jsonb_to_recordset(%s::jsonb) AS c(item text, letter text) ON c.item = d.item_id
WHERE d.entity = %s AND d.state = 'open'
GROUP BY d.subject_id
"""
_ANSWERS = """
SELECT DISTINCT ON (o.subject_id) o.subject_id,
       (SELECT jsonb_object_agg(key, value) FROM jsonb_each(o.values) WHERE key = ANY(%s)) AS found
FROM forms_engine_reportrow o
JOIN forms_engine_report r ON r.district = o.district AND r.id = o.report_id AND r.state = 'accepted'
JOIN forms_engine_dispatch d ON d.id = r.dispatch_id
WHERE d.version_id = %s AND d.id <> %s AND o.state <> 'removed' AND o.values ?| %s
  AND o.report_id IN (
      SELECT e.id FROM forms_engine_report e
      WHERE e.area_code IN (SELECT n.area_code FROM forms_engine_report n WHERE n.id = ANY(%s)))
ORDER BY o.subject_id, d.reporting_date DESC
"""
_NOTHING = "SELECT NULL::bigint AS subject_id, NULL::jsonb AS found WHERE false"


def select_differences(dispatch: Dispatch, columns: Sequence[FormColumn]) -> Sub:
    """Cells whose item has an open difference: letter -> "conflict"."""
    bound = [{"item": column.item_id, "letter": column.letter} for column in columns if column.item_id]
    return _DIFFERENCES, [json.dumps(bound), dispatch.version.subject]


def select_last_answers(dispatch: Dispatch, columns: Sequence[FormColumn], report_ids: list[int]) -> Sub:
    """Answers to new asks are kept with the form: those of the last accepted period of the same communities."""
    asked = [column.letter for column in columns if column.kind == FormColumn.Kind.NEW_ASK]
    if not asked or not dispatch.version.dispatches.exclude(pk=dispatch.pk).exists():
        return _NOTHING, []
    return _ANSWERS, [asked, dispatch.version_id, dispatch.pk, asked, report_ids]
