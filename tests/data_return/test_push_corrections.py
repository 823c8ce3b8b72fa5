"""An accepted correction is pushed to the system that the record came from, and the village reads the receipt."""

import io

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse

from accounts.errors import NotAllowed, NotFound
from accounts.models import Department
from accounts.roles import Role
from accounts.scope import acting_as
from data_return.correction_rules import Finding
from data_return.models import Channel, PushFlow, PushMessage, PushTarget
from data_return.push.correction_topic import CORRECTION
from data_return.push.mapping import FieldMapping, Mapping
from data_return.push.queue import work_off
from data_return.push.topics import get_topic
from data_return.services.correcting import (
    Mark,
    accept_corrections,
    acknowledge_correction,
    answer_correction,
    mark_record,
)
from data_return.services.push import send_ready
from data_return.services.push_setup import add_flow, switch_flow
from tests.data_return.marking import id_number_of
from tests.data_return.test_correct_record import answered, marked, person, record  # noqa: F401
from tests.departments.json_server import Ledger, ledger_server
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, make_actor, make_id_number, make_person, make_record

pytestmark = pytest.mark.django_db
FIELDS = ("number", "person.id_number", "finding", "item", "kept", "value", "note", "answer")


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    with ledger_server(tmp_path) as server:
        yield server


@pytest.fixture
def flow(officers, dataset, ledger, settings) -> PushFlow:
    """Accepted corrections of 区残联's dataset go to its own system; on."""
    officer = officers.disabled
    settings.OUTBOUND_HOSTS = [*settings.OUTBOUND_HOSTS, ledger.url]
    address = {"base": ledger.url, "charset": "utf-8", "login": "none", "token_url": "", "scope": "", "client_id": ""}
    channel = Channel.objects.create(
        department=Department.objects.get(pk=officer.department_id), name="残联系统", kind="http", address=address,
        per_minute=6000, created_by_id=officer.post_id,
    )  # fmt: skip
    target = PushTarget.objects.create(
        channel=channel, name="残联系统", path="reports", is_on=True, answer={"number": "id"},
        created_by_id=officer.post_id,
    )  # fmt: skip
    mapping = Mapping({"dataset": "sjj", "area_name": "cun"}, "rows", [FieldMapping(key, key) for key in FIELDS])
    with acting_as(officer):
        made = add_flow(actor=officer, target=target, topic=CORRECTION, source_id=dataset.pk, mapping=mapping)
        switch_flow(actor=officer, flow=made, on=True)
    return made


def messages(officer):
    with acting_as(officer):
        return list(PushMessage.objects.visible_to(officer).order_by("pk"))


def test_what_is_accepted_arrives_with_what_is_right(cast, officers, flow, ledger, person, record):  # noqa: F811
    correction = marked(cast.worker, record).correction
    answered(officers.disabled, correction, note="已在系统里更正")
    assert work_off(flow.target_id) == 1
    (came,) = ledger.rows()
    assert (came["sjj"], came["cun"]) == ("残疾人两项补贴名单", "东村")
    assert came["rows"] == [
        {
            "number": correction.pk,
            "person.id_number": id_number_of(person),
            "finding": "wrong",
            "item": "person.phone",
            "kept": "13900000002",
            "value": "13900000009",
            "note": "本人来电更正",
            "answer": "已在系统里更正",
        }
    ]


def test_a_refusal_pushes_nothing(cast, officers, flow, record):  # noqa: F811
    answered(officers.disabled, marked(cast.worker, record).correction, accept=False, note="核对过,没有错")
    assert messages(officers.disabled) == []


def test_it_is_put_in_with_the_answer_or_not_at_all(cast, officers, flow, record):  # noqa: F811
    correction = marked(cast.worker, record).correction
    with acting_as(officers.disabled):
        answer_correction(actor=officers.disabled, pk=correction.pk, seen=correction.version, accept=True)
        transaction.set_rollback(True)
    assert messages(officers.disabled) == []


def test_many_at_once_are_a_message_each_and_a_stale_one_is_left(cast, officers, dataset, flow, record):  # noqa: F811
    with acting_as(cast.worker):
        other = make_person(EAST, id_number=make_id_number())
    key = make_record(officers.disabled, dataset, EAST, person=other, name="李四", phone="13900000005")
    first = marked(cast.worker, record).correction
    with acting_as(cast.worker):
        mark = Mark(Finding.MOVED)
        second = mark_record(actor=cast.worker, record_pk=key, version=b"1".hex(), mark=mark).correction
    with acting_as(officers.disabled):
        versions = {first.pk: first.version, second.pk: second.version, 10**9: 1}
        assert accept_corrections(actor=officers.disabled, versions=versions) == 2
    assert [one.about_id for one in messages(officers.disabled)] == [first.pk, second.pk]


def test_the_worker_reads_the_receipt(client, cast, officers, flow, record):  # noqa: F811
    correction = marked(cast.worker, record).correction
    answered(officers.disabled, correction)
    url = reverse("data_return:correction_detail", args=[correction.pk])
    sign_in(client, cast.worker)
    assert "正在送" in client.get(url).content.decode()
    work_off(flow.target_id)
    assert "对方已收,回执 1" in client.get(url).content.decode()


def test_sending_is_audited_with_whom_it_tells_of(cast, officers, flow, record):  # noqa: F811
    answered(officers.disabled, marked(cast.worker, record).correction)
    with watching() as statements:
        work_off(flow.target_id)
    assert audited(statements) == ["push.sent", "push.received"]
    assert any("data_return.returnedrecord" in one for one in statements if "accounts_auditentry" in one)


def test_what_was_accepted_before_can_be_sent_later_once(cast, officers, dataset, flow, ledger, record):  # noqa: F811
    with acting_as(officers.disabled):
        switch_flow(actor=officers.disabled, flow=flow, on=False)
    correction = marked(cast.worker, record).correction
    answered(officers.disabled, correction)
    with acting_as(cast.worker):
        acknowledge_correction(actor=cast.worker, pk=correction.pk, seen=correction.version + 1)
    assert messages(officers.disabled) == []
    with acting_as(officers.disabled):
        switch_flow(actor=officers.disabled, flow=flow, on=True)
        assert send_ready(actor=officers.disabled, flow=flow) == 1
        assert send_ready(actor=officers.disabled, flow=flow) == 0
    assert work_off(flow.target_id) == 1


def test_a_file_holds_the_same_in_words(cast, officers, dataset, flow, record):  # noqa: F811
    correction = marked(cast.worker, record).correction
    answered(officers.disabled, correction)
    with acting_as(officers.disabled):
        file = get_topic(CORRECTION).build_file(officers.disabled, dataset.pk, correction.pk, "12345678-abc")
    assert file.name == f"校核_{correction.pk}_12345678.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(file.data)).active
    told = dict(zip(*([cell.value for cell in row] for row in sheet.iter_rows()), strict=True))
    assert (told["核实结果"], told["数据项"], told["正确的值"]) == ("有误", "联系方式", "13900000009")


def test_only_the_officers_of_the_dataset_say_where_it_goes(cast, officers, dataset, flow):
    staff = make_actor(
        Role.DEPARTMENT_STAFF, DISTRICT, department=Department.objects.get(pk=officers.disabled.department_id)
    )
    for actor, refusal in ((staff, NotFound), (officers.civil, NotFound), (cast.worker, NotAllowed)):
        with acting_as(actor), pytest.raises(refusal):
            switch_flow(actor=actor, flow=flow, on=False)


def test_a_report_is_not_for_a_data_officer_to_send(officers):
    assert get_topic("report").list_sources(officers.civil) == []


def test_the_page_of_the_flow_speaks_of_the_dataset(client, officers, dataset, flow):
    sign_in(client, officers.disabled)
    text = client.get(reverse("data_return:push_flow", args=[flow.pk])).content.decode()
    assert "残疾人两项补贴名单 → 残联系统" in text
    assert "公民身份号码" in text
    text = client.get(reverse("data_return:push_flow_new", args=[flow.target_id])).content.decode()
    assert "残疾人两项补贴名单(采纳的校核)" in text
