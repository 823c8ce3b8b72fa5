"""The help of each screen opens what the handbook of the role says about it."""

import pytest
from django.urls import reverse

from accounts.rights import ROLE_RIGHTS
from accounts.roles import Role
from portal.handbook import EVERYONE, FOLDER, PAGES, find_section, list_sections, read_sections, render
from portal.navigation import ENTRIES
from tests.doors import sign_in
from tests.matrix.cells import routes


@pytest.mark.parametrize("role", Role)
def test_the_handbook_speaks_of_every_entry_of_the_menu(role):
    entries = [entry for entry in ENTRIES if entry.right in ROLE_RIGHTS[role]]
    assert [entry.label for entry in entries if find_section(role, entry.url_name) is None] == []


@pytest.mark.parametrize("page", sorted({EVERYONE, *PAGES.values()}))
def test_every_screen_that_a_section_names_is_there(page):
    names = set(routes())
    named = [screen for section in read_sections(page) for screen in section.screens]
    assert [screen for screen in named if not any(name.startswith(screen) for name in names)] == []


def test_every_page_of_the_handbook_is_somebodys():
    assert {path.stem for path in FOLDER.glob("*.md")} == {"README", EVERYONE, *PAGES.values()}


@pytest.mark.django_db
def test_the_help_of_a_screen_begins_with_its_section(client, cast):
    sign_in(client, cast.worker)
    page = client.get(reverse("portal:complaint_list")).content.decode()
    assert 'href="/help/?screen=portal%3Acomplaint_list"' in page
    answer = client.get("/help/?screen=portal:complaint_list")
    assert answer.context["section"].title == "监督举报"
    assert "回执码" in answer.content.decode()
    assert client.get("/help/?screen=no:such").context["section"] is None


def test_a_post_reads_of_no_page_that_its_menu_does_not_have():
    titles = [section.title for section in list_sections(Role.DATA_OFFICER)]
    assert "返还账" in titles
    assert "账号和密码" in titles
    assert "减负账" not in titles


def test_the_handbook_is_rendered_without_markup_of_its_own():
    text = "一、**粗**<b>\n\n1. 甲\n   续\n2. [乙](x.md)\n\n![图](images/a.png)\n\n- `丙`"
    assert render(text) == (
        "<p>一、<b>粗</b>&lt;b&gt;</p><ol><li>甲续</li><li>乙</li></ol><ul><li><code>丙</code></li></ul>"
    )
    assert '<th scope="col">甲</th>' in render("| 甲 | 乙 |\n| --- | --- |\n| 丙 | 丁 |")
    assert "<td>丁</td>" in render("| 甲 | 乙 |\n| --- | --- |\n| 丙 | 丁 |")
