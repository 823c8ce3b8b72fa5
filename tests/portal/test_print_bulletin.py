"""The monthly bulletin leaves as PDF beside page and Word, and tells what monitoring points reported."""

import io

import pytest
from django.utils.timezone import localdate
from pypdf import PdfReader

from accounts.jobs import run_job
from accounts.models import Department
from accounts.roles import Role
from accounts.scope import acting_as
from portal.bulletin import Bulletin, Table
from portal.pdf_file import write_pdf
from portal.services.burden import count_changed
from tests.answers import text_of
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, WEST, make_actor, make_form, make_person, send_form
from tests.portal.monitoring import choose, tell

PDF = "/burden/bulletin/pdf/"
COLUMNS = {"B": "person.name", "H": "person.phone"}
SHAPES = ("/burden/bulletin/", "/burden/bulletin/word/", PDF)


@pytest.fixture
def points(cast, items):
    """Two villages that tell of 民政 what reached them by other ways."""
    for village in (EAST, WEST):
        choose(cast.district, village)
    department = Department.objects.get(pk=cast.department.department_id)
    tell(cast.worker, department, minutes=40, repeated=True)
    tell(cast.worker, department, channel="paper", title="填表", minutes=20)
    tell(cast.neighbour, department, minutes=30)
    return department


def words(client, address):
    """Text of the answer, whichever of the three shapes it has, without breaks of lines."""
    answer = client.get(address)
    if answer["Content-Type"] != "application/pdf":
        return text_of(answer).replace("\n", "")
    return words_of(answer.content)


def words_of(pdf: bytes) -> str:
    return "".join(page.extract_text().replace("\n", "") for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_pdf_says_what_the_page_says(client, cast, items):
    with acting_as(cast.worker):
        make_person(EAST, name="施桂兰")
    dispatch = send_form(cast.department, make_form(cast.department, COLUMNS), EAST, WEST)
    run_job(dispatch.job_id)
    count_changed()
    sign_in(client, cast.district)
    with watching() as statements:
        answer = client.get(PDF)
    assert audited(statements) == ["burden.bulletin_taken"]
    assert answer["Content-Type"] == "application/pdf"
    assert ".pdf" in answer["Content-Disposition"]
    said = words_of(answer.content)
    for sentence in client.get(SHAPES[0]).context["found"].sentences:
        assert sentence in said
    assert "第 1 页" in said
    assert "施桂兰" not in said


def test_what_is_not_counted_yet_is_told_on_the_page_of_the_account_and_in_the_bulletin(client, cast, items):
    run_job(send_form(cast.department, make_form(cast.department, COLUMNS), EAST, WEST).job_id)
    sign_in(client, cast.district)
    told = "有 2 份报表刚刚到达或刚刚变动,一两分钟内计入格数。"
    assert [told in words(client, address) for address in ("/burden/", *SHAPES)] == [True] * 4
    count_changed()
    assert [told in words(client, address) for address in ("/burden/", *SHAPES)] == [False] * 4


@pytest.mark.parametrize("address", SHAPES)
def test_what_points_told_is_a_section_of_its_own(client, cast, points, address):
    said = words(sign_in(client, cast.district), address)
    assert "平台外的任务:2 个监测点上报 3 件,村居估计 90 分钟。这是抽样,不计入上面的数。" in said
    assert "平台外的任务(监测点上报)" in said
    assert points.name in said


@pytest.mark.parametrize("address", SHAPES)
def test_a_department_does_not_read_which_village_told_of_it(client, cast, points, address):
    said = words(sign_in(client, cast.department), address)
    assert "上报的监测点少于 3 个,不显示" in said
    assert "90 分钟" not in said


def test_nothing_told_says_so(client, cast, items):
    assert "平台外的任务:监测点没有上报。" in words(sign_in(client, cast.district), PDF)


def test_who_may_not_see_the_account_gets_no_file(client, cast):
    assert sign_in(client, make_actor(Role.GRID_WORKER, EAST)).get(PDF).status_code == 403


def test_a_long_table_goes_on_with_its_headers_and_every_page_has_its_number():
    rows = [[f"部门{number}<b>&", "1"] for number in range(150)]
    table = Table("情况", ("部门", "格数"), rows)
    made = write_pdf(Bulletin("减负月报", f"{localdate():%Y-%m}", ["一句话。"], [table], ["注"]))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页" in page
        assert "格数" in page or number == len(pages)
    assert "部门149<b>&" in "".join(pages)
