"""A complaint goes from a worker over the discipline office and a department to its published answer."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.approvals.clock import add_working_days
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.roles import Role
from accounts.scope import acting_as
from portal.complaints.rules import ANSWER_DAYS, TRANSITIONS, Action, State, next_state
from portal.models import Complaint
from portal.selectors.complaints import find_by_code, get_at_desk, get_inquiry, list_published, list_waiting_at_desk
from portal.services.complaints.desk import TellsWho, accept_complaint, answer_inquiry
from portal.services.complaints.reporting import NoDesk, reply_to_office, withdraw_complaint
from portal.services.complaints.steps import NeedsWords
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, make_actor
from tests.portal.complaining import department_of, file, handed, published, step
from tests.registry.test_take_evidence import photo

pytestmark = pytest.mark.django_db
CODE = "abcd-efgh-jkmn"


@pytest.fixture
def officer(cast):
    return make_actor(Role.DISCIPLINE, DISTRICT, name="韩松")


def test_a_complaint_reaches_its_published_answer_and_every_step_is_in_the_trace(cast, officer):
    with watching() as statements:
        complaint = published(cast.worker, officer, cast.department, code=CODE)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.finding, complaint.due_on) == ("published", "true", None)
    assert [one.action for one in find_by_code(CODE).steps] == ["filed", "handed", "answered", "closed", "published"]
    told = [one for one in audited(statements) if one.startswith("complaint.")]
    assert told == ["complaint.handed", "complaint.answered", "complaint.closed", "complaint.published"]
    for reader in (cast.neighbour, cast.town, cast.other_department):
        assert [one.public_text for one in list_published(actor=reader)] == ["民政局已取消打卡"]


def test_the_clocks_count_working_days(cast, officer):
    complaint = file(cast.worker)
    assert complaint.due_on == add_working_days(localdate(), 5)
    step(officer, complaint, Action.HAND, department=department_of(cast.department), note="请核实", days=3)
    complaint.refresh_from_db()
    assert complaint.due_on == add_working_days(localdate(), 3)
    step(cast.department, complaint, Action.ANSWER, note="已取消")
    step(officer, complaint, Action.SEND_BACK, note="没有说什么时候取消的")
    complaint.refresh_from_db()
    assert (complaint.state, complaint.due_on) == ("handed", add_working_days(localdate(), ANSWER_DAYS))


def test_a_late_department_comes_back_to_the_desk(cast, officer):
    complaint = handed(cast.worker, officer, cast.department)
    assert not list_waiting_at_desk(actor=officer).exists()
    Complaint.objects.filter(pk=complaint.pk).update(due_on=localdate() - timedelta(days=1))
    assert list_waiting_at_desk(actor=officer).get() == complaint


def test_the_office_asks_and_the_reporter_answers_by_the_code_alone(cast, officer):
    complaint = file(cast.worker, code=CODE)
    step(officer, complaint, Action.ASK, note="哪个群?")
    told = find_by_code(CODE.upper().replace("-", " "))
    assert told.steps[-1].note == "哪个群?"
    reply_to_office(complaint=told.complaint, seen=told.complaint.version, note="养老工作群", files=[photo()])
    complaint.refresh_from_db()
    assert (complaint.state, complaint.evidence.count()) == ("accepted", 1)
    assert get_at_desk(actor=officer, pk=complaint.pk).steps[-1].note == "养老工作群"


def test_of_two_officers_at_once_the_second_is_answered_409(cast, officer, client):
    complaint = file(cast.worker)
    second = make_actor(Role.DISCIPLINE, DISTRICT, name="孟瑶")
    with acting_as(officer):
        accept_complaint(actor=officer, pk=complaint.pk, seen=1)
    answer = sign_in(client, second).post(
        reverse("portal:discipline_step", args=[complaint.pk]), {"step": "accept", "seen": "1", "note": ""}
    )
    assert answer.status_code == 409
    complaint.refresh_from_db()
    assert complaint.version == 2


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_only_the_steps_of_the_table_lead_anywhere(state, action):
    ends = {State.REJECTED, State.WITHDRAWN}
    assert next_state(state, action) == TRANSITIONS.get((state, action))
    assert state not in ends or next_state(state, action) is None


def test_what_is_with_a_department_is_taken_back_no_more(cast, officer):
    complaint = handed(cast.worker, officer, cast.department)
    with pytest.raises(Conflict):
        withdraw_complaint(complaint=complaint, seen=complaint.version)
    open_one = file(cast.worker)
    withdraw_complaint(complaint=open_one, seen=1)
    open_one.refresh_from_db()
    assert open_one.state == "withdrawn"


@pytest.mark.parametrize("action", [Action.REJECT, Action.ASK])
def test_what_the_reporter_reads_needs_words(cast, officer, action):
    complaint = file(cast.worker)
    with pytest.raises(NeedsWords):
        step(officer, complaint, action, note="  ")


def test_only_the_office_decides_and_only_the_department_that_was_asked_answers(cast, officer):
    complaint = handed(cast.worker, officer, cast.department)
    with acting_as(cast.district), pytest.raises(NotAllowed):
        accept_complaint(actor=cast.district, pk=complaint.pk, seen=complaint.version)
    with acting_as(cast.other_department), pytest.raises(NotFound):
        answer_inquiry(actor=cast.other_department, pk=complaint.pk, seen=complaint.version, note="答复")
    with pytest.raises(NotFound):
        get_inquiry(actor=cast.other_department, pk=complaint.pk)


def test_without_anybody_at_the_desk_nothing_is_taken_in(cast):
    with pytest.raises(NoDesk):
        file(cast.worker)
    assert not Complaint.objects.exists()


def test_a_doubled_post_files_it_once(cast, officer):
    assert file(cast.worker, code=CODE) == file(cast.worker, code=CODE)
    assert Complaint.objects.count() == 1


def test_the_reporter_under_a_name_is_kept_out_of_what_others_read(cast, officer):
    complaint = file(cast.worker, named=True)
    for words in ("陈秀英反映要打卡", "陈 秀 英说的", "东村反映要打卡"):
        with pytest.raises(TellsWho):
            step(officer, complaint, Action.HAND, department=department_of(cast.department), note=words)
    step(officer, complaint, Action.HAND, department=department_of(cast.department), note="有村居反映要打卡")


def test_the_pages_lead_through_the_whole_life(cast, officer, client):
    """Each form of each page, as a browser posts it."""
    worker = sign_in(client, cast.worker)
    page = worker.get(reverse("portal:complaint_new"))
    ticket = page.context["form"].initial["ticket"]
    given = {"ticket": ticket, "category": "clock_in", "text": "每天打卡", "naming": "anonymous", "names": ""}
    receipt = worker.post(reverse("portal:complaint_new"), given)
    code = receipt.context["code"]
    pk = Complaint.objects.get().pk
    assert code in receipt.content.decode()

    def take(name, **data):
        seen = Complaint.objects.get(pk=pk).version
        return client.post(reverse("portal:discipline_step", args=[pk]), {"step": name, "seen": seen, **data})

    sign_in(client, officer)
    assert "每天打卡" in client.get(reverse("portal:discipline_detail", args=[pk])).content.decode()
    assert take("ask", note="").status_code == 422
    assert take("ask", note="哪个系统?").status_code == 302

    sign_in(client, cast.worker)
    assert "哪个系统?" in client.post(reverse("portal:complaint_mine"), {"code": code}).content.decode()
    seen = Complaint.objects.get(pk=pk).version
    replied = client.post(
        reverse("portal:complaint_follow_up"), {"code": code, "seen": seen, "step": "reply", "note": "养老平台"}
    )
    assert "补充已提交" in replied.content.decode()

    sign_in(client, officer)
    civil = cast.department.department_id
    assert take("hand", department=civil, days=5, note="请核实养老平台是否打卡").status_code == 302

    sign_in(client, cast.department)
    page = client.get(reverse("portal:inquiry_detail", args=[pk])).content.decode()
    assert "请核实养老平台是否打卡" in page
    assert "每天打卡" not in page
    seen = Complaint.objects.get(pk=pk).version
    url = reverse("portal:inquiry_detail", args=[pk])
    assert client.post(url, {"seen": seen, "note": "已关闭打卡功能"}).status_code == 302

    sign_in(client, officer)
    assert take("close", finding="true", note="已核实").status_code == 302
    assert take("publish", note="民政局已关闭打卡功能").status_code == 302
    export = client.get(reverse("portal:discipline_export"))
    assert export.status_code == 200

    sign_in(client, cast.neighbour)
    assert "民政局已关闭打卡功能" in client.get(reverse("portal:complaint_list")).content.decode()


def test_the_lists_cost_a_fixed_number_of_queries(cast, officer, client, django_assert_max_num_queries):
    for _ in range(4):
        published(cast.worker, officer, cast.department)
    sign_in(client, officer).get(reverse("portal:discipline_list"))
    with django_assert_max_num_queries(20):
        client.get(reverse("portal:discipline_list"))
    sign_in(client, cast.worker).get(reverse("portal:complaint_list"))
    with django_assert_max_num_queries(14):
        client.get(reverse("portal:complaint_list"))


def test_the_day_of_a_clock_is_never_a_holiday(cast, officer, monkeypatch):
    monkeypatch.setattr("portal.services.complaints.reporting.localdate", lambda: date(2026, 9, 30))
    assert file(cast.worker).due_on == date(2026, 10, 13)
