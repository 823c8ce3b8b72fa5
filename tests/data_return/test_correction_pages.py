"""The pages of corrections: marking with evidence, answering, seeing the answer; each masked and audited."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

from accounts.scope import acting_as
from accounts.sealing import open_sealed
from data_return.correction_rules import State
from data_return.models import Correction, Evidence, Grant, Verification
from data_return.selectors.marking import version_of
from registry.models import Person
from tests.data_return.marking import EVERYTHING, id_number_of, record_of
from tests.data_return.test_load_records import load
from tests.doors import audited, sign_in, watching
from tests.factories import EAST_GRID, make_id_number, make_person
from tests.registry.test_take_evidence import pdf, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast, items):
    with acting_as(cast.worker):
        return make_person(EAST_GRID, id_number=make_id_number(), name="逄阿妹", phone="13900000001")


@pytest.fixture
def record(cast, officers, dataset, person, grant_to):
    grant_to(cast.town, items=EVERYTHING)
    load(officers.disabled, dataset, [[id_number_of(person), "逄阿妹", "13900000002"]])
    return record_of(cast.worker)


def page(name, *args):
    return reverse(f"data_return:{name}", args=args)


def mark(client, record, item="", **given):
    address = page("record_mark", record.pk) + (f"?item={item}" if item else "")
    return client.post(address, {"version": version_of(record), **given})


def the_one(actor):
    with acting_as(actor):
        return Correction.objects.visible_to(actor).latest("pk")


def test_the_record_stands_beside_the_registry_and_what_differs_is_marked(client, cast, record, person):
    with watching() as statements:
        answer = sign_in(client, cast.worker).get(page("record_mark", record.pk))
    assert "grant.used" in audited(statements)
    lines = {line.item.code: line for line in answer.context["lines"]}
    assert (lines["person.phone"].text, lines["person.phone"].own) == ("13900000002", "13900000001")
    assert lines["person.phone"].differs
    assert not lines["person.name"].differs
    assert id_number_of(person) not in answer.content.decode()
    assert reverse("registry:person_detail", args=[person.pk]) in answer.content.decode()


def test_the_whole_way_through_pages(client, cast, officers, record):
    sign_in(client, cast.worker)
    files = [SimpleUploadedFile("证明.pdf", pdf()), SimpleUploadedFile("照片.jpg", photo())]
    answer = mark(client, record, "person.phone", value="13900000009", note="本人来电", evidence=files)
    correction = the_one(cast.worker)
    assert answer.url == page("correction_detail", correction.pk)
    sign_in(client, officers.disabled)
    text = client.get(page("correction_detail", correction.pk)).content.decode()
    assert "13900000009" in text
    assert "逄阿妹" in text
    assert id_number_of_record(record) not in text
    answer = client.post(page("correction_answer", correction.pk), {"seen": 1, "answer": "refuse", "note": ""})
    assert answer.status_code == 422
    answer = client.post(
        page("correction_answer", correction.pk), {"seen": 1, "answer": "refuse", "note": "与证件一致"}
    )
    assert answer.status_code == 302
    sign_in(client, cast.colleague)
    assert "部门答复了校核" in client.get("/").content.decode()
    assert "与证件一致" in client.get(page("correction_list")).content.decode()
    client.post(page("correction_object", correction.pk), {"seen": 2, "note": "当面核实过"})
    assert the_one(cast.worker).round == 2
    sign_in(client, officers.disabled)
    client.post(page("correction_answer", correction.pk), {"seen": 3, "answer": "accept"})
    sign_in(client, cast.worker)
    client.post(page("correction_acknowledge", correction.pk), {"seen": 4})
    assert the_one(cast.worker).state == State.CLOSED


def id_number_of_record(record):
    return open_sealed("person.id_number", record.values["person.id_number"])


def test_evidence_is_opened_by_village_and_department_only_and_leaves_a_line(client, cast, officers, record):
    sign_in(client, cast.worker)
    files = [SimpleUploadedFile("证明.pdf", pdf(2)), SimpleUploadedFile("照片.jpg", photo())]
    mark(client, record, finding="dead", note="", evidence=files)
    correction = the_one(cast.worker)
    with acting_as(cast.worker):
        kept = {one.kind: one.pk for one in Evidence.objects.visible_to(cast.worker)}
    for actor, status in {
        cast.worker: 200, officers.disabled: 200, cast.neighbour: 404, officers.civil: 404, cast.district: 403,
    }.items():  # fmt: skip
        sign_in(client, actor)
        with watching() as statements:
            document = client.get(page("correction_evidence", correction.pk, kept["pdf"]))
        assert document.status_code == status
        if status == 200:
            assert "correction.evidence_read" in audited(statements)
            assert document["Content-Disposition"].startswith("attachment")
            assert document["Content-Type"] == "application/pdf"
            picture = client.get(page("correction_evidence", correction.pk, kept["photo"]))
            assert picture["Content-Type"] == "image/jpeg"


def test_a_value_of_level_4_is_seen_in_full_by_the_department_after_a_second_factor(client, cast, officers, record):
    number = make_id_number()
    sign_in(client, cast.worker)
    mark(client, record, "person.id_number", value=number, note="户口簿")
    correction = the_one(cast.worker)
    detail, full = page("correction_detail", correction.pk), page("correction_full", correction.pk)
    assert number not in client.get(detail).content.decode()
    assert client.get(full).status_code == 403
    sign_in(client, officers.disabled)
    assert number not in client.get(detail).content.decode()
    with watching() as statements:
        answer = client.get(full)
    assert number in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "correction.read_in_full" in audited(statements)
    again = sign_in(Client(), officers.disabled, second_factor=False).get(full)
    assert again.url.startswith(reverse("accounts:second_factor"))


def test_the_registry_is_updated_where_the_box_is_ticked(client, cast, record, person):
    sign_in(client, cast.worker)
    mark(client, record, "person.phone", value="13900000008", note="", own="on")
    with acting_as(cast.worker):
        assert Person.objects.get(pk=person.pk).phone == "13900000008"


@pytest.mark.parametrize(
    ("item", "given", "field"),
    [
        ("person.phone", {"value": "139"}, "value"),
        ("person.phone", {"value": ""}, "value"),
        ("", {}, "finding"),
        ("", {"finding": "wrong"}, "note"),
    ],
)
def test_a_bad_mark_lands_on_its_field(client, cast, record, item, given, field):
    answer = mark(sign_in(client, cast.worker), record, item, note="", **given)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]


def test_a_file_that_is_none_lands_on_its_field(client, cast, record):
    file = SimpleUploadedFile("x.pdf", b"%PDF-1.4 nothing")
    answer = mark(sign_in(client, cast.worker), record, finding="dead", note="", evidence=file)
    assert answer.context["form"].errors["evidence"]


def test_stale_and_doubled_marks_are_told(client, cast, record):
    sign_in(client, cast.worker)
    stale = client.post(page("record_mark", record.pk), {"version": "0", "finding": "dead", "note": ""})
    assert stale.status_code == 409
    assert mark(client, record, finding="dead", note="").status_code == 302
    assert mark(sign_in(client, cast.colleague), record, finding="moved", note="").status_code == 409


def test_one_click_finds_right_and_says_so(client, cast, record):
    sign_in(client, cast.worker)
    back = page("record_mark", record.pk)
    chosen = [f"{record.pk}-{version_of(record)}", "x", "-", "99999999999999999999-0"]
    answer = client.post(page("record_right"), {"record": chosen, "next": back}, follow=True)
    assert "已核实 1 条属实" in answer.content.decode()
    assert "已核实属实" in answer.content.decode()
    with acting_as(cast.worker):
        assert Verification.objects.visible_to(cast.worker).count() == 1


def test_nobody_is_offered_to_answer_what_is_answered(client, cast, officers, record):
    sign_in(client, cast.worker)
    mark(client, record, finding="dead", note="病故")
    sign_in(client, officers.disabled)
    assert "采纳所选" in client.get(page("correction_list")).content.decode()
    client.post(page("correction_answer", the_one(cast.worker).pk), {"seen": 1, "answer": "accept"})
    text = client.get(page("correction_list")).content.decode()
    assert "逄阿妹" in text
    assert "采纳所选" not in text


def test_many_answers_are_taken_note_of_at_once_and_many_accepted(client, cast, officers, record):
    sign_in(client, cast.worker)
    mark(client, record, "person.phone", value="13900000009", note="")
    mark(client, record, "person.name", value="庞阿妹", note="")
    sign_in(client, officers.disabled)
    tokens = re.findall(r'name="correction" value="([\d-]+)"', client.get(page("correction_list")).content.decode())
    assert len(tokens) == 2
    answer = client.post(page("correction_accept_many"), {"correction": [*tokens, "1", "999999-1"]}, follow=True)
    assert "已采纳 2 件。另有 1 件" in answer.content.decode()
    sign_in(client, cast.worker)
    tokens = re.findall(r'name="correction" value="([\d-]+)"', client.get(page("correction_list")).content.decode())
    client.post(page("correction_acknowledge_many"), {"correction": tokens})
    with acting_as(cast.worker):
        assert set(Correction.objects.visible_to(cast.worker).values_list("state", flat=True)) == {State.CLOSED}


def test_overdue_is_shown_to_all_three_and_the_district_sees_counts_only(client, cast, officers, record):
    sign_in(client, cast.worker)
    mark(client, record, "person.phone", value="13900000009", note="本人来电")
    with acting_as(cast.worker):
        Correction.objects.visible_to(cast.worker).update(due_on=localdate() - timedelta(days=1))
    for actor in (cast.worker, officers.disabled):
        assert (
            "部门逾期未答复"
            in sign_in(client, actor).get(page("correction_list"), {"state": "overdue"}).content.decode()
        )
    text = sign_in(client, cast.district).get(page("correction_clocks")).content.decode()
    assert "区残联" in text
    for personal in ("逄", "13900000009", "本人来电", "陈秀英"):
        assert personal not in text
    assert "部门逾期未答复的校核" in client.get("/").content.decode()
    assert client.get(page("correction_list")).status_code == 403


def test_after_the_grant_the_answer_stays_and_the_name_goes(client, cast, officers, record, dataset):
    sign_in(client, cast.worker)
    mark(client, record, "person.phone", value="13900000009", note="")
    Grant.objects.update(revoked_at=now())
    text = client.get(page("correction_list")).content.decode()
    assert "逄" not in text
    assert "授权已结束" in text
    assert client.get(page("record_mark", record.pk)).status_code == 404


def test_the_list_costs_the_same_however_long(client, cast, officers, record):
    sign_in(client, cast.worker)
    mark(client, record, "person.phone", value="13900000009", note="")
    client.get(page("correction_list"))
    with watching() as one:
        client.get(page("correction_list"))
    mark(client, record, "person.name", value="庞阿妹", note="")
    mark(client, record, finding="moved", note="")
    client.get(page("correction_list"))
    with watching() as three:
        client.get(page("correction_list"))
    assert len(three) == len(one)
