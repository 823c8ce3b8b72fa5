"""Why do I (not) see this: answered in words, and never about what the post could not see anyway."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.scope import acting_as
from data_return.models import Grant, GrantUse, ReturnedRecord
from data_return.services.granting import revoke_grant
from registry.catalogue import get_catalogue
from registry.masking import show
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, WEST, ask_for_grant, make_dataset, make_id_number, make_person, make_record
from tests.matrix.cells import _VOLATILE

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast, officers, dataset):
    """Of 东村, with a record of 区残联 without a telephone."""
    with acting_as(cast.worker):
        person = make_person(EAST, name="逄阿妹", id_number=make_id_number())
    make_record(officers.disabled, dataset, EAST, person=person, name="逄阿妹子", id_number=make_id_number())
    return person


def of_person(client, actor, person) -> str:
    return sign_in(client, actor).get(reverse("data_return:why_person", args=[person.pk])).content.decode()


def of_dataset(client, actor, dataset) -> str:
    return sign_in(client, actor).get(reverse("data_return:dataset_why", args=[dataset.pk])).content.decode()


def asked(client, actor, name, entity="person"):
    return sign_in(client, actor).post(reverse("data_return:why_find"), {"entity": entity, "name": name})


def test_a_grant_that_opens_it_is_named_with_purpose_and_end(client, cast, dataset, grant_to):
    grant = grant_to(cast.town)
    text = of_dataset(client, cast.worker, dataset)
    assert "看得到,因为有授权:城桥镇用于走访残疾人" in text
    assert f"{grant.until:%Y-%m-%d}" in text
    assert "您现在的岗位是“东村 · 社区工作者”,范围是东村" in text


def test_without_a_grant_the_way_to_ask_is_shown(client, cast, dataset):
    text = of_dataset(client, cast.worker, dataset)
    assert "本单位没有这个数据集的授权" in text
    assert reverse("data_return:grant_new", args=[dataset.pk]) in text


def test_a_request_under_way_is_shown_instead_of_the_way_to_ask(client, cast, dataset):
    request = ask_for_grant(cast.worker, dataset)
    text = of_dataset(client, cast.worker, dataset)
    assert "本单位的申请正在审核" in text
    assert reverse("data_return:request_detail", args=[request.pk]) in text


def test_who_cannot_ask_is_told_who_can(client, cast, dataset):
    text = of_dataset(client, cast.grid_worker, dataset)
    assert "由所在村居、镇街申请" in text
    assert reverse("data_return:grant_new", args=[dataset.pk]) not in text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"since": -9, "until": -1}, "到期"),
        ({"since": 3, "until": 9}, "起才生效"),
    ],
)
def test_a_grant_out_of_its_time_says_so(client, cast, dataset, grant_to, change, reason):
    grant_to(cast.worker)
    Grant.objects.update(**{name: localdate() + timedelta(days=days) for name, days in change.items()})
    assert reason in of_dataset(client, cast.worker, dataset)


def test_a_revoked_grant_says_so(client, cast, dataset, grant_to):
    grant = grant_to(cast.worker)
    with acting_as(cast.district):
        revoke_grant(actor=cast.district, grant=grant, reason="用途变了")
    assert "被撤销" in of_dataset(client, cast.worker, dataset)


def test_a_grant_that_does_not_name_the_role_says_whom_it_names(client, cast, dataset, grant_to):
    grant_to(cast.worker, readers=["community_worker"])
    assert "使用人员是社区工作者,不包括网格员" in of_dataset(client, cast.grid_worker, dataset)


def test_a_grant_for_another_village_says_that_it_does_not_reach_here(client, cast, dataset, person, grant_to):
    grant_to(cast.town, areas=[WEST])
    assert "区域不包括这里" in of_person(client, cast.town, person)


def test_a_department_is_told_that_its_own_needs_no_grant(client, officers, dataset):
    assert "本部门发布的数据集,不需要授权" in of_dataset(client, officers.disabled, dataset)


def test_items_are_told_as_shown_masked_absent_and_empty(client, cast, person, grant_to):
    grant_to(cast.worker, items=["person.id_number", "person.phone"])
    text = of_person(client, cast.worker, person)
    assert "高于本岗位可见的级别" in text
    assert "<dt>不显示</dt><dd>姓名(3 级)<br>" in text
    assert "<dt>没有值</dt><dd>联系方式<br>" in text
    assert "逄阿妹子" not in text


def test_reading_the_reasons_is_a_use_of_the_grant(client, cast, person, grant_to):
    grant_to(cast.worker)
    with watching() as statements:
        of_person(client, cast.worker, person)
    assert audited(statements) == ["grant.used", "why.asked"]
    assert GrantUse.objects.get().how == "why"


def test_a_record_that_is_not_granted_answers_like_none(client, cast, officers, dataset, person):
    with acting_as(cast.worker):
        other = make_person(EAST, name="逄阿妹")
    texts = [re.sub(rf"/{one.pk}\b", "/N", of_person(client, cast.worker, one)) for one in (person, other)]
    assert _VOLATILE.sub("", texts[0]) == _VOLATILE.sub("", texts[1])


def test_a_number_of_another_village_answers_byte_for_byte_like_nobodys(client, cast, officers, dataset, grant_to):
    grant_to(cast.worker)
    numbers = [make_id_number(), make_id_number()]
    with acting_as(cast.neighbour):
        person = make_person(WEST, name="仇木沙", id_number=numbers[0])
    make_record(officers.disabled, dataset, WEST, person=person, name="仇木沙")
    answers = [asked(client, cast.worker, number) for number in numbers]
    assert [answer.status_code for answer in answers] == [200, 200]
    texts = [_VOLATILE.sub("", answer.content.decode()) for answer in answers]
    assert texts[0] == texts[1]
    assert "本岗位范围内没有登记这个居民" in texts[0]
    assert numbers[0] not in texts[0]


def test_who_is_registered_here_and_lives_elsewhere_has_the_records_there(client, cast, dataset, grant_to):
    grant_to(cast.worker)
    with acting_as(cast.town):
        person = make_person(WEST, registered=EAST)
    text = of_person(client, cast.worker, person)
    assert "回流的数据归居住地" in text
    assert "看得到,因为有授权" not in text


def test_a_subject_of_another_village_is_absent(client, cast, person):
    url = reverse("data_return:why_person", args=[person.pk])
    assert sign_in(client, cast.neighbour).get(url).status_code == 404


def test_a_registered_number_leads_to_the_page_of_the_person(client, cast, dataset):
    number = make_id_number()
    with acting_as(cast.worker):
        person = make_person(EAST, id_number=number)
    answer = asked(client, cast.worker, number)
    assert answer["Location"] == reverse("data_return:why_person", args=[person.pk])


def test_somebody_who_is_only_in_returned_data_is_found_by_the_number(client, world, cast):
    """`world` holds a record of 外, who is not registered."""
    with acting_as(cast.town):
        record = ReturnedRecord.objects.visible_to(cast.town).get(values__contains={"person.name": "外"})
    number = show(get_catalogue().item("person.id_number"), record.values["person.id_number"], 4)
    text = asked(client, cast.town, number).content.decode()
    assert "但部门回流了下面的数据" in text
    assert number not in text


def test_a_wrong_number_is_refused_at_its_field(client, cast, items):
    answer = asked(client, cast.worker, "310230194001011234")
    assert answer.status_code == 422
    assert "校验位不符" in answer.content.decode()


def test_the_card_and_the_empty_list_lead_here(client, cast, items):
    with acting_as(cast.worker):
        person = make_person(EAST)
    sign_in(client, cast.worker)
    card = client.get(reverse("registry:person_detail", args=[person.pk])).content.decode()
    assert reverse("data_return:why_person", args=[person.pk]) in card
    empty = client.get(reverse("registry:person_list") + "?age_from=110").content.decode()
    assert reverse("data_return:why_find") in empty


def test_it_costs_the_same_however_many_datasets_there_are(client, cast, officers, person, grant_to):
    grant_to(cast.worker)
    of_person(client, cast.worker, person)
    with watching() as one:
        of_person(client, cast.worker, person)
    make_dataset(officers.civil, cast.district, name="另一份")
    with watching() as two:
        of_person(client, cast.worker, person)
    assert len(one) == len(two)
