"""A department's system passes the desk before any village works in it: admission, change, suspension, end."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.approvals.refusals import NeedsNote, ReviewRunning
from accounts.approvals.rules import Opinion
from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import Department, Post
from accounts.roles import Role
from accounts.scope import acting_as
from portal.models import Filing, System
from portal.selectors.comparison import compare_filing
from portal.selectors.systems import list_systems
from portal.services.systems.desk import (
    give_opinion_on_filing,
    invite_to_filing,
    refuse_filing,
    resume_system,
    return_filing,
    submit_filing,
    suspend_system,
    withdraw_filing,
)
from portal.services.systems.filings import NameTaken, begin_filing, begin_system, describe_closure
from portal.services.systems.hooks import NotReady, retire_due_systems
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, TOWN, make_dataset, make_form
from tests.portal.filing import admit, begun, describe, handed_in, make_system, seen

pytestmark = pytest.mark.django_db
Purpose = Filing.Purpose


def closing(**more):
    given = {"reason": "并入统一平台", "closing_on": localdate(), "data_fate": "archived", "data_note": "月底前归档"}
    return given | more


def test_a_system_is_admitted_with_a_number_of_its_district(cast, items):
    with watching() as statements:
        system = make_system(cast.department, cast.district)
    assert (system.state, system.filing_number) == ("admitted", f"CM-XT-{localdate().year}-0001")
    assert system.live.valid_until == localdate() + timedelta(days=365)
    assert make_system(cast.department, cast.district, "第二个").filing_number.endswith("-0002")
    told = [line for line in audited(statements) if line.startswith("system.")]
    assert told == [
        *("system.drafted", "system.registered", "system.filing_changed", "system.submitted", "system.admitted")
    ]


@pytest.mark.parametrize(
    "missing",
    [
        {"summary": ""}, {"functions": []}, {"description": " "}, {"roles": []}, {"areas": ()}, {"legal_basis": ""},
        {"building_cost": None}, {"yearly_cost": None}, {"necessity": ""},
    ],
)  # fmt: skip
def test_what_is_not_complete_is_not_handed_in(cast, items, missing):
    filing = begun(cast.department, **missing)
    with acting_as(cast.department), pytest.raises(NotReady):
        submit_filing(actor=cast.department, filing=filing, seen=seen(filing))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"functions": ["visits", "clock_in"]}, "打卡签到:功能里选了这一项"),
        ({"functions": ["points"]}, "积分排名"),
        ({"functions": ["online_time"]}, "在线时长统计"),
        ({"functions": ["forced_install"]}, "强制安装关注"),
        ({"description": "1. 探访\n2. 每日定位打卡"}, "打卡签到:说明里写有“. 每日定位打卡”"),
        ({"description": "按积分排行"}, "积分排名"),
        ({"summary": "统计登录时长"}, "在线时长统计"),
        ({"necessity": "要求全员下载安装"}, "强制安装关注"),
        ({"description": "通报关注率"}, "强制安装关注"),
    ],
)
def test_what_no_system_may_ask_is_named_and_refused_until_it_is_gone(cast, items, given, named):
    filing = begun(cast.department, **given)
    with acting_as(cast.department):
        with pytest.raises(NotReady) as refused:
            submit_filing(actor=cast.department, filing=filing, seen=seen(filing))
        assert named in refused.value.message
        describe(cast.department, filing)
        submit_filing(actor=cast.department, filing=filing, seen=seen(filing))
    filing.refresh_from_db()
    assert filing.state == "submitted"


def test_saying_that_there_is_none_is_no_offence(cast, items):
    assert handed_in(cast.department, description="探访登记,不设积分和排名,也没有打卡").state == "submitted"


def test_the_comparison_finds_what_the_district_has_already(cast, items):
    codes = ("person.name", "person.phone", "person.id_number")
    make_system(cast.other_department, cast.district, "助残走访", description="安排探访人员", items=codes)
    make_form(cast.other_department, {"B": "person.phone"})
    make_dataset_of(cast)
    filing = begun(cast.department, items=(*codes, "event.title"), functions=["visits", "forms"])
    compared = compare_filing(filing, list(filing.items.all()))
    (like,) = compared.systems
    assert (like.system.name, like.functions, like.items, like.percent) == ("助残走访", ["走访探访"], 3, 75)
    assert [(pair.ours, pair.theirs) for pair in like.alike] == [("安排探访", "安排探访人员")]
    assert [(form.shared, form.percent) for form in compared.forms] == [(1, 25)]
    assert [(one.name, one.items) for one in compared.datasets] == [
        ("残疾人两项补贴名单", ["公民身份号码", "姓名", "联系方式"])
    ]
    assert [item.pk for item in compared.registered] == ["person.id_number", "person.name", "person.phone"]
    assert compared.provided == ["报表填报"]
    assert compared.prohibited == []


def make_dataset_of(cast):
    from tests.factories import DISTRICT, make_actor

    disabled = Department.objects.get(pk=cast.other_department.department_id)
    return make_dataset(make_actor(Role.DATA_OFFICER, DISTRICT, department=disabled), cast.district)


def test_the_comparison_costs_the_same_for_one_system_and_for_ten(cast, items, django_assert_num_queries):
    filing = begun(cast.department, items=("person.name",))
    for number in range(3):
        make_system(cast.other_department, cast.district, f"系统{number}", items=("person.name",))
    wanted = list(filing.items.all())
    compare_filing(filing, wanted)
    with django_assert_num_queries(4):
        assert len(compare_filing(filing, wanted).systems) == 3


def test_a_system_without_anything_in_common_is_not_shown(cast, items):
    make_system(cast.other_department, cast.district, "培训", functions=["training"], description="上课")
    filing = begun(cast.department)
    assert compare_filing(filing, []).systems == []


def test_departments_are_asked_and_the_desk_waits_for_them(cast, items):
    filing = handed_in(cast.department)
    asked = [Department.objects.get(pk=cast.other_department.department_id)]
    with acting_as(cast.district):
        invite_to_filing(actor=cast.district, filing=filing, departments=asked, days=5, seen=seen(filing))
    with pytest.raises(ReviewRunning):
        admit(cast.district, filing)
    with acting_as(cast.other_department):
        give_opinion_on_filing(
            actor=cast.other_department, filing=filing, opinion=Opinion.OBJECT, text="与助残走访重复", seen_round=1
        )
    with pytest.raises(NeedsNote):
        admit(cast.district, filing)
    admit(cast.district, filing, note="先试一年")
    assert filing.state == "admitted"


def test_the_requester_never_decides_in_whatever_post(cast, items):
    filing = handed_in(cast.department)
    post = Post.objects.create(
        user_id=cast.department.user_id, role=Role.DISTRICT_ADMIN, area_id=cast.district.area_code
    )
    for actor in (cast.department, Post.objects.with_context().get(pk=post.pk).as_actor(second_factor=True)):
        with pytest.raises(NotAllowed):
            admit(actor, filing)


def test_another_department_changes_nothing(cast, items):
    filing = begun(cast.department)
    with acting_as(cast.other_department):
        with pytest.raises(NotFound):
            describe(cast.other_department, filing)
        with pytest.raises(NotFound):
            submit_filing(actor=cast.other_department, filing=filing, seen=seen(filing))
        with pytest.raises(NotFound):
            begin_filing(actor=cast.other_department, system=filing.system, purpose=Purpose.CHANGE)


def test_what_was_handed_in_is_not_changed_under_the_desk(cast, items):
    filing = handed_in(cast.department)
    with acting_as(cast.department), pytest.raises(Conflict):
        describe(cast.department, filing)
    with acting_as(cast.department):
        withdraw_filing(actor=cast.department, filing=filing, seen=seen(filing))
        describe(cast.department, filing, summary="改过")
        submit_filing(actor=cast.department, filing=filing, seen=seen(filing))
    admit(cast.district, filing)
    assert filing.system.filings.get().summary == "改过"


def test_one_name_is_one_system_of_a_department(cast, items):
    begun(cast.department)
    with acting_as(cast.department), pytest.raises(NameTaken):
        begin_system(actor=cast.department, name="养老探访平台")
    begun(cast.other_department)


def test_a_change_passes_the_desk_and_the_system_goes_on_meanwhile(cast, items):
    system = make_system(cast.department, cast.district, items=("person.name",))
    with acting_as(cast.department):
        filing = begin_filing(actor=cast.department, system=system, purpose=Purpose.CHANGE)
        assert [item.pk for item in filing.items.all()] == ["person.name"]
        with pytest.raises(NotReady, match="变更的理由"):
            submit_filing(actor=cast.department, filing=filing, seen=seen(filing))
        describe(cast.department, filing, reason="加一个岗位", roles=["town_admin"], areas=(TOWN,))
        submit_filing(actor=cast.department, filing=filing, seen=seen(filing))
    system.refresh_from_db()
    assert (system.state, system.live.roles) == ("admitted", ["community_worker", "grid_worker"])
    admit(cast.district, filing)
    system.refresh_from_db()
    assert (system.live.roles, [area.code for area in system.live.areas.all()]) == (["town_admin"], [TOWN])
    assert System.objects.get().filing_number.endswith("-0001")


def test_only_one_filing_is_under_way(cast, items):
    system = make_system(cast.department, cast.district)
    with acting_as(cast.department):
        filing = begin_filing(actor=cast.department, system=system, purpose=Purpose.CHANGE)
        assert begin_filing(actor=cast.department, system=system, purpose=Purpose.CLOSURE).pk == filing.pk
        filing.refresh_from_db()
        describe_closure(actor=cast.department, filing=filing, values=closing())
        submit_filing(actor=cast.department, filing=filing, seen=seen(filing))
        with pytest.raises(Conflict):
            begin_filing(actor=cast.department, system=system, purpose=Purpose.CHANGE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Filing.objects.create(system=system, number=9)


@pytest.mark.parametrize(
    "missing",
    [{"reason": ""}, {"closing_on": None}, {"closing_on": date(2020, 1, 1)}, {"data_fate": ""}, {"data_note": ""}],
)
def test_an_end_says_when_and_what_becomes_of_the_data(cast, items, missing):
    system = make_system(cast.department, cast.district)
    with acting_as(cast.department):
        filing = begin_filing(actor=cast.department, system=system, purpose=Purpose.CLOSURE)
        describe_closure(actor=cast.department, filing=filing, values=closing(**missing))
        with pytest.raises(NotReady):
            submit_filing(actor=cast.department, filing=filing, seen=seen(filing))


def closed(cast, system, **more):
    with acting_as(cast.department):
        filing = begin_filing(actor=cast.department, system=system, purpose=Purpose.CLOSURE)
        describe_closure(actor=cast.department, filing=filing, values=closing(**more))
        submit_filing(actor=cast.department, filing=filing, seen=seen(filing))
    filing.refresh_from_db()
    admit(cast.district, filing)
    system.refresh_from_db()
    return system


def test_a_system_ends_on_the_day_it_was_told(cast, items):
    assert closed(cast, make_system(cast.department, cast.district)).state == "retired"
    later = closed(cast, make_system(cast.department, cast.district, "另一个"), closing_on=localdate() + timedelta(2))
    assert (later.state, retire_due_systems()) == ("admitted", 0)
    System.objects.filter(pk=later.pk).update(retired_on=localdate())
    with watching() as statements:
        assert (retire_due_systems(), retire_due_systems()) == (1, 0)
    assert audited(statements) == ["system.retired"]
    with acting_as(cast.department), pytest.raises(Conflict):
        begin_filing(actor=cast.department, system=later, purpose=Purpose.CHANGE)


def test_a_refused_system_may_try_again(cast, items):
    filing = handed_in(cast.department)
    with acting_as(cast.district):
        refuse_filing(actor=cast.district, filing=filing, seen=seen(filing), note="已有同类系统")
    system = System.objects.get()
    assert system.state == "refused"
    with acting_as(cast.department):
        again = begin_filing(actor=cast.department, system=system, purpose=Purpose.NEW)
        submit_filing(actor=cast.department, filing=again, seen=seen(again))
    again.refresh_from_db()
    admit(cast.district, again)
    system.refresh_from_db()
    assert (system.state, again.number) == ("admitted", 2)


def test_a_refused_change_leaves_the_system_as_it_was(cast, items):
    system = make_system(cast.department, cast.district)
    with acting_as(cast.department):
        filing = begin_filing(actor=cast.department, system=system, purpose=Purpose.CHANGE)
        describe(cast.department, filing, reason="扩大", summary="别的")
        submit_filing(actor=cast.department, filing=filing, seen=seen(filing))
    with acting_as(cast.district):
        refuse_filing(actor=cast.district, filing=filing, seen=seen(filing), note="不需要")
    system.refresh_from_db()
    assert (system.state, system.live.summary) == ("admitted", "登记探访独居老人的情况")


def test_the_desk_suspends_and_resumes(cast, items):
    system = make_system(cast.department, cast.district)
    with acting_as(cast.district), watching() as statements:
        with pytest.raises(NeedsNote):
            suspend_system(actor=cast.district, system=system, reason=" ")
        suspend_system(actor=cast.district, system=system, reason="被举报打卡")
        with pytest.raises(Conflict):
            suspend_system(actor=cast.district, system=system, reason="再停")
        resume_system(actor=cast.district, system=system)
        with pytest.raises(Conflict):
            resume_system(actor=cast.district, system=system)
    assert audited(statements) == ["system.suspended", "system.resumed"]
    with acting_as(cast.department), pytest.raises(NotAllowed):
        suspend_system(actor=cast.department, system=system, reason="自己停")


# Pages ---------------------------------------------------------------------------------------------------------------
def at(name, system):
    return reverse(f"portal:system_{name}", args=[system.pk])


def test_a_department_applies_and_the_desk_admits_on_the_pages(client, cast, items):
    sign_in(client, cast.department)
    answer = client.post(reverse("portal:system_new"), {"name": "养老探访平台"})
    system = System.objects.get()
    assert answer["Location"] == at("edit", system)
    assert client.get(at("edit", system)).status_code == 200
    given = {
        "summary": "探访", "functions": ["visits", "clock_in"], "description": "安排探访",
        "roles": ["community_worker"], "areas": [str(TOWN)], "item_codes": ["person.name"],
        "legal_basis": "办法", "building_cost": "0",
        "yearly_cost": "1.5", "necessity": "没有",
    }  # fmt: skip
    client.post(at("edit", system), given)
    page = client.get(at("detail", system)).content.decode()
    assert "国办函〔2026〕12号禁止的功能" in page
    assert client.post(at("submit", system), {"seen": seen(system.filings.get())}).status_code == 422
    client.post(at("edit", system), given | {"functions": ["visits"]})
    client.post(at("submit", system), {"seen": seen(system.filings.get())})
    filing = system.filings.get()
    assert ([area.code for area in filing.areas.all()], filing.state) == ([TOWN], "submitted")

    sign_in(client, cast.district)
    assert "待审 1 件" in client.get(reverse("portal:system_list")).content.decode()
    sent = {"seen": seen(filing), "decision": "admit", "valid_until": "2020-01-01", "note": ""}
    assert client.post(at("decide", system), sent).status_code == 422
    sent["valid_until"] = (localdate() + timedelta(days=30)).isoformat()
    assert client.post(at("decide", system), sent).status_code == 302
    assert client.post(at("decide", system), sent).status_code == 409
    assert client.post(at("suspend", system), {"reason": ""}).status_code == 422
    assert client.post(at("suspend", system), {"reason": "核查"}).status_code == 302
    assert "已暂停使用:核查" in client.get(at("detail", system)).content.decode()
    assert client.post(at("resume", system)).status_code == 302


def test_an_asked_department_reads_the_comparison_and_answers_once(client, cast, items):
    filing = handed_in(cast.department)
    sign_in(client, cast.district)
    sent = {"departments": [cast.other_department.department_id], "days": 5, "seen": seen(filing)}
    assert client.post(at("review", filing.system), sent).status_code == 302
    sign_in(client, cast.other_department)
    (review,) = client.get(reverse("portal:system_opinion_list")).context["waiting"]
    page = reverse("portal:system_opinion", args=[review.pk])
    assert "自动比对" in client.get(page).content.decode()
    assert client.post(page, {"opinion": "object", "text": "", "seen": 1}).status_code == 422
    assert client.post(page, {"opinion": "agree", "text": "", "seen": 1}).status_code == 302
    assert client.post(page, {"opinion": "agree", "text": "", "seen": 1}).status_code == 409
    assert sign_in(client, cast.department).get(page).status_code == 404


def test_an_end_is_asked_for_on_its_own_page(client, cast, items):
    system = make_system(cast.department, cast.district)
    sign_in(client, cast.department)
    assert client.post(at("begin", system), {"purpose": "closure"})["Location"] == at("edit", system)
    assert "数据去向" in client.get(at("edit", system)).content.decode()
    day = localdate().isoformat()
    client.post(at("edit", system), closing(closing_on=day))
    assert client.post(at("submit", system), {"seen": seen(system.filings.latest("number"))}).status_code == 302


def test_the_inventory_is_seen_by_the_district_and_a_draft_by_its_department_alone(client, cast, items):
    admitted, draft = make_system(cast.department, cast.district), begun(cast.department, "草稿系统").system
    with acting_as(cast.town):
        assert list(list_systems(actor=cast.town)) == [admitted]
        assert list(list_systems(actor=cast.town, function="training")) == []
        assert list(list_systems(actor=cast.town, text="民政", function="visits", state="admitted")) == [admitted]
    for actor in (cast.other_department, cast.district, cast.town):
        assert sign_in(client, actor).get(at("detail", draft)).status_code == 404
    assert sign_in(client, cast.department).get(at("detail", draft)).status_code == 200
    assert sign_in(client, cast.worker).get(reverse("portal:system_list")).status_code == 403


def test_the_inventory_leaves_as_a_table(client, cast, items):
    make_system(cast.department, cast.district, items=("person.name",), areas=(TOWN, EAST))
    with watching() as statements:
        answer = sign_in(client, cast.town).get(reverse("portal:system_export"), {"state": "admitted"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    head, row = list(sheet.values)
    found = dict(zip(head, row, strict=True))
    assert (found["系统名称"], found["主管部门"], found["状态"]) == ("养老探访平台", "区民政局", "在用")
    assert (found["使用范围"], found["采集的数据项"], found["使用岗位"]) == (
        "城桥镇、东村",
        "姓名",
        "社区工作者、网格员",
    )
    assert "system.inventory_exported" in audited(statements)


def test_pages_cost_the_same_for_one_system_and_for_many(client, cast, items):
    def cost(page):
        client.get(page)
        with watching() as statements:
            assert client.get(page).status_code == 200
        return len(statements)

    make_system(cast.department, cast.district)
    sign_in(client, cast.district)
    page = reverse("portal:system_list")
    few = cost(page)
    for number in range(5):
        make_system(cast.department, cast.district, f"系统{number}")
    assert cost(page) == few


def test_what_waits_is_on_the_workbench(client, cast, items):
    filing = handed_in(cast.department)
    assert "申请系统新建准入" in sign_in(client, cast.district).get("/").content.decode()
    with acting_as(cast.district):
        return_filing(actor=cast.district, filing=filing, seen=seen(filing), note="请写清功能")
    page = sign_in(client, cast.department).get("/")
    assert "请写清功能" in page.content.decode()
    assert {link.label: link.count for link in page.context["shell"].nav}["系统准入"] == 1
