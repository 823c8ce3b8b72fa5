"""Answers go into a system that nobody can integrate: field by field in the order of its screen, person by person."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.jobs import run_job
from accounts.scope import acting_as
from forms_engine.models import CopyMark, CopyPack, FormVersion, Report, ReportRow
from forms_engine.services.bring import bring_version
from forms_engine.services.copying import BadPack, PackLine, add_pack, change_pack, mark_entered, remove_pack
from forms_engine.services.fill import Edit, save_cells
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, EAST_GRID, make_form, make_id_number, make_person, send_form

pytestmark = pytest.mark.django_db
NUMBER = make_id_number()
COLUMNS = {"B": "person.name", "C": "person.id_number", "H": "person.phone", "O": "是否愿意上门"}
LINES = [PackLine("C", "证件号码"), PackLine("B", "姓名"), PackLine("O", "上门意愿")]
WHY = {"items": ["person.id_number"], "reason": "填报表格,核对信息"}


@pytest.fixture
def version(cast, items):
    return make_form(cast.department, COLUMNS)


@pytest.fixture
def pack(cast, version):
    with acting_as(cast.department):
        return add_pack(actor=cast.department, version=version, system="国家残疾人系统", lines=LINES)


@pytest.fixture
def report(cast, version, pack):
    """Two people in the village, one of them in the grid."""
    with acting_as(cast.worker):
        make_person(EAST, name="单桂兰", id_number=NUMBER, phone="13900002207")
        make_person(EAST_GRID, name="仇志远")
    dispatch = send_form(cast.department, version, EAST)
    run_job(dispatch.job_id)
    with acting_as(cast.worker):
        return Report.objects.select_related("dispatch__version__template").get(dispatch=dispatch)


@pytest.fixture
def rows(cast, report):
    with acting_as(cast.worker):
        return list(ReportRow.objects.filter(report=report).order_by("position").values_list("subject_id", flat=True))


def page(client, name, *keys, **query):
    return client.get(reverse(f"forms_engine:{name}", args=keys), query)


def press(client, report, pack, subject, step="done"):
    url = reverse("forms_engine:report_copy_row", args=[report.pk, pack.pk, subject])
    return client.post(url, {"step": step})


def marks(actor):
    with acting_as(actor):
        return CopyMark.objects.visible_to(actor).count()


def test_the_fields_stand_in_the_order_of_the_screen_under_its_names(client, cast, report, pack, rows):
    sign_in(client, cast.worker)
    answer = page(client, "report_copy_row", report.pk, pack.pk, rows[0])
    assert [line.label for line in answer.context["lines"]] == ["证件号码", "姓名", "上门意愿"]
    assert [line.text for line in answer.context["lines"]][1:] == ["单桂兰", ""]
    assert "no-store" in answer["Cache-Control"]


def test_one_system_is_opened_at_once_several_are_offered(client, cast, report, pack, version):
    sign_in(client, cast.worker)
    assert page(client, "report_copy", report.pk)["Location"].endswith(f"/copy/{pack.pk}/")
    with acting_as(cast.department):
        add_pack(actor=cast.department, version=version, system="省级系统", lines=LINES[:1])
    text = page(client, "report_copy", report.pk).content.decode()
    assert "国家残疾人系统" in text
    assert "省级系统" in text


def test_the_report_offers_it_only_where_the_department_set_it_up(client, cast, report, pack):
    sign_in(client, cast.worker)
    link = reverse("forms_engine:report_copy", args=[report.pk])
    assert link in page(client, "report_fill", report.pk).content.decode()
    CopyPack.objects.all().delete()
    assert link not in page(client, "report_fill", report.pk).content.decode()
    assert "不用录入其他系统" in page(client, "report_copy", report.pk).content.decode()


def test_a_person_is_marked_and_the_next_one_opened(client, cast, report, pack, rows):
    sign_in(client, cast.worker)
    assert press(client, report, pack, rows[0])["Location"].endswith(f"/{rows[1]}/")
    first = page(client, "report_copy_list", report.pk, pack.pk)
    assert [row.id for row in first.context["page"].rows] == [rows[1]]
    assert (first.context["done"], first.context["left"]) == (1, 1)
    assert press(client, report, pack, rows[1])["Location"].endswith("?all=1")
    assert "已全部录入" in page(client, "report_copy_list", report.pk, pack.pk).content.decode()
    press(client, report, pack, rows[0], step="undo")
    assert page(client, "report_copy_list", report.pk, pack.pk).context["left"] == 1


def test_marking_twice_is_one_mark(client, cast, report, pack, rows):
    sign_in(client, cast.worker)
    press(client, report, pack, rows[0])
    press(client, report, pack, rows[0])
    assert marks(cast.worker) == 1


def test_an_answer_that_changes_afterwards_asks_to_enter_the_person_again(client, cast, report, pack, rows):
    sign_in(client, cast.worker)
    press(client, report, pack, rows[0])
    with acting_as(cast.worker):
        save_cells(actor=cast.worker, report=report, edits=[Edit(rows[0], "H", "13900002299", 0)])
    assert page(client, "report_copy_list", report.pk, pack.pk).context["left"] == 1  # not a field of this screen
    with acting_as(cast.worker):
        save_cells(actor=cast.worker, report=report, edits=[Edit(rows[0], "O", "愿意", 0)])
    answer = page(client, "report_copy_list", report.pk, pack.pk)
    assert answer.context["left"] == 2
    assert "录入后有改动" in answer.content.decode()
    press(client, report, pack, rows[0])
    assert page(client, "report_copy_list", report.pk, pack.pk).context["left"] == 1


def test_a_sealed_number_is_not_there_to_copy_before_it_is_unmasked(client, cast, report, pack, rows):
    sign_in(client, cast.worker)
    before = page(client, "report_copy_row", report.pk, pack.pk, rows[0])
    assert NUMBER not in before.content.decode()
    assert 'data-of="copy-C"' not in before.content.decode()
    url = reverse("forms_engine:report_copy_unmask", args=[report.pk, pack.pk, rows[0]])
    assert url in before.content.decode()
    with watching() as statements:
        assert client.post(url, WHY).status_code == 302
    assert "person.unmasked" in audited(statements)
    after = page(client, "report_copy_row", report.pk, pack.pk, rows[0]).content.decode()
    assert f'value="{NUMBER}"' in after
    assert 'data-of="copy-C"' in after
    assert NUMBER not in page(client, "report_copy_row", report.pk, pack.pk, rows[1]).content.decode()


def test_unmasking_asks_for_a_reason_and_a_second_factor(client, cast, report, pack, rows):
    url = reverse("forms_engine:report_copy_unmask", args=[report.pk, pack.pk, rows[0]])
    sign_in(client, cast.worker)
    assert client.post(url, {"items": WHY["items"]}).status_code == 422
    without = sign_in(Client(), cast.worker, second_factor=False)
    assert without.post(url, WHY)["Location"].startswith(reverse("accounts:second_factor"))


def test_opening_and_marking_leave_lines(client, cast, report, pack, rows):
    sign_in(client, cast.worker)
    with watching() as statements:
        page(client, "report_copy_list", report.pk, pack.pk)
        page(client, "report_copy_row", report.pk, pack.pk, rows[0])
        press(client, report, pack, rows[0])
        press(client, report, pack, rows[0], step="undo")
    wanted = ["report.rows_read", "report.row_copied", "report.row_entered", "report.row_not_entered"]
    assert [line for line in audited(statements) if line.startswith("report")] == wanted


def test_a_grid_worker_copies_the_people_of_the_grid(client, cast, report, pack, rows):
    sign_in(client, cast.grid_worker)
    answer = page(client, "report_copy_list", report.pk, pack.pk)
    assert [row.name for row in answer.context["page"].rows] == ["仇志远"]
    outside = next(pk for pk in rows if pk != answer.context["page"].rows[0].id)
    assert page(client, "report_copy_row", report.pk, pack.pk, outside).status_code == 404
    press(client, report, pack, answer.context["page"].rows[0].id)
    assert marks(cast.worker) == 1


def test_another_village_and_another_forms_pack_do_not_exist(client, cast, report, pack, rows):
    other = make_form(cast.other_department, COLUMNS)
    with acting_as(cast.other_department):
        foreign = add_pack(actor=cast.other_department, version=other, system="别的", lines=LINES)
    sign_in(client, cast.worker)
    assert page(client, "report_copy_list", report.pk, foreign.pk).status_code == 404
    assert press(client, report, foreign, rows[0]).status_code == 404
    sign_in(client, cast.neighbour)
    assert page(client, "report_copy_row", report.pk, pack.pk, rows[0]).status_code == 404
    assert press(client, report, pack, rows[0]).status_code == 404
    with acting_as(cast.neighbour), pytest.raises(NotFound):
        mark_entered(actor=cast.neighbour, report=report, pack=pack, subject_id=rows[0])
    assert marks(cast.worker) == 0


def test_the_list_costs_the_same_for_few_and_many(client, cast, report, pack, rows):
    sign_in(client, cast.worker)
    with watching() as few:
        page(client, "report_copy_list", report.pk, pack.pk)
    with acting_as(cast.worker):
        row = ReportRow.objects.filter(report=report).values().first()
        ReportRow.objects.bulk_create(ReportRow(**(row | {"subject_id": 10**9 + n})) for n in range(60))
    with watching() as many:
        answer = page(client, "report_copy_list", report.pk, pack.pk)
    assert len(answer.context["page"].rows) == 50
    assert answer.context["page"].next
    assert len(many) == len(few)


def test_the_department_sets_the_order_on_a_page(client, cast, version):
    sign_in(client, cast.department)
    url = reverse("forms_engine:template_pack_new", args=[version.template_id, version.number])
    assert [str(order.value()) for _, order, _ in client.get(url).context["form"].rows] == ["1", "2", "3", "4"]
    given = {"system": "省级系统", "order-B": "2", "label-B": "", "order-C": "1", "label-C": "证件", "order-O": ""}
    assert client.post(url, given).status_code == 302
    pack = CopyPack.objects.get()
    assert pack.lines == [{"letter": "C", "label": "证件"}, {"letter": "B", "label": "姓名"}]
    edit = reverse("forms_engine:template_pack", args=[pack.pk])
    assert client.get(edit).context["form"]["label-C"].value() == "证件"
    client.post(edit, given | {"order-C": ""})
    pack.refresh_from_db()
    assert pack.letters == ["B"]
    assert "省级系统" in page(client, "template_packs", version.template_id).content.decode()


def test_a_screen_needs_a_field_and_a_name_of_its_own(client, cast, version, pack):
    sign_in(client, cast.department)
    url = reverse("forms_engine:template_pack_new", args=[version.template_id, version.number])
    assert client.post(url, {"system": "空"}).status_code == 422
    taken = client.post(url, {"system": pack.system, "order-B": "1"})
    assert "同名" in taken.content.decode()
    with acting_as(cast.department):
        for lines in ([PackLine("Z", "没有")], [LINES[0], LINES[0]]):
            with pytest.raises(BadPack):
                change_pack(actor=cast.department, pack=pack, system="改", lines=lines)


def test_only_the_forms_department_sets_it_up(cast, version, pack):
    with acting_as(cast.other_department):
        with pytest.raises(NotFound):
            add_pack(actor=cast.other_department, version=version, system="别的", lines=LINES)
        with pytest.raises(NotFound):
            remove_pack(actor=cast.other_department, pack=pack)
    with acting_as(cast.worker), pytest.raises(NotAllowed):
        add_pack(actor=cast.worker, version=version, system="别的", lines=LINES)


def test_a_system_is_not_removed_once_a_village_has_begun(client, cast, report, pack, rows):
    with acting_as(cast.worker):
        mark_entered(actor=cast.worker, report=report, pack=pack, subject_id=rows[0])
    with acting_as(cast.department), pytest.raises(Conflict):
        remove_pack(actor=cast.department, pack=pack)
    sign_in(client, cast.worker)
    press(client, report, pack, rows[0], step="undo")
    sign_in(client, cast.department)
    assert client.post(reverse("forms_engine:template_pack_remove", args=[pack.pk])).status_code == 302
    assert not CopyPack.objects.exists()


def test_the_next_version_keeps_the_order(cast, version, pack):
    with acting_as(cast.department):
        second = bring_version(actor=cast.department, template=version.template)
    carried = CopyPack.objects.get(version=second)
    assert carried.lines == pack.lines
    assert FormVersion.objects.get(pk=second.pk).number == 2


def test_a_report_that_is_still_prefilled_has_nothing_to_copy(client, cast, report, pack, rows):
    sign_in(client, cast.worker)
    with acting_as(cast.worker):
        Report.objects.filter(pk=report.pk).update(state=Report.State.PREPARING, submitted_at=timezone.now())
    assert page(client, "report_copy_list", report.pk, pack.pk).status_code == 404
