"""A report of another village does not exist, whatever address is tried."""

import json

import pytest
from django.urls import reverse

from forms_engine import urls
from forms_engine.models import CopyPack
from tests.doors import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.rls]
OF_A_REPORT = [
    pattern.name for pattern in urls.urlpatterns if "reports/<int:pk>/" in str(pattern.pattern) and pattern.name
]
OF_A_REVIEW = [pattern.name for pattern in urls.urlpatterns if "review/<int:pk>/" in str(pattern.pattern)]
BODIES = {
    "report_unmask": {"reason": "入户核实"},
    "report_cells": {"edits": [{"id": 1, "letter": "H", "raw": "x", "seen": 0}]},
    "report_confirm": {"cells": [{"id": 1, "letter": "H"}]},
    "report_undo": {"id": 1, "letter": "H", "seen": 1},
    "report_adopt": {"id": 1, "letter": "H", "seen": 1, "offer": 1},
}


def address(name, report, person):
    (pattern,) = [pattern for pattern in urls.urlpatterns if pattern.name == name]
    pack, _ = CopyPack.objects.get_or_create(
        version=report.dispatch.version, system="国家系统", lines=[{"letter": "H", "label": "电话"}]
    )
    given = {"pk": report.pk, "subject_id": person.pk, "letter": "H", "pack_pk": pack.pk}
    wanted = pattern.pattern.converters
    return reverse(f"forms_engine:{name}", kwargs={key: given[key] for key in wanted})


def tried(client, name, url):
    """Every way in: reading and writing. 405 tells nothing about the report."""
    yield client.get(url)
    if name in BODIES:
        yield client.post(url, json.dumps(BODIES[name]), content_type="application/json")
    else:
        yield client.post(url, {"reason": "试", "note": "试", "subject": "1"})


@pytest.mark.parametrize("name", OF_A_REPORT)
def test_a_worker_of_the_next_village_finds_nothing(client, cast, report, roster, name):
    sign_in(client, cast.neighbour)
    statuses = {answer.status_code for answer in tried(client, name, address(name, report, roster["gap"]))}
    assert 404 in statuses
    assert statuses <= {404, 405}


@pytest.mark.parametrize("name", OF_A_REVIEW)
def test_a_worker_may_not_review(client, cast, report, roster, name):
    sign_in(client, cast.worker)
    statuses = {answer.status_code for answer in tried(client, name, address(name, report, roster["gap"]))}
    assert statuses <= {403, 405}
    assert 403 in statuses


@pytest.mark.parametrize("name", OF_A_REPORT)
def test_an_administrator_without_a_scope_finds_nothing(client, cast, report, roster, name):
    sign_in(client, cast.system)
    statuses = {answer.status_code for answer in tried(client, name, address(name, report, roster["gap"]))}
    assert statuses <= {403, 404, 405}


def test_the_own_worker_opens_every_page(client, cast, report, roster):
    sign_in(client, cast.worker)
    for name in OF_A_REPORT:
        answer = client.get(address(name, report, roster["gap"]))
        assert answer.status_code in (200, 302, 405), name
