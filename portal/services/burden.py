"""Keep the counts of the burden account (减负账): after a report changed hands, and of open ones every night.

No page and no worker waits for it: beat asks four times a minute which reports stand otherwise than they were counted.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.audit import record_system
from accounts.codes import HIGHEST_CODE, LOWEST_CODE, Level
from accounts.models import Area
from accounts.scope import limited_to, whole_tree
from forms_engine.models import FormVersion, Report
from forms_engine.selectors.effort import NAMES, Effort, measure_effort
from forms_engine.selectors.reports import HEAVY
from portal.models import ReportBurden

CHUNK = 10
"""Reports a call: about 33,000 rows, one to two seconds of one core. No more at a time, also where a form has just gone
to a whole district: nobody waits for the counts, everybody for the cores. What is left is found by the next call."""
OPEN = (Report.State.FILLING, Report.State.RETURNED)


def count_changed() -> int:
    """Count some of the reports that are new, or changed hands since they were counted. Returns how many.

    Safe to repeat; 0 when none is left.
    """
    with transaction.atomic(), limited_to((LOWEST_CODE, HIGHEST_CODE)):
        counted = count_reports(_list_stale()[:CHUNK])
    if counted:
        record_system("burden.counted", reports=counted)
    return counted


def count_open() -> int:
    """Count anew every report that is being filled in: typing changes no state. Returns how many. Safe to repeat."""
    counted = 0
    for area in Area.objects.filter(level=Level.DISTRICT).order_by("code"):
        with whole_tree(reason="每夜更新减负账"):
            keys = list(
                _list_counted().filter(area_code__range=area.range, state__in=OPEN).values_list("pk", flat=True)
            )
        for start in range(0, len(keys), CHUNK):
            with transaction.atomic(), limited_to(area.range):
                counted += count_reports(_list_counted().filter(pk__in=keys[start : start + CHUNK]))
    record_system("burden.counted", reports=counted)
    return counted


def count_reports(reports: Iterable[Report]) -> int:
    """Write the counts of these reports, in the scope of the running transaction. Returns how many."""
    by_version = sorted(reports, key=lambda report: (report.dispatch.version_id, report.pk))
    for _, group in groupby(by_version, key=lambda report: report.dispatch.version_id):
        _keep(list(group))
    return len(by_version)


def _list_counted() -> QuerySet[Report]:
    """Reports whose rows are all there."""
    found: QuerySet[Report] = Report.objects.exclude(state=Report.State.PREPARING)
    return found.select_related("dispatch__version").defer(*HEAVY).order_by("pk")


def _list_stale() -> QuerySet[Report]:
    same = ReportBurden.objects.filter(
        district=OuterRef("district"), report_id=OuterRef("pk"), version=OuterRef("version"), state=OuterRef("state")
    )
    return _list_counted().filter(~Exists(same))


# How the report came is counted once: an accepted answer becomes the village's own in the registry, and a form may be
# offered to be answered by data later.
_WRITE = f"""
INSERT INTO portal_reportburden
    (district, area_code, report_id, version, state, undisturbed, counted_at, {", ".join(NAMES)})
SELECT district, area_code, report_id, version, state, undisturbed, %s, {", ".join(NAMES)}
FROM jsonb_to_recordset(%s::jsonb) AS r(
    district int, area_code bigint, report_id bigint, version int, state text, undisturbed boolean,
    {", ".join(f"{name} int" for name in NAMES)})
ON CONFLICT (district, report_id) DO UPDATE SET
    version = EXCLUDED.version, state = EXCLUDED.state, counted_at = EXCLUDED.counted_at,
    returned = least(portal_reportburden.returned, EXCLUDED.known),
    {", ".join(f"{name} = EXCLUDED.{name}" for name in NAMES if name != "returned")}
"""  # noqa: S608 - names of our own columns


def _keep(reports: Sequence[Report]) -> None:
    """reports: of one version."""
    version = reports[0].dispatch.version
    efforts = measure_effort(version=version, report_ids=[report.pk for report in reports])
    rows = [
        {
            "district": report.district,
            "area_code": report.area_code,
            "report_id": report.pk,
            "version": report.version,
            "state": report.state,
            "undisturbed": version.answer_mode == FormVersion.AnswerMode.DATA,
            **asdict(efforts.get(report.pk, Effort())),
        }
        for report in reports
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [timezone.now(), json.dumps(rows)])
