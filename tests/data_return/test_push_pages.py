"""The pages of push: a data officer sets up the system and works the desk, staff says what of its forms goes there."""

import json

import pytest
from django.urls import reverse

from accounts.errors import NotAllowed, NotFound
from accounts.models import Department
from accounts.scope import acting_as
from accounts.sealing import seal
from data_return.models import Channel, PushFlow, PushMessage, PushTarget
from data_return.models.push import SAID
from data_return.push.mapping import FieldMapping, Mapping, write_json
from data_return.push.topics import Content, PushField
from data_return.services.push_setup import NothingMapped, add_flow, register_target, switch_flow
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, make_form
from tests.forms_engine.giving import grant

pytestmark = pytest.mark.django_db
COLUMNS = {"B": "person.name", "C": "person.sex", "O": "是否愿意上门"}
MAP = {"rows": "mx", "head-period": "qc", "name-0": "xm", "name-1": "xb", "values-1": "男=M\n2=F", "name-2": ""}


@pytest.fixture
def form(cast, items):
    version = make_form(cast.department, COLUMNS)
    grant(cast.department, version.template)
    return version.template


@pytest.fixture
def channel(cast, officers):
    return Channel.objects.create(
        department=Department.objects.get(pk=cast.department.department_id), name="民政接口", kind="http",
        address={"base": "https://mz.example.cn"}, created_by_id=officers.civil.post_id,
    )  # fmt: skip


@pytest.fixture
def target(officers, channel):
    with acting_as(officers.civil):
        return register_target(actor=officers.civil, channel=channel, name="低保系统", path="reports", answer={})


@pytest.fixture
def flow(cast, target, form):
    with acting_as(cast.department):
        return add_flow(actor=cast.department, target=target, topic="report", source_id=form.pk, mapping=Mapping())


@pytest.fixture
def refused(cast, flow):
    with acting_as(cast.department):
        return PushMessage.objects.create(
            area_code=EAST, target=flow.target, flow=flow, about_id=1, about_version=1, state="refused",
            fault="refused", said=seal(SAID, "备案号不存在"),
        )  # fmt: skip


def page(client, name, *keys):
    return client.get(reverse(f"data_return:{name}", args=keys))


def press(client, name, /, *keys, **given):
    return client.post(reverse(f"data_return:{name}", args=keys), given)


def test_an_officer_registers_a_system_and_switches_it_on(client, officers, channel):
    sign_in(client, officers.civil)
    answer = {"number": "data.id", "ok": "code", "ok_is": "0"}
    given = {"channel": channel.pk, "name": "低保系统", "path": "reports"} | answer
    with watching() as statements:
        assert press(client, "push_target_new", **given).status_code == 302
    assert audited(statements) == ["push.target_registered"]
    target = PushTarget.objects.get()
    assert (target.is_on, target.answer) == (False, answer)
    assert press(client, "push_target_switch", target.pk, on="1").status_code == 302
    assert press(client, "push_target_switch", target.pk, on="1").status_code == 409
    assert "低保系统" in page(client, "push_target_list").content.decode()
    assert press(client, "push_target_edit", target.pk, name="低保", path="r").status_code == 302
    target.refresh_from_db()
    assert (target.name, target.path, target.answer) == ("低保", "r", {})


@pytest.mark.parametrize("wrong", [{"name": ""}, {"path": "a b"}, {"path": "a?b"}, {"number": "a..b"}, {"ok": "code"}])
def test_what_is_filled_in_wrongly_is_told_at_its_field(client, officers, channel, wrong):
    sign_in(client, officers.civil)
    given = {"channel": channel.pk, "name": "低保系统", "path": "reports"} | wrong
    assert press(client, "push_target_new", **given).status_code == 422
    assert not PushTarget.objects.exists()


def test_a_name_is_given_once_per_channel(client, officers, channel, target):
    sign_in(client, officers.civil)
    answer = press(client, "push_target_new", channel=channel.pk, name="低保系统", path="")
    assert "同名" in answer.content.decode()


def test_a_database_takes_nothing(client, officers, channel):
    Channel.objects.update(kind="sql")
    sign_in(client, officers.civil)
    assert press(client, "push_target_new", channel=channel.pk, name="库", path="").status_code == 422
    with acting_as(officers.civil), pytest.raises(NotFound):
        register_target(actor=officers.civil, channel=channel, name="库", path="", answer={})


def test_staff_chooses_a_form_maps_it_and_switches_it_on(client, cast, target, form):
    sign_in(client, cast.department)
    assert press(client, "push_flow_new", target.pk, source=f"report-{form.pk}").status_code == 302
    flow = PushFlow.objects.get()
    shown = page(client, "push_flow", flow.pk)
    assert "还不能启用" in shown.content.decode()
    assert [name.value() for _, name, *_ in shown.context["form"].lines] == ["name", "sex", None]
    assert press(client, "push_flow_switch", flow.pk, on="1").status_code == 422
    assert press(client, "push_flow", flow.pk, **MAP).status_code == 302
    flow.refresh_from_db()
    fields = flow.mapping["fields"]
    assert [(one["key"], one["name"]) for one in fields] == [("person.name", "xm"), ("person.sex", "xb")]
    assert fields[1]["values"] == {"1": "M", "2": "F"}
    assert flow.mapping["head"] == {"period": "qc"}
    assert press(client, "push_flow_switch", flow.pk, on="1").status_code == 302
    flow.refresh_from_db()
    assert (flow.is_on, flow.post_id) == (True, cast.department.post_id)
    assert press(client, "push_flow_ready", flow.pk).status_code == 302
    again = page(client, "push_flow", flow.pk).context["form"]
    assert again["values-1"].value().splitlines() == ["男=M", "女=F"]


@pytest.mark.parametrize(
    "wrong",
    [{"name-1": "xm"}, {"rows": "qc"}, {"rows": ""}, {"name-0": "x m"}, {"values-1": "火星=9"}, {"values-1": "男"}],
)
def test_a_mapping_that_is_not_clear_is_refused(client, cast, flow, wrong):
    sign_in(client, cast.department)
    assert press(client, "push_flow", flow.pk, **(MAP | wrong)).status_code == 422
    flow.refresh_from_db()
    assert flow.mapping["fields"] == []


def test_a_form_goes_to_a_system_once(client, cast, target, flow, form):
    sign_in(client, cast.department)
    assert press(client, "push_flow_new", target.pk, source=f"report-{form.pk}").status_code in (409, 422)


def test_nobody_sends_anothers_form_or_to_anothers_system(cast, target, flow, form):
    other = make_form(cast.other_department, COLUMNS).template
    grant(cast.other_department, other)
    with acting_as(cast.department), pytest.raises(NotFound):
        add_flow(actor=cast.department, target=target, topic="report", source_id=other.pk, mapping=Mapping())
    with acting_as(cast.other_department):
        with pytest.raises(NotFound):
            add_flow(actor=cast.other_department, target=target, topic="report", source_id=other.pk, mapping=Mapping())
        with pytest.raises(NotFound):
            switch_flow(actor=cast.other_department, flow=flow, on=True)


def test_each_has_a_part_of_the_work(client, cast, officers, target, flow):
    with acting_as(officers.civil), pytest.raises(NotFound):
        switch_flow(actor=officers.civil, flow=flow, on=True)
    with acting_as(cast.worker), pytest.raises(NotAllowed):
        switch_flow(actor=cast.worker, flow=flow, on=True)
    with acting_as(cast.department), pytest.raises(NothingMapped):
        switch_flow(actor=cast.department, flow=flow, on=True)
    sign_in(client, cast.department)
    assert press(client, "push_target_switch", target.pk, on="1").status_code == 403
    sign_in(client, officers.disabled)
    assert page(client, "push_target", target.pk).status_code == 404
    sign_in(client, cast.worker)
    assert page(client, "push_target_list").status_code == 403


def test_the_desk_tells_why_and_what_is_done_about_it(client, officers, target, refused):
    sign_in(client, officers.civil)
    shown = page(client, "push_target", target.pk).content.decode()
    assert "对方的说明:备案号不存在" in shown
    assert press(client, "push_target_desk", target.pk, step="retry").status_code == 422
    assert press(client, "push_target_desk", target.pk, step="give_up", messages=refused.pk).status_code == 422
    assert press(client, "push_target_desk", target.pk, step="retry", messages=refused.pk).status_code == 302
    with acting_as(officers.civil):
        refused.refresh_from_db()
    assert (refused.state, refused.said) == ("waiting", "")
    given = {"step": "give_up", "messages": refused.pk, "note": "对方已手工录入"}
    assert press(client, "push_target_desk", target.pk, **given).status_code == 302
    assert "对方已手工录入" in page(client, "push_target", target.pk).content.decode()


def test_the_menu_counts_what_waits_at_the_desk(client, officers, refused):
    sign_in(client, officers.civil)
    text = page(client, "push_target_list").content.decode()
    assert 'class="badge-count"' in text


def test_a_system_that_is_away_is_named_and_can_be_tried_now(client, officers, target, refused):
    PushTarget.objects.update(
        is_on=True, fault="unreachable", failures=3, failing_since="2026-11-27T08:00+08:00",
        retry_at="2036-11-27T08:05+08:00",
    )  # fmt: skip
    sign_in(client, officers.civil)
    assert "连不上对方系统" in page(client, "push_target", target.pk).content.decode()
    assert "送不到" in page(client, "push_target_list").content.decode()
    assert press(client, "push_target_try", target.pk).status_code == 302
    target.refresh_from_db()
    assert target.retry_at is None


def test_the_list_costs_the_same_for_few_and_many(client, officers, channel, target, refused):
    sign_in(client, officers.civil)
    page(client, "push_target_list")
    with watching() as few:
        page(client, "push_target_list")
    PushTarget.objects.bulk_create(
        PushTarget(channel=channel, name=str(n), created_by_id=officers.civil.post_id) for n in range(20)
    )
    with watching() as many:
        page(client, "push_target_list")
    assert len(many) == len(few)


def test_codes_go_as_they_are_by_name_or_as_the_system_has_them():
    fields = [
        PushField("s", "性别", codes={"1": "男", "2": "女"}),
        PushField("b", "是否", codes={"true": "是", "false": "否"}),
    ]
    content = Content({"period": "一季度"}, [{"s": "1", "b": True}, {"s": "2", "b": None}])

    def rows(**more):
        mapping = Mapping({"period": "qc"}, "mx", [FieldMapping("s", "xb", **more), FieldMapping("b", "sf", **more)])
        body = json.loads(write_json(mapping, fields, content))
        assert body["qc"] == "一季度"
        return [(row["xb"], row["sf"]) for row in body["mx"]]

    assert rows() == [("1", True), ("2", None)]
    assert rows(as_names=True) == [("男", "是"), ("女", None)]
    assert rows(values={"1": "M", "true": "Y"}) == [("M", "Y"), ("2", None)]
    assert rows(as_names=True, values={"1": "M"}) == [("M", "是"), ("女", None)]
