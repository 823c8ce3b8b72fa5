import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.errors import Conflict, DomainError, NotFound
from accounts.models import Department, PeopleImport, Post, User
from accounts.people_import import HEADERS, MOST_ROWS, check_list, read_list
from accounts.services.people_import import begin_people_import, write_people
from accounts.xlsx import UploadRefused, open_upload
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, EAST_MICROGRID
from tests.workbooks import workbook

GOOD = [
    ("阿依古丽·买买提", "ayiguli", "网格员", "东村第一网格1号微网格", "", "微网格长", "2026-12-01", ""),
    ("阿依古丽·买买提", "ayiguli", "社区工作者", "城桥镇/东村", "", "", "", "2027-12-31"),
    ("陈晓", "chenxiao", "社区工作者", "310151101002", "", "", "", ""),
]
WRONG = [
    ("", "noname", "社区工作者", "东村", "", "", "", ""),
    ("李四", "李四", "社区工作者", "东村", "", "", "", ""),
    ("王五", "wangwu", "村长", "东村", "", "", "", ""),
    ("王五", "wangwu", "社区工作者", "北村", "", "", "", ""),
    ("王五", "wangwu", "网格员", "东村第一网格", "", "队长", "", ""),
    ("王五", "wangwu", "社区工作者", "东村", "", "", "明天", ""),
    ("王五", "wangwu", "社区工作者", "东村", "", "民警", "", ""),
    ("王五", "wangwu", "镇街管理员", "城桥镇", "", "", "", ""),
    ("陈晓二", "chenxiao", "社区工作者", "东村", "", "", "", ""),
    ("陈晓", "chenxiao", "社区工作者", "西村", "", "", "", ""),
]
COLUMNS = ["姓名", "用户名", "角色", "区划", "队员类别", "起始日期", "队员类别", "角色", "用户名", "用户名"]


def sheet(rows):
    return workbook([("人员名单",), HEADERS, *rows])


def begin(actor, rows):
    return begin_people_import(actor=actor, data=sheet(rows), filename="名单.xlsx")


def url(name, *args):
    return reverse(f"accounts:{name}", args=args)


def test_a_good_list_becomes_accounts_with_posts_and_passwords_that_are_shown_once(client, cast):
    sign_in(client, cast.town)
    file = SimpleUploadedFile("名单.xlsx", sheet(GOOD))
    with watching() as statements:
        detail = client.post(url("people_import"), {"file": file})["Location"]
    assert audited(statements) == ["people_import.checked"]
    assert not User.objects.filter(username="ayiguli").exists()
    kept = PeopleImport.objects.get()
    answer = client.post(url("people_import_write", kept.pk), {"rows": "all"})
    assert "no-store" in answer["Cache-Control"]
    head, *rows = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert head == ("姓名", "用户名", "初始密码", "还需要放行码")
    assert [(row[0], row[1]) for row in rows] == [("阿依古丽·买买提", "ayiguli"), ("陈晓", "chenxiao")]
    user = User.objects.get(username="ayiguli")
    assert user.check_password(rows[0][2])
    assert user.must_change_password
    posts = Post.objects.filter(user=user).values_list("role", "area_id", "kind")
    assert set(posts) == {("grid_worker", EAST_MICROGRID, "head"), ("community_worker", EAST, "")}
    page = client.get(detail).content.decode()
    assert "已写入 3 行" in page
    assert rows[0][2] not in page
    kept.refresh_from_db()
    assert kept.rows == []


def test_every_wrong_row_names_its_column(cast):
    kept = begin(cast.town, [*GOOD, *WRONG])
    assert [error["column"] for error in kept.errors] == COLUMNS
    assert [error["row"] for error in kept.errors] == list(range(6, 6 + len(WRONG)))


def test_all_or_the_good_rows_as_chosen(cast):
    kept = begin(cast.town, [*GOOD, *WRONG])
    with pytest.raises(DomainError, match="有 10 行有错"):
        write_people(actor=cast.town, pk=kept.pk, only_good=False)
    assert not User.objects.filter(username="chenxiao").exists()
    assert len(write_people(actor=cast.town, pk=kept.pk, only_good=True)) == 2
    with pytest.raises(Conflict):
        write_people(actor=cast.town, pk=kept.pk, only_good=True)


def test_a_list_is_checked_again_when_it_is_written(cast):
    kept = begin(cast.town, GOOD)
    User.objects.create_user("chenxiao", full_name="别人")
    with pytest.raises(DomainError, match="有 1 行有错"):
        write_people(actor=cast.town, pk=kept.pk, only_good=False)
    assert not User.objects.filter(username="ayiguli").exists()


def test_a_known_person_gets_one_more_post_and_keeps_the_password(cast):
    known = User.objects.get(pk=cast.colleague.user_id)
    kept = begin(cast.town, [("王建国", known.username, "网格员", "东村第一网格", "", "民警", "", "")])
    assert write_people(actor=cast.town, pk=kept.pk, only_good=False) == []
    assert Post.objects.filter(user=known).count() == 2
    known.refresh_from_db()
    assert not known.must_change_password


def test_an_account_out_of_sight_is_taken_like_any_other(cast):
    unseen = User.objects.get(pk=cast.district.user_id)
    kept = begin(cast.town, [(unseen.full_name, unseen.username, "网格员", "东村第一网格", "", "", "", "")])
    assert "已有人使用" in kept.errors[0]["message"]


def test_the_security_admin_brings_departments_and_the_three_stay_apart(cast):
    civil = Department.objects.get(name="区民政局")
    rows = [
        ("甲", "jia", "部门工作人员", "崇明区", civil.name, "", "", ""),
        ("乙", "yii", "审计管理员", "崇明区", "", "", "", ""),
        ("乙", "yii", "系统管理员", "崇明区", "", "", "", ""),
    ]
    kept = begin(cast.security, rows)
    assert [(error["row"], error["column"]) for error in kept.errors] == [(5, "角色")]
    given = write_people(actor=cast.security, pk=kept.pk, only_good=True)
    assert all(secret.needs_release for _, secret in given)
    assert Post.objects.get(user__username="jia").area_id == DISTRICT


def test_checking_costs_the_same_for_one_row_and_for_many(cast, django_assert_max_num_queries):
    many = [(f"人{n}", f"user-{n:03d}", "社区工作者", "东村", "", "", "", "") for n in range(MOST_ROWS)]
    for rows in (many[:1], many):
        read = read_list(open_upload(sheet(rows)))
        with django_assert_max_num_queries(4):
            assert len(check_list(cast.town, read)[0]) == len(rows)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (workbook([("姓名", "电话"), ("张三", "1")]), "没有找到表头"),
        (workbook([HEADERS]), "没有内容"),
        (sheet([GOOD[2]] * (MOST_ROWS + 1)), "最多 200 行"),
        (b"not excel", ""),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_reason(cast, data, sentence):
    with pytest.raises(UploadRefused, match=sentence):
        begin_people_import(actor=cast.town, data=data, filename="名单.xlsx")


def test_the_template_is_a_list_that_can_be_read(client, cast):
    answer = sign_in(client, cast.town).get(url("people_import_template"))
    assert len(read_list(open_upload(answer.content))) == 2


def test_a_list_belongs_to_the_post_that_brought_it(client, cast):
    kept = begin(cast.town, GOOD)
    sign_in(client, cast.security)
    assert client.get(url("people_import_detail", kept.pk)).status_code == 404
    with pytest.raises(NotFound):
        write_people(actor=cast.district, pk=kept.pk, only_good=True)
