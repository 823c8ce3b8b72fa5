"""A notice reaches areas and roles; who has read it is told by unit and never by person; guides are found by words."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.approvals.services import approve, return_
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.roles import Role
from accounts.scope import acting_as
from portal.models import Guide, Notice, NoticeReceipt
from portal.selectors.notices import get_approval_of, get_receipts, list_guides, list_notices, list_unread
from portal.services.notices import change_notice, note_read, recall_notice, write_notice
from registry.evidence import EvidenceRefused
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, WEST
from tests.portal.noticing import guide, letter, publish, write
from tests.registry.test_take_evidence import pdf, photo

pytestmark = pytest.mark.django_db


def read(actor, notice):
    with acting_as(actor):
        note_read(actor=actor, notice=notice)


def test_it_reaches_the_roles_of_the_areas_and_nobody_else(cast):
    notice = publish(cast.town, write(cast.town, EAST))
    assert list(list_notices(actor=cast.worker)) == [notice]
    for other in (cast.neighbour, cast.grid_worker, cast.district, cast.department):
        assert not list_notices(actor=other).exists()
    grids = publish(cast.district, write(cast.district, roles=[Role.GRID_WORKER]))
    assert list(list_notices(actor=cast.grid_worker)) == [grids]


@pytest.mark.parametrize(("since", "until", "shown"), [(0, 0, True), (1, 5, False), (-5, -1, False), (-5, 5, True)])
def test_it_is_shown_from_its_first_day_to_its_last(cast, since, until, shown):
    today = localdate()
    notice = publish(cast.town, write(cast.town))
    Notice.objects.filter(pk=notice.pk).update(since=today + timedelta(days=since), until=today + timedelta(days=until))
    assert list_notices(actor=cast.worker).exists() is shown


def test_what_one_person_opened_its_unit_has_read_and_nothing_says_who(cast, client):
    notice = publish(cast.town, write(cast.town, roles=[Role.COMMUNITY_WORKER, Role.GRID_WORKER]))
    assert list_unread(actor=cast.colleague).count() == 1
    sign_in(client, cast.worker)
    with watching() as statements:
        assert client.get(reverse("portal:notice_detail", args=[notice.pk])).status_code == 200
        client.get(reverse("portal:notice_detail", args=[notice.pk]))
    assert [one for one in audited(statements) if one.startswith("notice")] == []
    (receipt,) = NoticeReceipt.objects.values()
    assert (receipt["area_id"], receipt["department_id"]) == (EAST, None)
    assert cast.worker.user_id not in receipt.values()
    for same in (cast.colleague, cast.grid_worker):
        assert not list_unread(actor=same).exists()
    assert list_unread(actor=cast.neighbour).count() == 1
    told = get_receipts(notice=notice)
    assert [(unit.name, unit.read) for unit in told.units] == [("东村", True), ("西村", False)]


def test_units_without_anybody_are_not_waited_for_and_departments_are_units(cast):
    notice = publish(cast.district, write(cast.district, roles=[Role.DEPARTMENT_STAFF, Role.TOWN_ADMIN]))
    read(cast.department, notice)
    told = {unit.name: unit.read for unit in get_receipts(notice=notice).units}
    assert told == {"城桥镇": False, "区民政局": True, "区残联": False}


def test_a_department_sends_through_the_desk_of_the_district(cast):
    notice = publish(cast.department, write(cast.department))
    assert notice.state == "submitted"
    assert not list_notices(actor=cast.worker).exists()
    with acting_as(cast.district):
        return_(actor=cast.district, approval=get_approval_of(notice), seen=2, note="请写明时间")
    notice.refresh_from_db()
    assert notice.state == "returned"
    with acting_as(cast.department):
        changed = letter(cast.department, body="今晚 8 点起。")
        change_notice(actor=cast.department, pk=notice.pk, seen=notice.version, letter=changed, keep=[])
    publish(cast.department, notice)
    with acting_as(cast.district):
        approve(actor=cast.district, approval=get_approval_of(notice), seen=get_approval_of(notice).version)
    assert [one.body for one in list_notices(actor=cast.worker)] == ["今晚 8 点起。"]


def test_nobody_sends_beyond_the_own_area_or_without_the_right(cast):
    with acting_as(cast.town), pytest.raises(NotFound):
        write_notice(actor=cast.town, letter=letter(cast.district))
    with acting_as(cast.worker), pytest.raises(NotAllowed):
        write_notice(actor=cast.worker, letter=letter(cast.worker))


def test_what_is_published_is_recalled_and_not_changed(cast):
    notice = publish(cast.town, write(cast.town))
    with acting_as(cast.town):
        with pytest.raises(Conflict):
            change_notice(actor=cast.town, pk=notice.pk, seen=notice.version, letter=letter(cast.town), keep=[])
        recall_notice(actor=cast.town, pk=notice.pk, seen=notice.version)
        with pytest.raises(Conflict):
            recall_notice(actor=cast.town, pk=notice.pk, seen=notice.version)
    assert not list_notices(actor=cast.worker).exists()


def test_of_two_who_change_it_the_second_is_answered_409(cast, client):
    notice = write(cast.town)
    page = sign_in(client, cast.town).get(reverse("portal:notice_edit", args=[notice.pk]))
    form = page.context["form"]
    given = {**form.initial, "seen": notice.version, "since": "2026-11-01", "until": "2999-01-01"}
    url = reverse("portal:notice_edit", args=[notice.pk])
    assert client.post(url, given).status_code == 302
    assert client.post(url, given).status_code == 409


def test_the_workbench_and_the_badge_tell_of_unread_ones(cast, client):
    publish(cast.town, write(cast.town))
    page = sign_in(client, cast.worker).get("/")
    assert "有通知本单位还没有读" in page.content.decode()
    assert {link.label: link.count for link in page.context["shell"].nav}["通知"] == 1


def test_an_attachment_is_made_harmless_and_only_readers_take_it(cast, client):
    notice = publish(
        cast.town, write(cast.town, EAST, files=[("名单.docx.pdf", pdf(2, script=True)), ("图.png", photo())])
    )
    first, second = notice.files.all()
    assert (first.name, second.name) == ("名单.docx.pdf", "图.jpg")
    url = reverse("portal:notice_file", args=[notice.pk, first.pk])
    answer = sign_in(client, cast.worker).get(url)
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"/JavaScript" not in answer.content
    assert sign_in(client, cast.neighbour).get(url).status_code == 404
    with pytest.raises(EvidenceRefused):
        write(cast.town, files=[("表.xlsx", b"PK\x03\x04")])


def test_it_costs_a_fixed_number_of_queries(cast, client, django_assert_max_num_queries):
    for _ in range(5):
        notice = publish(cast.town, write(cast.town, WEST, EAST))
    sign_in(client, cast.town)
    for url in (reverse("portal:notice_sent"), reverse("portal:notice_detail", args=[notice.pk])):
        client.get(url)
        with django_assert_max_num_queries(24):
            client.get(url)


def test_a_guide_is_found_by_its_words_and_taken_off(cast, client):
    kept, _ = guide(cast.district), guide(cast.district, "标签操作指南", summary="打标签", category="other")
    assert list(list_guides(actor=cast.worker, text="一张 填报")) == [kept]
    assert list(list_guides(actor=cast.worker, category="filling")) == [kept]
    sign_in(client, cast.worker)
    assert client.get(reverse("portal:guide_file", args=[kept.pk]))["Content-Type"] == "application/pdf"
    assert client.post(reverse("portal:guide_retire", args=[kept.pk])).status_code == 403
    sign_in(client, cast.district)
    client.post(reverse("portal:guide_retire", args=[kept.pk]))
    assert client.get(reverse("portal:guide_file", args=[kept.pk])).status_code == 404
    upload = io.BytesIO(photo())
    upload.name = "图.jpg"
    given = {"title": "图", "category": "other", "evidence": upload}
    assert client.post(reverse("portal:guide_new"), given).status_code == 422
    assert Guide.objects.count() == 2
