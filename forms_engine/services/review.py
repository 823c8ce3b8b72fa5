"""Review (审核): the town returns single cells with a comment, or accepts; accepted answers are kept."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotAllowed
from accounts.rights import REVIEW_REPORTS, require
from forms_engine.models import Report
from forms_engine.services.keep import write_back
from forms_engine.services.push import push_accepted
from registry.changes import Outcome


@dataclass(frozen=True, slots=True)
class CellComment:
    """What a reviewer says about one cell."""

    subject_id: int
    letter: str
    text: str


class NotWaiting(Conflict):
    code = "not_waiting"
    default = "这张表不在待审核状态,可能别人已经处理。请刷新后再看。"


@transaction.atomic
def return_report(*, actor: Actor, report: Report, comments: Sequence[CellComment], note: str) -> Report:
    """Send the report back with comments on cells, a note, or both. Raises NotWaiting, NotAllowed (own report)."""
    report = _take(actor, report)
    comments = [comment for comment in comments if comment.text.strip()]
    if not comments and not note.strip():
        raise DomainError("请写明退回的原因:在格子上批注,或填写总的意见。", field="note")
    _write_comments(actor, report, comments)
    _decide(actor, report, Report.State.RETURNED, note)
    record(actor, "report.returned", report, cells=len(comments))
    return report


@transaction.atomic
def accept_report(*, actor: Actor, report: Report) -> Outcome:
    """Accept and keep the answers. Raises NotWaiting on a second accept, NotAllowed for one's own report."""
    accepted, outcome = _accept(actor, report)
    push_accepted([accepted])
    return outcome


@transaction.atomic
def accept_reports(*, actor: Actor, reports: Sequence[Report]) -> int:
    """Accept several, all or none. Returns how many."""
    accepted = [_accept(actor, report)[0] for report in sorted(reports, key=lambda report: report.pk)]
    push_accepted(accepted)
    return len(reports)


def _accept(actor: Actor, report: Report) -> tuple[Report, Outcome]:
    report = _take(actor, report)
    outcome = write_back(actor=actor, report=report)
    _decide(actor, report, Report.State.ACCEPTED, "")
    record(actor, "report.accepted", report, changed=outcome.changed, differences=outcome.differences)
    return report, outcome


def _take(actor: Actor, report: Report) -> Report:
    """The report, locked and waiting; never one that the reviewer submitted in another post."""
    require(actor, REVIEW_REPORTS, report.area_code)
    locked: Report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("dispatch__version__template", "submitted_by")
        .get(pk=report.pk)
    )
    if locked.state != Report.State.SUBMITTED:
        raise NotWaiting
    if locked.submitted_by is not None and locked.submitted_by.user_id == actor.user_id:
        raise NotAllowed("这张表是您自己提交的,请由其他审核人审核。")
    return locked


def _decide(actor: Actor, report: Report, state: str, note: str) -> None:
    report.state, report.review_note = state, note.strip()[:500]
    report.reviewed_by_id, report.reviewed_at = actor.post_id, timezone.now()
    report.version += 1
    report.save(update_fields=["state", "review_note", "reviewed_by", "reviewed_at", "version"])


_COMMENT = """
UPDATE forms_engine_reportrow w SET comments = w.comments || c.found
FROM (
    SELECT subject_id, jsonb_object_agg(letter, said) AS found
    FROM jsonb_to_recordset(%s::jsonb) AS r(subject_id bigint, letter text, said jsonb) GROUP BY subject_id
) c
WHERE w.district = %s AND w.report_id = %s AND w.subject_id = c.subject_id
"""


def _write_comments(actor: Actor, report: Report, comments: Sequence[CellComment]) -> None:
    if not comments:
        return
    at = timezone.now().isoformat(timespec="seconds")
    rows = [
        {
            "subject_id": comment.subject_id,
            "letter": comment.letter,
            "said": {"text": comment.text.strip()[:200], "by": actor.post_id, "at": at},
        }
        for comment in comments
    ]
    with connection.cursor() as cursor:
        cursor.execute(_COMMENT, [json.dumps(rows), report.district, report.pk])
        if cursor.rowcount != len({comment.subject_id for comment in comments}):
            raise DomainError("批注的行不在这张表中,请刷新页面后重新批注。")
