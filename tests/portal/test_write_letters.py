"""A system that hardly anybody opens: found from entries, written about, answered or let go."""

import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from docx import Document

from accounts.approvals.refusals import NeedsNote
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.roles import Role
from portal.models import LaunchCount, System, SystemLetter
from portal.selectors.low_use import Window, list_low_use, window_before
from portal.services.systems.letters import answer_letter, issue_letter
from tests.doors import audited, sign_in, watching
from tests.portal.entrances import Kind, connect
from tests.portal.filing import make_system

pytestmark = pytest.mark.django_db
TODAY = localdate()


@pytest.fixture
def system(cast, items):
    """Entered 29 times in the months that count, and often in the running one."""
    found = connect(cast.department, cast.district, cast.security, Kind.CAS).system
    long_ago(found)
    window = window_before(TODAY)
    entered(found, window.since, 20)
    entered(found, window.until, 9, role=Role.GRID_WORKER)
    entered(found, TODAY.replace(day=1), 500)
    return found


def long_ago(system):
    System.objects.filter(pk=system.pk).update(admitted_on=TODAY - timedelta(days=365))


def entered(system, month, count, role=Role.COMMUNITY_WORKER):
    LaunchCount.objects.create(system=system, month=month, role=role, count=count)


def low(cast):
    return {system.name: system.entries for system in list_low_use(actor=cast.district, today=TODAY)}


def remind(cast, system, kind="reminder"):
    return issue_letter(actor=cast.district, pk=system.pk, kind=kind)


def overdue(letter):
    SystemLetter.objects.filter(pk=letter.pk).update(due_on=TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("today", "since", "until"),
    [
        (date(2026, 11, 27), date(2026, 8, 1), date(2026, 10, 1)),
        (date(2026, 1, 31), date(2025, 10, 1), date(2025, 12, 1)),
        (date(2026, 3, 1), date(2025, 12, 1), date(2026, 2, 1)),
    ],
)
def test_three_whole_months_are_looked_at(today, since, until):
    assert window_before(today) == Window(since, until)


def test_what_is_hardly_used_is_found_and_the_running_month_does_not_count(cast, system):
    assert low(cast) == {"养老探访平台": 29}
    entered(system, window_before(TODAY).since, 1, role=Role.TOWN_ADMIN)
    assert low(cast) == {}


def test_a_young_system_and_one_without_the_one_login_are_left_alone(cast, system):
    other = make_system(cast.department, cast.district, "没有接入")
    long_ago(other)
    System.objects.filter(pk=system.pk).update(admitted_on=TODAY)
    assert low(cast) == {}


def test_a_letter_says_what_was_counted_and_has_a_number(cast, system):
    with watching() as statements:
        letter = remind(cast, system)
    assert letter.filing_number == f"CM-TX-{TODAY.year}-0001"
    assert (letter.launches, letter.answer) == (29, "")
    assert letter.due_on > TODAY
    assert "system.letter_issued" in audited(statements)


def test_a_supervision_letter_needs_a_reminder_that_ran_out_or_changed_nothing(cast, system):
    with pytest.raises(Conflict):
        remind(cast, system, "supervision")
    first = remind(cast, system)
    with pytest.raises(Conflict):
        remind(cast, system, "supervision")
    with pytest.raises(Conflict):
        remind(cast, system)
    overdue(first)
    assert remind(cast, system, "supervision").filing_number.startswith("CM-DB-")


def test_the_department_answers_once(cast, system):
    letter = remind(cast, system)
    with pytest.raises(NeedsNote):
        answer_letter(actor=cast.department, pk=letter.pk, answer=" ")
    answered = answer_letter(actor=cast.department, pk=letter.pk, answer="十二月组织培训")
    assert answered.answered_on == TODAY
    with pytest.raises(Conflict):
        answer_letter(actor=cast.department, pk=letter.pk, answer="再说一次")


def test_a_letter_that_was_followed_by_another_is_not_answered_any_more(cast, system):
    first = remind(cast, system)
    overdue(first)
    second = remind(cast, system, "supervision")
    with pytest.raises(Conflict):
        answer_letter(actor=cast.department, pk=first.pk, answer="晚了")
    answer_letter(actor=cast.department, pk=second.pk, answer="停用")


def test_nobody_else_writes_reads_or_answers(cast, system):
    with pytest.raises(NotAllowed):
        issue_letter(actor=cast.department, pk=system.pk, kind="reminder")
    letter = remind(cast, system)
    with pytest.raises(NotFound):
        answer_letter(actor=cast.other_department, pk=letter.pk, answer="不是我的")
    with pytest.raises(NotAllowed):
        answer_letter(actor=cast.district, pk=letter.pk, answer="替部门答")


def test_the_pages_lead_from_the_finding_to_the_answer(client, cast, system):
    sign_in(client, cast.district)
    assert "养老探访平台" in client.get(reverse("portal:system_low_use")).content.decode()
    sent = client.post(reverse("portal:system_letter_issue", args=[system.pk]), {"kind": "reminder"})
    letter = SystemLetter.objects.get()
    assert sent["Location"] == reverse("portal:system_letter", args=[letter.pk])

    sign_in(client, cast.department)
    assert f"提醒函:{system.name}" in client.get(reverse("portal:home")).content.decode()
    empty = client.post(sent["Location"], {"answer": ""})
    assert empty.status_code == 422
    client.post(sent["Location"], {"answer": "十二月组织培训"})
    sign_in(client, cast.district)
    assert "十二月组织培训" in client.get(sent["Location"]).content.decode()


def test_the_letter_leaves_as_a_word_file(client, cast, system):
    letter = remind(cast, system)
    sign_in(client, cast.department)
    answer = client.get(reverse("portal:system_letter_word", args=[letter.pk]))
    said = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs)
    assert "信息系统使用情况提醒函" in said
    assert "共进入 29 次" in said
