"""A dataset is described by its department and published by the district, never by who asks."""

import pytest
from django.urls import reverse

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import Area, Department, Post
from accounts.roles import Role
from accounts.scope import acting_as
from data_return.models import Dataset, DatasetVersion
from data_return.selectors.datasets import get_approval_of, get_shown, list_datasets
from data_return.services.datasets import begin_version, change_version
from data_return.services.publish import NotReady, publish_dataset, submit_dataset
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, make_actor, make_dataset

pytestmark = pytest.mark.django_db
DRAFT, SUBMITTED, PUBLISHED = range(3)
GIVEN = {"name": "残疾人证名单", "system": "残联业务系统", "subject": "person"}
OTHER = {"legal_basis": "新", "freshness_days": 7, "items": ["person.id_number", "person.sex"]}
NO_ROWS = {"join": "all", "rows-TOTAL_FORMS": "0", "rows-INITIAL_FORMS": "0"}
HELD = {"legal_basis": "条例", "freshness_days": "30", "items": ["person.id_number", "person.phone"], **NO_ROWS}


def page(name, *args):
    return reverse(f"data_return:dataset_{name}", args=args)


def seen(dataset):
    return get_approval_of(dataset.versions.order_by("-number")[0]).version


def decide(client, dataset, decision, **fields):
    return client.post(page("decide", dataset.pk), {"decision": decision, "seen": seen(dataset), **fields})


def names_seen(actor):
    with acting_as(actor):
        return [dataset.name for dataset in list_datasets(actor=actor)]


def test_the_whole_way_by_pages(client, cast, officers):
    with watching() as statements:
        sign_in(client, officers.disabled)
        assert client.post(page("new"), GIVEN).status_code == 302
        dataset = Dataset.objects.get()
        assert client.post(page("edit", dataset.pk), HELD).status_code == 302
        assert client.post(page("submit", dataset.pk), {"seen": seen(dataset)}).status_code == 302
        sign_in(client, cast.district)
        assert "残疾人证名单" in client.get(page("list")).content.decode()
        assert decide(client, dataset, "publish").status_code == 302
    written = [action for action in audited(statements) if action.startswith("dataset.")]
    assert written == [
        "dataset.registered",
        "dataset.drafted",
        "dataset.changed",
        "dataset.submitted",
        "dataset.published",
    ]
    assert names_seen(cast.worker) == ["残疾人证名单"]


def test_a_village_sees_nothing_before_it_is_published(client, cast, officers):
    dataset = make_dataset(officers.disabled, cast.district, steps=SUBMITTED)
    assert names_seen(cast.worker) == []
    assert sign_in(client, cast.worker).get(page("detail", dataset.pk)).status_code == 404


def test_the_level_is_the_highest_of_the_items(cast, officers):
    make_dataset(officers.disabled, cast.district, items=("person.id_number", "person.sex"))
    with acting_as(cast.worker):
        (dataset,) = list_datasets(actor=cast.worker)
        assert (dataset.level, dataset.item_count) == (4, 2)
        assert get_shown(actor=cast.worker, pk=dataset.pk).level == 4


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"items": ("person.name",)}, "公民身份号码"),
        ({"items": ("person.id_number",)}, "至少再选一个"),
        ({"legal_basis": " "}, "依据"),
    ],
)
def test_what_is_lacking_is_told(cast, officers, changed, words):
    dataset = make_dataset(officers.disabled, cast.district, steps=DRAFT)
    version = dataset.versions.get()
    given = {"legal_basis": "条例", "freshness_days": 30, "items": ("person.id_number", "person.name")} | changed
    with acting_as(officers.disabled):
        change_version(actor=officers.disabled, version=version, **given)
        with pytest.raises(NotReady, match=words):
            submit_dataset(actor=officers.disabled, version=version, seen=seen(dataset))
    version.refresh_from_db()
    assert version.state == "draft"


def test_an_item_of_another_subject_is_refused_by_the_form(client, cast, officers):
    dataset = make_dataset(officers.disabled, cast.district, steps=DRAFT)
    answer = sign_in(client, officers.disabled).post(page("edit", dataset.pk), HELD | {"items": ["dwelling.address"]})
    assert answer.status_code == 422
    assert "不属于这个数据集的对象" in answer.content.decode()


def test_another_department_neither_opens_nor_changes_it(cast, officers):
    dataset = make_dataset(officers.disabled, cast.district, steps=DRAFT)
    with acting_as(officers.civil), pytest.raises(NotFound):
        change_version(
            actor=officers.civil,
            version=dataset.versions.get(),
            legal_basis="x",
            freshness_days=1,
            items=["person.name"],
        )
    assert names_seen(officers.civil) == []


def test_an_officer_without_a_department_registers_nothing(client, officers):
    answer = sign_in(client, officers.nowhere).post(page("new"), GIVEN)
    assert answer.status_code == 403
    assert not Dataset.objects.exists()


def test_a_name_is_given_once_per_department(client, cast, officers):
    dataset = make_dataset(officers.disabled, cast.district)
    answer = sign_in(client, officers.disabled).post(page("new"), GIVEN | {"name": dataset.name})
    assert answer.status_code == 422
    assert "已有同名的数据集" in answer.content.decode()


def test_the_requester_never_decides_in_whatever_post(cast, officers):
    dataset = make_dataset(officers.disabled, cast.district, steps=SUBMITTED)
    post = Post.objects.create(user_id=officers.disabled.user_id, role=Role.DISTRICT_ADMIN, area_id=DISTRICT)
    two_hats = Post.objects.with_context().get(pk=post.pk).as_actor(second_factor=True)
    with acting_as(two_hats), pytest.raises(NotAllowed):
        publish_dataset(actor=two_hats, version=dataset.versions.get(), seen=seen(dataset), note="")
    dataset.refresh_from_db()
    assert dataset.live is None


def test_two_who_decide_at_once_the_second_is_told(client, cast, officers):
    dataset = make_dataset(officers.disabled, cast.district, steps=SUBMITTED)
    first = seen(dataset)
    sign_in(client, cast.district)
    assert decide(client, dataset, "publish").status_code == 302
    again = client.post(page("decide", dataset.pk), {"decision": "publish", "seen": first})
    assert again.status_code == 409


def test_a_refusal_needs_a_reason_and_the_department_reads_it(client, cast, officers):
    dataset = make_dataset(officers.disabled, cast.district, steps=SUBMITTED)
    sign_in(client, cast.district)
    assert decide(client, dataset, "return").status_code == 422
    assert decide(client, dataset, "return", note="依据写明条款").status_code == 302
    text = sign_in(client, officers.disabled).get(page("detail", dataset.pk)).content.decode()
    assert "依据写明条款" in text
    assert "提交发布" in text


def test_the_next_version_leaves_the_published_one_in_force(cast, officers):
    dataset = make_dataset(officers.disabled, cast.district)
    with acting_as(officers.disabled):
        second = begin_version(actor=officers.disabled, dataset=dataset)
        change_version(
            actor=officers.disabled,
            version=second,
            legal_basis="新",
            freshness_days=7,
            items=["person.id_number", "person.sex"],
        )
        with pytest.raises(Conflict):
            begin_version(actor=officers.disabled, dataset=dataset)
    with acting_as(cast.worker):
        assert [item.code for item in get_shown(actor=cast.worker, pk=dataset.pk).items] == [
            "person.id_number", "person.name", "person.phone",
        ]  # fmt: skip
    with acting_as(officers.disabled):
        assert get_shown(actor=officers.disabled, pk=dataset.pk).version == second


def test_a_published_version_does_not_change(cast, officers):
    version = make_dataset(officers.disabled, cast.district).live
    with acting_as(officers.disabled), pytest.raises(Conflict):
        change_version(
            actor=officers.disabled, version=version, legal_basis="x", freshness_days=1, items=["person.name"]
        )
    assert DatasetVersion.objects.get().legal_basis == "条例"


def test_a_district_elsewhere_sees_none_of_it(cast, officers):
    Area.objects.create(code=320206_000000_000000, name="惠山区", level="district")
    stranger = make_actor(Role.DISTRICT_ADMIN, 320206_000000_000000)
    make_dataset(officers.disabled, cast.district)
    assert names_seen(stranger) == []
    assert Department.objects.filter(area_id=stranger.area_code).count() == 0


def test_the_list_costs_the_same_whatever_it_holds(client, cast, officers):
    make_dataset(officers.disabled, cast.district)
    sign_in(client, cast.worker)
    client.get(page("list"))
    with watching() as one:
        client.get(page("list"))
    for name in ("甲", "乙", "丙"):
        make_dataset(officers.disabled, cast.district, name=name)
    with watching() as more:
        client.get(page("list"))
    assert len(more) == len(one)


def test_whom_it_should_hold_is_said_by_conditions_and_kept_by_the_next_version(client, cast, officers):
    dataset = make_dataset(officers.disabled, cast.district, steps=DRAFT)
    row = {"rows-0-item": "person.age", "rows-0-op": ">=", "rows-0-value": "60", "rows-TOTAL_FORMS": "1"}
    sign_in(client, officers.disabled)
    assert client.post(page("edit", dataset.pk), HELD | row).status_code == 302
    version = dataset.versions.get()
    assert version.covers == {"all": [{"item": "person.age", "op": ">=", "value": 60}]}
    assert "年龄不小于 60" in client.get(page("detail", dataset.pk)).content.decode()
    assert client.post(page("edit", dataset.pk), HELD | row | {"rows-0-value": "老"}).status_code == 422
    DatasetVersion.objects.update(state=DatasetVersion.State.PUBLISHED)
    with acting_as(officers.disabled):
        assert begin_version(actor=officers.disabled, dataset=dataset).covers == version.covers
