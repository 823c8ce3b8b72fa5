"""A standard catalogue comes in from a file by one request: every row or none, mapped to the tags that there are."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.exporting import write_table
from accounts.jobs import run_job
from accounts.models import Job
from accounts.roles import Role
from accounts.scope import acting_as
from accounts.xlsx import UploadRefused
from tagging.evaluation.keeping import REFRESH
from tagging.importing.mapping import RowsRefused, read_mapping
from tagging.importing.reading import read_catalogue
from tagging.models import SubjectTags, Tag, TagChange
from tagging.selectors.catalogue import TagFilter, list_tags
from tagging.services.desk import approve_change, begin_import, map_import, submit_change
from tagging.services.hand import attach_tag
from tests.doors import audited, sign_in, watching
from tests.factories import DISTRICT, EAST, make_actor, make_person
from tests.tagging.proposing import approval_of, basic, make_tag

pytestmark = pytest.mark.django_db
HEADERS = ["标准代码", "标签名称", "对象", "级别", "含义", "同义词"]
ROWS = [
    ["A01", "失独家庭", "家庭户", "3级", "独生子女已去世", "失独、失独户"],
    ["A02", "需要送餐", "", "", "做饭困难", ""],
]


def as_csv(rows=ROWS, charset="utf-8", headers=HEADERS):
    return "\n".join(",".join(row) for row in [headers, *rows]).encode(charset)


def bring(actor, data=None, filename="市标准目录.csv"):
    with acting_as(actor):
        return begin_import(actor=actor, data=data or as_csv(), filename=filename, reason="市里 2026 年版")


def hand_in(actor, change):
    with acting_as(actor):
        submit_change(actor=actor, change=change, seen=approval_of(change).version)


def approve(cast, change):
    with acting_as(cast.district):
        approve_change(actor=cast.district, change=change, seen=approval_of(change).version)


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (as_csv(), "目录.csv"),
        (as_csv(charset="utf-8-sig"), "目录.csv"),
        (as_csv(charset="gbk"), "目录.csv"),
        (write_table("目录", HEADERS, ROWS), "目录.xlsx"),
        (as_csv([["市级标签目录", "", "", "", "", ""], HEADERS, *ROWS], headers=["", "", "", "", "", ""]), "目录.csv"),
    ],
)
def test_a_catalogue_is_read_in_whatever_shape_it_comes(data, filename):
    sheet = read_catalogue(data, filename)
    assert sheet.errors == []
    first, second = (row.values for row in sheet.rows)
    assert (first["standard_code"], first["name"], first["subject"], first["level"]) == (
        "A01",
        "失独家庭",
        "household",
        3,
    )
    assert first["synonyms"] == ["失独", "失独户"]
    assert (second["kind"], second["subject"], second["level"]) == ("basic", "person", 2)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\xff\xfe\x00\x81", "文字编码"),
        (b"a,b\n1,2", "没有找到表头"),
        (as_csv([]), "只有表头"),
        (b'x,"y', "没有找到|引号"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(data, problem):
    with pytest.raises(UploadRefused, match=problem):
        read_catalogue(data, "目录.csv")


def test_every_wrong_row_is_named_and_nothing_is_kept(client, cast, items):
    wrong = [
        ["A01", "", "家庭户", "3", "含义", ""],
        ["A02", "甲", "", "九级", "含义", ""],
        ["A03", "乙", "火箭", "", "含义", ""],
    ]
    twice = [["A04", "丙", "", "", "含义", ""], ["A05", "丙", "", "", "含义", ""]]
    with pytest.raises(RowsRefused) as refused:
        bring(cast.department, as_csv([*wrong, *ROWS, *twice]))
    for said in ("第 2 行“名称”", "第 3 行“分级”", "第 4 行“对象”", "第 7 行“名称”", "出现了 2 次"):
        assert said in refused.value.message
    file = SimpleUploadedFile("目录.csv", as_csv(wrong))
    page = sign_in(client, cast.department).post(reverse("tagging:tag_import"), {"file": file, "reason": "市里"})
    assert page.status_code == 422
    assert "第 4 行“对象”" in page.content.decode()
    assert not TagChange.objects.exists()


def test_one_decision_lets_every_row_in(cast, items):
    change = bring(cast.department)
    assert change.state == "drafted"
    hand_in(cast.department, change)
    assert not Tag.objects.exists()
    with watching() as statements:
        approve(cast, change)
    assert audited(statements) == ["tag.approved"]
    told = {tag.name: (tag.standard_code, tag.subject, tag.level) for tag in Tag.objects.all()}
    assert told == {"失独家庭": ("A01", "household", 3), "需要送餐": ("A02", "person", 2)}
    assert {part.tag.name for part in change.parts.all()} == set(told)


def test_the_old_tag_of_the_area_becomes_the_standard_one(cast, items):
    old = make_tag(cast, **basic("失独户", subject="household", level=2, group="家庭"))
    change = bring(cast.department)
    hand_in(cast.department, change)
    approve(cast, change)
    old.refresh_from_db()
    assert (old.name, old.standard_code, old.level, old.group, old.version) == ("失独家庭", "A01", 3, "家庭", 2)
    assert "失独户" in old.synonyms
    assert Tag.objects.live().count() == 2


def test_a_local_tag_of_that_name_is_merged_and_its_carriers_come_along(cast, items):
    local = make_tag(cast, cast.town, **basic("需要送餐"))
    with acting_as(cast.town):
        person = make_person(EAST)
    with acting_as(cast.worker):
        attach_tag(actor=cast.worker, tag=local, ids=[person.pk], reason="走访")
    change = bring(cast.district)
    with acting_as(cast.district):
        assert [[tag.name for tag in row.merged] for row in read_mapping(change)] == [[], ["需要送餐"]]
    hand_in(cast.district, change)
    second = make_actor(Role.DISTRICT_ADMIN, DISTRICT)
    with acting_as(second):
        approve_change(actor=second, change=change, seen=approval_of(change).version)
    for job in Job.objects.filter(kind=REFRESH, state="waiting"):
        run_job(job.pk)
    standard = Tag.objects.get(standard_code="A02")
    local.refresh_from_db()
    assert (local.is_live, local.merged_into) == (False, standard)
    with acting_as(cast.district):
        assert SubjectTags.objects.get(subject_id=person.pk).tags == [standard.pk]


def test_a_tag_that_is_only_alike_is_offered_and_taken_by_hand(client, cast, items):
    make_tag(cast, cast.department, **basic("送餐需要"))
    old = make_tag(cast, **basic("需送餐"))
    change = bring(cast.department)
    page = reverse("tagging:change_detail", args=[change.pk])
    text = sign_in(client, cast.department).get(page).content.decode()
    assert f'name="row-3" value="{old.code}"> 需送餐' in text
    chosen = {"row-3": old.code, "seen": approval_of(change).version}
    assert client.post(reverse("tagging:import_map", args=[change.pk]), chosen).status_code == 302
    assert f'name="row-3" value="{old.code}" checked' in client.get(page).content.decode()
    hand_in(cast.department, change)
    approve(cast, change)
    old.refresh_from_db()
    assert (old.name, old.standard_code) == ("需要送餐", "A02")


def test_rows_that_cannot_be_are_named_together_and_nothing_is_handed_in(cast, items):
    make_tag(cast, cast.town, **basic("需要送餐"))
    dynamic = make_tag(cast, cast.town, name="失独", subject="person")
    change = bring(cast.department)
    with pytest.raises(RowsRefused) as refused:
        hand_in(cast.department, change)
    assert "第 2 行“失独家庭”" in refused.value.message
    assert "第 3 行“需要送餐”:“需要送餐”由城桥镇负责" in refused.value.message
    change.refresh_from_db()
    assert (change.state, dynamic.is_live) == ("drafted", True)


def test_what_changed_before_the_decision_stops_it_as_a_whole(cast, items):
    change = bring(cast.department)
    hand_in(cast.department, change)
    make_tag(cast, cast.town, **basic("需要送餐"))
    with acting_as(cast.district), pytest.raises(RowsRefused, match="第 3 行"):
        approve_change(actor=cast.district, change=change, seen=approval_of(change).version)
    assert not Tag.objects.filter(name="失独家庭").exists()


def test_a_rule_does_not_come_from_a_table(cast, items):
    data = as_csv([["B1", "高龄", "动态", "满 80 周岁"]], headers=["标准代码", "名称", "种类", "含义"])
    change = bring(cast.department, data)
    with pytest.raises(RowsRefused, match="条件不能从表里来"):
        hand_in(cast.department, change)
    make_tag(cast, name="高龄")
    change = bring(cast.department, data)
    hand_in(cast.department, change)
    approve(cast, change)
    tag = Tag.objects.get()
    assert (tag.standard_code, tag.kind, tag.version, bool(tag.condition)) == ("B1", "dynamic", 2, True)


def test_rows_are_mapped_only_by_who_asked_and_to_tags_of_the_area(client, cast, items):
    change = bring(cast.town)
    wide = make_tag(cast, **basic("无关"))
    with acting_as(cast.town):
        map_import(actor=cast.town, change=change, olds={3: [wide.pk]}, seen=approval_of(change).version)
        assert [row.olds for row in read_mapping(change)] == [[], []]
    for actor in (cast.department, cast.district):
        answer = sign_in(client, actor).post(reverse("tagging:import_map", args=[change.pk]), {"seen": 1})
        assert answer.status_code == 404


def test_the_catalogue_leaves_in_the_shape_in_which_it_is_read(client, cast, items):
    make_tag(cast, **basic("失独家庭", synonyms=["失独"], standard_code="A01", recheck_days=90))
    answer = sign_in(client, cast.worker).get(reverse("tagging:tag_export"))
    (row,) = read_catalogue(answer.content, "标签目录.xlsx").rows
    assert (row.values["name"], row.values["synonyms"], row.values["recheck_days"]) == ("失独家庭", ["失独"], 90)


def test_a_synonym_and_a_code_find_the_tag(cast, items):
    tag = make_tag(cast, **basic("失独家庭", synonyms=["失独户"], standard_code="A01"))
    make_tag(cast, **basic("别的"))
    for text in ("失独户", "独户", "A01", tag.code):
        with acting_as(cast.worker):
            assert list(list_tags(actor=cast.worker, wanted=TagFilter(text))) == [tag], text
