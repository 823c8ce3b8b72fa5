"""Counts of a report are what counting its cells one by one gives."""

import random

import pytest

from accounts.jobs import run_job
from accounts.scope import acting_as
from forms_engine.models import ReportRow
from forms_engine.selectors.reports import Summary, list_reports, summarize
from tests.factories import EAST, make_form, make_person, send_form

pytestmark = pytest.mark.django_db
LETTERS = [chr(place) for place in range(ord("B"), ord("Z") + 1)]
FEW, HALF, MOST, ALL = LETTERS[:2], LETTERS[:13], LETTERS[:-2], LETTERS


def filled(chance, letters, content):
    return {letter: content(chance) for letter in letters if chance.random() < 0.5}


def edit(chance):
    return {"n": 1} | ({"ok": True} if chance.random() < 0.5 else {})


def comment(chance):
    return {"text": "请核对"} | ({"done": True} if chance.random() < 0.5 else {})


def counted(rows, required):
    return Summary(
        rows=len(rows),
        needed=len(rows) * len(required),
        missing=sum(letter not in row.values for row in rows for letter in required),
        confirm=sum(flag == "confirm" for row in rows for flag in row.flags.values()),
        conflict=sum(flag == "conflict" for row in rows for flag in row.flags.values()),
        changed=sum("ok" not in edit for row in rows for edit in row.edits.values()),
        returned=sum("done" not in comment for row in rows for comment in row.comments.values()),
    )


@pytest.mark.parametrize("required", [[], FEW, HALF, MOST, ALL], ids=["none", "few", "half", "most", "all"])
def test_counts_of_a_report_are_those_of_its_cells(cast, items, required):
    chance = random.Random(len(required))
    form = make_form(cast.department, {letter: f"问题 {letter}" for letter in LETTERS})
    form.columns.exclude(letter__in=required).update(required=False)
    with acting_as(cast.town):
        for _ in range(12):
            make_person(EAST)
    run_job(send_form(cast.department, form, EAST).job_id)
    with acting_as(cast.worker):
        rows = list(ReportRow.objects.order_by("position"))
        for row in rows[1:]:
            row.values = filled(chance, LETTERS, lambda chance: "1")
            row.flags = filled(chance, LETTERS, lambda chance: chance.choice(["confirm", "conflict"]))
            row.edits = filled(chance, LETTERS, edit)
            row.comments = filled(chance, LETTERS, comment)
            row.save()
        (report,) = list_reports(actor=cast.worker)
        assert summarize([report]) == {report.pk: counted(rows, required)}


def test_removed_rows_count_for_nothing(cast, report):
    with acting_as(cast.worker):
        (report,) = list_reports(actor=cast.worker)
        before = summarize([report])[report.pk]
        ReportRow.objects.filter(report=report, position=1).update(state=ReportRow.State.REMOVED)
        assert summarize([report])[report.pk].rows == before.rows - 1
