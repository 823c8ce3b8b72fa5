"""Adding a resident, and the number that is taken already."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.scope import acting_as
from registry.models import Person, RefusedRegistration
from registry.services.people import TRIES_PER_HOUR, add_person
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, EAST_GRID, WEST, make_id_number, make_person
from tests.registry.conftest import GUILAN_NUMBER

pytestmark = pytest.mark.django_db
ADD = "registry:person_add"


def answers(**changed):
    given = {"area_code": str(EAST_GRID), "registered_area_code": str(EAST), "person.name": "施新来"}
    return given | {f"person.{key}": value for key, value in changed.items() if key[0] != "_"}


def add(client, **changed):
    return client.post(reverse(ADD), answers(**changed))


def added(cast, name="施新来"):
    with acting_as(cast.town):
        return Person.objects.filter(name=name).first()


def test_a_new_resident_is_kept_with_number_pinyin_and_source(cast, worker_client, village):
    number = make_id_number(date(1950, 3, 1))
    with watching() as statements:
        answer = add(worker_client, id_number=number, phone="13900000009", ethnicity="汉族")
    person = added(cast)
    assert answer["Location"] == reverse("registry:person_detail", args=[person.pk])
    assert (person.initials, person.ethnicity, person.birth_date) == ("sxl", "01", date(1950, 3, 1))
    assert person.area_code == EAST_GRID
    assert number not in person.id_number_sealed
    assert person.provenance["person.phone"]["by"] == "东村 陈秀英"
    assert "person.added" in audited(statements)


def test_birth_date_and_sex_follow_the_number(cast, worker_client, village):
    answer = add(worker_client, id_number=make_id_number(date(1950, 3, 1)), birth_date="1951-03-01")
    assert answer.status_code == 422
    assert "出生日期与身份证号码不符" in answer.content.decode()
    assert added(cast) is None


@pytest.mark.parametrize("field", ["name", "id_number", "phone", "birth_date"])
def test_a_wrong_value_is_told_at_its_field_and_nothing_is_kept(cast, worker_client, village, field):
    answer = add(worker_client, **({"name": ""} if field == "name" else {field: "不对"}))
    assert answer.status_code == 422
    assert f"person.{field}" in answer.context["form"].errors
    assert added(cast) is None


def test_a_taken_number_answers_alike_in_sight_and_out_of_sight(cast, client, village):
    with acting_as(cast.town):
        hidden = make_id_number()
        make_person(WEST, name="别村人", id_number=hidden)
    sign_in(client, cast.worker)
    texts = []
    for number in (GUILAN_NUMBER, hidden):
        answer = client.post(reverse(ADD), answers(id_number=number))
        assert answer.status_code == 422
        texts.append(answer.context["form"].errors["person.id_number"])
    assert texts[0] == texts[1]
    assert "已有登记" in texts[0][0]
    assert "别村人" not in answer.content.decode()
    assert added(cast) is None


def test_every_taken_number_is_counted_and_audited(cast, worker_client, village):
    with watching() as statements:
        add(worker_client, id_number=GUILAN_NUMBER)
    assert "person.number_refused" in audited(statements)
    assert RefusedRegistration.objects.filter(post_id=cast.worker.post_id).count() == 1


def test_feeling_around_for_numbers_is_stopped_within_the_hour(cast, worker_client, village):
    for _ in range(TRIES_PER_HOUR):
        add(worker_client, id_number=GUILAN_NUMBER)
    answer = add(worker_client, id_number=make_id_number())
    assert answer.status_code == 422
    assert "已暂停新增" in answer.content.decode()
    assert added(cast) is None


def test_nobody_is_put_into_the_next_village(cast, worker_client, village):
    answer = worker_client.post(reverse(ADD), answers() | {"area_code": str(WEST)})
    assert answer.status_code == 422
    assert added(cast) is None


def test_the_service_refuses_the_next_village_too(cast, village):
    from accounts.errors import NotFound

    with pytest.raises(NotFound), acting_as(cast.worker):
        add_person(
            actor=cast.worker,
            area_code=WEST,
            registered_area_code=0,
            values={"person.name": "某"},
            on=date(2026, 11, 22),
        )


def test_the_town_reads_but_does_not_add(client, cast, village):
    assert sign_in(client, cast.town).get(reverse(ADD)).status_code == 403
