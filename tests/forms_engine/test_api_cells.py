"""Saving, confirming, undoing and looking at cells over HTTP, through row-level security."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.scope import acting_as
from forms_engine.models import CellEdit, Report, ReportRow
from registry.models import Difference
from tests.doors import audited, sign_in, watching
from tests.factories import EAST

pytestmark = pytest.mark.django_db


def address(name, report, *more):
    return reverse(f"forms_engine:report_{name}", args=[report.pk, *more])


def post(client, name, report, body):
    return client.post(
        address(name, report), json.dumps(body), content_type="application/json", HTTP_ACCEPT="application/json"
    )


def edit(person, letter, raw, seen=0):
    return {"edits": [{"id": person.pk, "letter": letter, "raw": raw, "seen": seen}]}


def value(actor, report, person, letter):
    with acting_as(actor):
        return ReportRow.objects.get(report=report, subject_id=person.pk).values.get(letter)


def detail(client, report, person, letter):
    return client.get(address("cell", report, person.pk, letter), HTTP_ACCEPT="application/json").json()


def test_a_saved_cell_comes_back_as_it_is_kept(client, cast, report, roster):
    answer = post(sign_in(client, cast.worker), "cells", report, edit(roster["gap"], "H", "139 0000 2210")).json()
    assert answer["saved"] == [
        {"id": roster["gap"].pk, "letter": "H", "text": "13900002210", "state": "changed", "n": 1}
    ]
    assert answer["refused"] == answer["conflicts"] == []


def test_the_second_worker_on_a_cell_is_told_who_was_faster_and_nothing_is_overwritten(cast, report, roster):
    first, second = sign_in(Client(), cast.worker), sign_in(Client(), cast.colleague)
    post(first, "cells", report, edit(roster["gap"], "H", "13900002211"))
    answer = post(second, "cells", report, edit(roster["gap"], "H", "13900002212")).json()
    (clash,) = answer["conflicts"]
    assert (clash["text"], clash["n"], clash["by"], clash["mine"]) == ("13900002211", 1, "陈秀英", False)
    assert not answer["saved"]
    assert value(cast.worker, report, roster["gap"], "H") == "13900002211"


def test_a_request_sent_again_after_a_lost_answer_changes_nothing(client, cast, report, roster):
    sign_in(client, cast.worker)
    answers = [post(client, "cells", report, edit(roster["gap"], "H", "13900002213")).json() for _ in range(2)]
    assert answers[0] == answers[1]
    with acting_as(cast.worker):
        assert CellEdit.objects.count() == 1


def test_a_bad_value_carries_its_reason_without_the_value(client, cast, report, roster):
    answer = post(sign_in(client, cast.worker), "cells", report, edit(roster["gap"], "D", "310230194001010000")).json()
    (refused,) = answer["refused"]
    assert refused["message"]
    assert "310230194001010000" not in refused["message"]
    assert value(cast.worker, report, roster["gap"], "D") is None


def test_saving_writes_an_audit_line_without_personal_data(client, cast, report, roster):
    sign_in(client, cast.worker)
    with watching() as statements:
        post(client, "cells", report, edit(roster["gap"], "H", "13900002214"))
    assert audited(statements) == ["report.cells_saved"]
    assert not any("13900002214" in line for line in statements if "auditentry" in line)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"edits": []},
        {"edits": [{"id": "x", "letter": "H", "raw": ""}]},
        {"edits": [{"id": 1, "letter": "../", "raw": ""}]},
        {"edits": [{"id": 1, "letter": "H"}]},
        {"edits": [{"id": 1, "letter": "H", "raw": "长" * 2001}]},
        {"edits": [{"id": 1, "letter": "H", "raw": ""}] * 501},
        [],
    ],
)
def test_a_malformed_body_is_400(client, cast, report, body):
    answer = post(sign_in(client, cast.worker), "cells", report, body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"


def test_a_computed_column_and_a_foreign_row_are_refused_as_a_whole(client, cast, report, roster):
    sign_in(client, cast.worker)
    assert post(client, "cells", report, edit(roster["gap"], "E", "90")).status_code == 422
    assert post(client, "cells", report, edit(roster["west"], "H", "13900002215")).status_code == 404


def test_a_submitted_report_takes_no_more_edits(client, cast, report, roster):
    with acting_as(cast.worker):
        Report.objects.filter(pk=report.pk).update(state=Report.State.SUBMITTED)
    answer = post(sign_in(client, cast.worker), "cells", report, edit(roster["gap"], "H", "13900002216"))
    assert (answer.status_code, answer.json()["code"]) == (409, "report_closed")


def test_who_is_not_signed_in_gets_401_and_the_way_to_the_door(client, report, roster):
    answer = post(client, "cells", report, edit(roster["gap"], "H", ""))
    assert answer.status_code == 401
    assert answer.json()["login"].startswith(reverse("accounts:login"))


def test_a_post_without_the_token_is_403(cast, report, roster):
    careful = sign_in(Client(enforce_csrf_checks=True), cast.worker)
    assert post(careful, "cells", report, edit(roster["gap"], "H", "13900002217")).status_code == 403
    assert value(cast.worker, report, roster["gap"], "H") is None


def test_a_number_that_no_object_can_have_is_not_found(client, cast, report):
    sign_in(client, cast.worker)
    page = address("cell", report, 1, "H")
    for number in (10**18, 2**63, 10**30):
        assert client.get(page.replace("/cells/1/", f"/cells/{number}/")).status_code == 404


def test_anything_but_json_is_415(client, cast, report):
    sign_in(client, cast.worker)
    answer = client.post(address("cells", report), {"edits": "x"}, HTTP_ACCEPT="application/json")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_reviewer_reads_but_does_not_save(client, cast, report, roster):
    sign_in(client, cast.town)
    assert client.get(address("rows", report), HTTP_ACCEPT="application/json").status_code == 200
    assert post(client, "cells", report, edit(roster["gap"], "H", "13900002218")).status_code == 403


@pytest.fixture
def doubtful(cast, report, roster):
    """The phone of one person differs from what another source says."""
    with acting_as(cast.worker):
        rows = ReportRow.objects.filter(report=report, subject_id=roster["grid"].pk)
        rows.update(flags={"H": "conflict"})
        return Difference.objects.create(
            area_code=EAST,
            entity="person",
            subject_id=roster["grid"].pk,
            item_id="person.phone",
            offered="13500006602",
            source={"s": "department", "by": "区卫生健康委", "on": "2026-09-03"},
        )


def test_a_doubtful_value_can_be_confirmed(client, cast, report, roster, doubtful):
    body = {"cells": [{"id": roster["grid"].pk, "letter": "H"}]}
    (cell,) = post(sign_in(client, cast.worker), "confirm", report, body).json()
    assert (cell["state"], cell["text"]) == ("known", "13900002207")
    assert detail(client, report, roster["grid"], "H")["confirmed"]


def test_the_panel_tells_source_clue_and_history(client, cast, report, roster, doubtful):
    sign_in(client, cast.worker)
    post(client, "cells", report, edit(roster["grid"], "H", "13900002219"))
    found = detail(client, report, roster["grid"], "H")
    assert (found["item"], found["level"], found["at_dispatch"]) == ("联系方式", 3, "13900002207")
    assert [(clue["text"], clue["origin"]) for clue in found["offers"]] == [
        ("13500006602", "部门数据 · 区卫生健康委 · 2026-09-03")
    ]
    assert [(step["by"], step["before"], step["after"]) for step in found["history"]] == [
        ("陈秀英", "13900002207", "13900002219")
    ]


def test_a_clue_is_taken_over_on_the_server(client, cast, report, roster, doubtful):
    sign_in(client, cast.worker)
    body = {"id": roster["grid"].pk, "letter": "H", "seen": 0, "offer": doubtful.pk}
    answer = post(client, "adopt", report, body).json()
    assert answer["saved"][0]["text"] == "13500006602"
    assert post(client, "adopt", report, body | {"offer": doubtful.pk + 1}).status_code == 404


def test_undo_goes_back_to_the_value_at_dispatch(client, cast, report, roster):
    sign_in(client, cast.worker)
    post(client, "cells", report, edit(roster["grid"], "H", "13900002220"))
    body = {"id": roster["grid"].pk, "letter": "H", "seen": 1}
    assert post(client, "undo", report, body).json()["text"] == "13900002207"
    assert post(client, "undo", report, body).status_code == 409


def test_an_account_number_stays_masked_in_the_panel_and_its_history(client, cast, report, roster):
    sign_in(client, cast.worker)
    post(client, "cells", report, edit(roster["gap"], "K", "6222000000000004471"))
    found = detail(client, report, roster["gap"], "K")
    assert "6222000000" not in json.dumps(found)
    assert found["text"].endswith("4471")
    assert found["history"][0]["after"].endswith("4471")


def test_the_counts_follow(client, cast, report, roster):
    sign_in(client, cast.worker)
    before = client.get(address("summary", report), HTTP_ACCEPT="application/json").json()
    post(client, "cells", report, edit(roster["gap"], "H", "13900002221"))
    after = client.get(address("summary", report), HTTP_ACCEPT="application/json").json()
    assert (after["missing"], after["changed"]) == (before["missing"] - 1, before["changed"] + 1)
