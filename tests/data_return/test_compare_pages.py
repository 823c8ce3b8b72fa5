"""The lists of a comparison and their one-click actions, masked and audited, for the village that has the grant."""

import io
import re

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.scope import acting_as
from accounts.sealing import open_sealed
from data_return.comparing.reading import Asked, Kind, get_comparison, list_sides
from data_return.models import DatasetVersion, GrantUse, Verification
from data_return.selectors.marking import version_of
from registry.models import Person
from tests.data_return.test_compare import OLD
from tests.doors import audited, sign_in, watching

NUMBER = r"310230\d{11}[\dX]"
pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"data_return:{name}", args=args)


def opened(client, dataset, **asked):
    answer = client.get(page("dataset_compare", dataset.pk), asked)
    assert answer.status_code == 200
    return answer, answer.content.decode()


def side(actor, dataset, kind):
    with acting_as(actor):
        return list_sides(get_comparison(actor=actor, pk=dataset.pk), Asked(kind))[0]


def test_both_values_stand_side_by_side_and_the_reading_leaves_its_lines(client, cast, low_income, world):
    sign_in(client, cast.worker)
    with watching() as statements:
        answer, text = opened(client, low_income)
    assert answer.context["kind"] == Kind.DIFFERS
    assert "部门 13900000009,登记 13900000002" in text
    assert {"grant.used", "compare.read"} <= set(audited(statements))
    assert GrantUse.objects.filter(how="compare", rows=1).count() == 1
    assert not re.search(NUMBER, text)


def test_every_list_opens_and_shows_its_own(client, cast, low_income, world):
    DatasetVersion.objects.filter(dataset=low_income).update(covers=OLD)
    sign_in(client, cast.worker)
    shown = {kind: opened(client, low_income, kind=kind.value)[1] for kind in Kind}
    for kind, name in {
        Kind.DIFFERS: "异",
        Kind.LACKS: "缺",
        Kind.HERE: "外",
        Kind.THERE: "漏",
        Kind.SAME: "同",
    }.items():
        assert f">{name}<" in shown[kind], kind
        assert not any(f">{name}<" in text for other, text in shown.items() if other != kind), kind


def test_the_value_of_the_department_is_taken_over_in_one_click(client, cast, low_income, world):
    found = side(cast.worker, low_income, Kind.DIFFERS).record
    given = {"version": version_of(found), "item": "person.phone", "next": page("dataset_compare", low_income.pk)}
    with watching() as statements:
        answer = sign_in(client, cast.worker).post(page("record_adopt", found.pk), given)
    assert answer.url == given["next"]
    assert "record.adopted" in audited(statements)
    with acting_as(cast.worker):
        person = Person.objects.get(pk=world["异"].pk)
    assert person.phone == "13900000009"
    assert person.provenance["person.phone"] == {"s": "department", "by": "区残联", "on": "2026-11-01"}
    assert opened(client, low_income)[0].context["counts"].differs == 0


@pytest.mark.parametrize(
    ("given", "status"),
    [({"version": "0"}, 409), ({"item": "person.remark"}, 404), ({"item": "person.id_number"}, 422)],
)
def test_what_cannot_be_taken_over_is_refused(client, cast, low_income, world, given, status):
    found = side(cast.worker, low_income, Kind.DIFFERS).record
    sent = {"version": version_of(found), "item": "person.phone"} | given
    assert sign_in(client, cast.worker).post(page("record_adopt", found.pk), sent).status_code == status
    with acting_as(cast.worker):
        assert Person.objects.get(pk=world["异"].pk).phone == "13900000002"


def test_a_stranger_is_registered_from_the_record_without_showing_the_number(client, cast, low_income, world):
    found = side(cast.worker, low_income, Kind.HERE).record
    number = open_sealed("person.id_number", found.values["person.id_number"])
    address = f"{reverse('registry:person_add')}?from=record&key={found.pk}"
    sign_in(client, cast.worker)
    with watching() as statements:
        text = client.get(address).content.decode()
    assert "grant.used" in audited(statements)
    assert number not in text
    assert 'value="外"' in text
    assert 'value="13900000005"' in text
    assert "区残联的“低保名单”" in text
    given = {"person.name": "外", "person.phone": "13900000005", "area_code": cast.worker.area_code}
    answer = client.post(address, given | {"registered_area_code": cast.worker.area_code})
    assert answer.status_code == 302
    with acting_as(cast.worker):
        person = Person.objects.get(name="外")
    assert open_sealed("person.id_number", person.id_number_sealed) == number
    assert opened(client, low_income)[0].context["counts"].here == 0


def test_the_record_of_another_village_fills_in_nothing(client, cast, low_income, world):
    found = side(cast.worker, low_income, Kind.HERE).record
    address = f"{reverse('registry:person_add')}?from=record&key={found.pk}"
    assert sign_in(client, cast.neighbour).get(address).status_code == 404


def test_all_of_a_page_are_found_right_at_once(client, cast, low_income, world):
    sign_in(client, cast.worker)
    text = opened(client, low_income, kind="same")[1]
    tokens = re.findall(r'name="record" value="([\w-]+)" checked', text)
    assert len(tokens) == 2
    client.post(page("record_right"), {"record": tokens, "next": page("dataset_compare", low_income.pk)})
    with acting_as(cast.worker):
        assert Verification.objects.visible_to(cast.worker).count() == 2
    assert opened(client, low_income, kind="same", open_only="on")[0].context["rows"] == []


def test_the_list_goes_out_as_excel_masked_and_audited(client, cast, low_income, world):
    sign_in(client, cast.worker)
    with watching() as statements:
        answer = client.get(page("dataset_compare_export", low_income.pk), {"kind": "differs"})
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][0] == "异"
    assert "13900000009" in rows[1][2]
    assert not re.search(NUMBER, str(rows))
    assert "compare.exported" in audited(statements)


def test_without_a_grant_there_is_no_such_page(client, cast, low_income, world):
    assert sign_in(client, cast.district).get(page("dataset_compare", low_income.pk)).status_code == 404
    assert sign_in(client, cast.system).get(page("dataset_compare", low_income.pk)).status_code == 403


def test_a_town_looks_and_changes_nothing(client, cast, low_income, world):
    text = opened(sign_in(client, cast.town), low_income)[1]
    assert "部门 13900000009" in text
    assert "采用部门的值" not in text


def test_the_page_costs_the_same_however_long(client, cast, low_income, world):
    sign_in(client, cast.worker)
    opened(client, low_income, kind="here")
    with watching() as one:
        opened(client, low_income, kind="here")
    with watching() as two:
        opened(client, low_income, kind="same")
    assert abs(len(two) - len(one)) <= 2
