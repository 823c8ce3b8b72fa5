"""A worker in the grid, in Chromium: typing, input methods, pasting, gaps, colleagues, lost connections."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.scope import acting_as
from forms_engine.models import CellEdit, Report, ReportRow
from forms_engine.services.fill import Edit, save_cells
from tests.doors import sign_in
from tests.forms_engine.conftest import form, report, roster, sent  # noqa: F401  (fixtures)

GAP, KNOWN = 0, 1  # rows: the person without a phone comes first
PHONE, ACCOUNT, REMARK, VISIT = 2, 3, 4, 5  # columns behind the frozen ones


@pytest.fixture
def desk(page: Page, live_server, cast, report, roster):  # noqa: F811
    """The grid of 东村, open in front of its worker."""
    enter(page, live_server, cast.worker)
    page.goto(live_server.url + reverse("forms_engine:report_fill", args=[report.pk]))
    page.wait_for_selector("[data-ready]")
    return SimpleNamespace(page=page, cast=cast, report=report, roster=roster, url=live_server.url)


def enter(page, live_server, actor):
    client = sign_in(Client(), actor)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


def cell(page, row, column):
    return page.locator(f"revogr-data[col-type=rgCol][type=rgRow] [data-rgrow='{row}'][data-rgcol='{column}']")


LIES_OVER = """([pen, cell]) => {
  const [one, other] = [pen.getBoundingClientRect(), cell.getBoundingClientRect()];
  return Math.abs(one.left - other.left) < 3 && Math.abs(one.top - other.top) < 3;
}"""


REACHES = """([drawn, cell]) => {
  const [one, other] = [drawn.getBoundingClientRect(), cell.getBoundingClientRect()];
  return Math.abs(one.right - other.right) < 3 && Math.abs(one.bottom - other.bottom) < 3;
}"""


def drag(page, start, end):
    """Press, move, rest on the last cell until the selection is drawn up to it, as a hand does, and let go.

    The grid looks at the mouse every few milliseconds: a move that is over sooner than that it never sees.
    """
    (begin, stop), mouse = (place.bounding_box() for place in (start, end)), page.mouse
    mouse.move(begin["x"] + 20, begin["y"] + 10)
    mouse.down()
    mouse.move(stop["x"] + 20, stop["y"] + 10, steps=5)
    drawn = page.locator("revogr-overlay-selection .selection-border-range").first
    for step in range(1, 20):
        mouse.move(stop["x"] + 20 + step % 3, stop["y"] + 10)
        if drawn.count() and page.evaluate(REACHES, [drawn.element_handle(), end.element_handle()]):
            break
    mouse.up()
    page.wait_for_function(REACHES, arg=[drawn.element_handle(), end.element_handle()])


def choose(page, row, column):
    """Click, and wait until the pen lies there: no hand types in the same moment as it clicks."""
    wanted = cell(page, row, column)
    wanted.click()
    lies_on(page, wanted)


def lies_on(page, wanted):
    """Wait until the pen lies on the cell and takes the keys."""
    pen = page.locator(".pen")
    page.wait_for_function(LIES_OVER, arg=[pen.element_handle(), wanted.element_handle()])
    expect(pen).to_be_focused()


def kept(desk, person, letter):
    with acting_as(desk.cast.worker):
        return ReportRow.objects.get(report=desk.report, subject_id=desk.roster[person].pk).values.get(letter)


def status(page):
    return page.locator(".grid-status")


def saved(page):
    expect(status(page)).to_have_text(re.compile(r"^已自动保存 \d\d:\d\d:\d\d$"))


def paste(page, text):
    page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.querySelector(".pen").dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
        text,
    )


def test_typing_on_a_selected_cell_saves_and_goes_down(desk):
    choose(desk.page, GAP, PHONE)
    desk.page.keyboard.type("139 0000 2210")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.type("13900002211")
    desk.page.keyboard.press("Enter")
    saved(desk.page)
    assert kept(desk, "gap", "H") == "13900002210"
    assert kept(desk, "grid", "H") == "13900002211"
    expect(cell(desk.page, GAP, PHONE)).to_have_class(re.compile("is-changed"))
    expect(cell(desk.page, GAP, PHONE)).to_have_attribute("title", "已修改:13900002210")


def test_fast_keys_write_where_the_worker_is(desk):
    choose(desk.page, GAP, PHONE)
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        desk.page.keyboard.press(key)
    desk.page.keyboard.type("常年在外")
    desk.page.keyboard.press("Tab")
    saved(desk.page)
    assert kept(desk, "grid", "N") == "常年在外"


def test_an_input_method_composes_from_the_first_letter(desk):
    choose(desk.page, GAP, REMARK)
    browser = desk.page.context.new_cdp_session(desk.page)
    for text in ("n", "na", "nan", "南"):
        browser.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    expect(desk.page.locator(".pen.writing")).to_have_value("南")
    browser.send("Input.insertText", {"text": "南门路"})
    desk.page.keyboard.press("Enter")
    saved(desk.page)
    assert kept(desk, "gap", "N") == "南门路"


def test_a_block_from_excel_is_checked_cell_by_cell(desk):
    choose(desk.page, GAP, PHONE)
    paste(desk.page, '12\t6222000000000004471\t"两行\n备注"\r\n13900002213\t\t好\r\n')
    expect(status(desk.page)).to_contain_text("1 格没有保存")
    expect(cell(desk.page, GAP, PHONE)).to_have_class(re.compile("is-refused"))
    expect(cell(desk.page, GAP, PHONE)).to_contain_text("12")
    expect(cell(desk.page, GAP, PHONE)).to_have_attribute("title", re.compile("手机号码"))
    expect(cell(desk.page, GAP, ACCOUNT)).to_have_text(re.compile(r"^✎\*+4471$"))
    assert kept(desk, "gap", "H") is None
    assert kept(desk, "grid", "H") == "13900002213"
    assert kept(desk, "grid", "N") == "好"


def test_a_choice_is_made_by_keys(desk):
    choose(desk.page, GAP, VISIT)
    desk.page.keyboard.type("是")
    desk.page.keyboard.press("Enter")
    saved(desk.page)
    assert kept(desk, "gap", "O") == "是"


def test_f4_goes_from_gap_to_gap_and_a_link_to_one_cell(desk):
    desk.page.keyboard.press("F4")
    expect(desk.page.locator(".grid-panel h2")).to_have_text("公民身份号码 · 阿卜杜热合曼·买买提")
    desk.page.keyboard.press("F4")
    expect(desk.page.locator(".grid-panel h2")).to_have_text("联系方式 · 阿卜杜热合曼·买买提")
    desk.page.evaluate(f"location.hash = '#cell-{desk.roster['grid'].pk}-K'")
    expect(desk.page.locator(".grid-panel h2")).to_have_text("银行账号 · 施桂兰")


def test_a_dragged_selection_is_cleared_at_once(desk):
    with acting_as(desk.cast.worker):
        ids = [desk.roster[name].pk for name in ("gap", "grid")]
        edits = [Edit(pk, letter, text) for pk in ids for letter, text in (("H", "13900002230"), ("N", "旧"))]
        save_cells(actor=desk.cast.worker, report=desk.report, edits=edits)
    desk.page.reload()
    desk.page.wait_for_selector("[data-ready]")
    drag(desk.page, cell(desk.page, GAP, PHONE), cell(desk.page, KNOWN, REMARK))
    desk.page.keyboard.press("Delete")
    saved(desk.page)
    assert [kept(desk, person, letter) for person in ("gap", "grid") for letter in "HN"] == [None] * 4


def test_old_values_of_a_selection_are_confirmed_together(desk):
    with acting_as(desk.cast.worker):
        rows = ReportRow.objects.filter(report=desk.report)
        rows.update(values={"B": "某人", "H": "13900002231"}, flags={"H": "confirm"})
    desk.page.reload()
    desk.page.wait_for_selector("[data-ready]")
    choose(desk.page, GAP, PHONE)
    desk.page.keyboard.press("Shift+ArrowDown")
    desk.page.get_by_role("button", name="所选 2 格核实无误").click()
    expect(cell(desk.page, KNOWN, PHONE)).to_have_class(re.compile("is-known"))
    with acting_as(desk.cast.worker):
        assert list(rows.values_list("flags", flat=True)) == [{}, {}]


def test_what_is_copied_is_what_is_seen(desk):
    with acting_as(desk.cast.worker):
        edit = Edit(desk.roster["gap"].pk, "K", "6222000000000004471")
        save_cells(actor=desk.cast.worker, report=desk.report, edits=[edit])
    desk.page.reload()
    desk.page.wait_for_selector("[data-ready]")
    choose(desk.page, GAP, ACCOUNT)
    copied = desk.page.evaluate(
        """() => { const data = new DataTransfer(); document.querySelector(".pen").dispatchEvent(
        new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
        return data.getData("text/plain"); }"""
    )
    assert copied == "***************4471"


def test_undo_takes_the_last_edit_back(desk):
    choose(desk.page, KNOWN, PHONE)
    desk.page.keyboard.type("13900002299")
    desk.page.keyboard.press("Enter")
    saved(desk.page)
    desk.page.keyboard.press("Control+z")
    expect(cell(desk.page, KNOWN, PHONE)).to_have_text("13900002207")
    assert kept(desk, "grid", "H") == "13900002207"


def test_two_workers_on_one_cell_choose_with_both_values_before_them(desk):
    with acting_as(desk.cast.colleague):
        edit = Edit(desk.roster["gap"].pk, "H", "13900002214")
        save_cells(actor=desk.cast.colleague, report=desk.report, edits=[edit])
    choose(desk.page, GAP, PHONE)
    desk.page.keyboard.type("13900002215")
    desk.page.keyboard.press("Enter")
    dialog = desk.page.locator("dialog")
    expect(dialog).to_contain_text("王建国")
    expect(dialog).to_contain_text("13900002214")
    assert kept(desk, "gap", "H") == "13900002214"
    dialog.get_by_role("button", name="用我的替换").click()
    saved(desk.page)
    assert kept(desk, "gap", "H") == "13900002215"


def test_edits_typed_without_a_connection_arrive_when_it_is_back(desk):
    choose(desk.page, GAP, PHONE)
    desk.page.keyboard.type("13900002216")
    desk.page.keyboard.press("Enter")
    saved(desk.page)
    desk.page.context.set_offline(True)
    desk.page.keyboard.type("13900002217")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.type("断网时填的")
    desk.page.keyboard.press("Enter")
    expect(status(desk.page)).to_contain_text("网络断开,2 格还没有保存")
    desk.page.context.set_offline(False)
    saved(desk.page)
    assert kept(desk, "gap", "H") == "13900002216"
    assert kept(desk, "grid", "H") == "13900002217"
    assert kept(desk, "grid", "N") == "断网时填的"


def test_a_lost_answer_doubles_nothing_and_the_newest_text_stays(desk):
    lost = []

    def lose_the_first(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch())
        return route.abort()

    desk.page.route("**/cells/", lose_the_first)
    choose(desk.page, GAP, PHONE)
    desk.page.keyboard.type("13900002218")
    desk.page.keyboard.press("Enter")
    expect(status(desk.page)).to_contain_text("网络断开")
    choose(desk.page, GAP, PHONE)
    desk.page.keyboard.type("13900002219")
    desk.page.keyboard.press("Enter")
    saved(desk.page)
    assert kept(desk, "gap", "H") == "13900002219"
    with acting_as(desk.cast.worker):
        steps = CellEdit.objects.filter(letter="H").values_list("after", flat=True)
        assert list(steps) == ["13900002218", "13900002219"]


def test_an_expired_login_keeps_what_was_typed(desk, live_server):
    desk.page.context.clear_cookies(name="sessionid")
    choose(desk.page, GAP, PHONE)
    desk.page.keyboard.type("13900002220")
    desk.page.keyboard.press("Enter")
    expect(status(desk.page).get_by_role("link")).to_have_attribute("target", "_blank")
    assert kept(desk, "gap", "H") is None
    enter(desk.page, live_server, desk.cast.worker)
    saved(desk.page)
    assert kept(desk, "gap", "H") == "13900002220"


def test_only_rows_that_wait_are_left(desk):
    desk.page.get_by_role("button", name="只看待处理").click()
    expect(cell(desk.page, GAP, PHONE)).to_be_visible()
    with acting_as(desk.cast.worker):
        full = {"B": "施桂兰", "D": "s1.x", "H": "13900002207", "K": "s1.x", "O": "是"}
        ReportRow.objects.filter(subject_id=desk.roster["gap"].pk).update(values=full)
    desk.page.reload()
    desk.page.wait_for_selector("[data-ready]")
    desk.page.get_by_role("button", name="只看待处理").click()
    expect(desk.page.locator("revogr-data[col-type=rgCol][type=rgRow] .rgRow")).to_have_count(1)


def test_submitting_shows_the_gaps_and_leads_to_them(desk):
    desk.page.get_by_role("link", name="检查并提交").click()
    desk.page.get_by_role("link", name="去填").nth(1).click()
    desk.page.wait_for_selector("[data-ready]")
    expect(desk.page.locator(".grid-panel h2")).to_contain_text("阿卜杜热合曼·买买提")


def test_the_keyboard_alone_fills_the_gaps_and_submits(desk):
    page, keyboard = desk.page, desk.page.keyboard
    with acting_as(desk.cast.worker):
        full = {"B": "施桂兰", "D": "s1.x", "H": "13900002207", "K": "s1.x", "O": "是"}
        ReportRow.objects.filter(report=desk.report).update(values=full, flags={})
        ReportRow.objects.filter(report=desk.report, subject_id=desk.roster["gap"].pk).update(
            values={letter: value for letter, value in full.items() if letter != "H"}
        )
    page.reload()
    page.wait_for_selector("[data-ready]")
    keyboard.press("F4")
    lies_on(page, cell(page, GAP, PHONE))
    keyboard.type("13900002210")
    keyboard.press("Enter")
    saved(page)
    tab_to(page, "检查并提交")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("提交")
    tab_to(page, "提交 2 行")
    keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("已提交")
    with acting_as(desk.cast.worker):
        assert Report.objects.get(pk=desk.report.pk).state == "submitted"
    assert kept(desk, "gap", "H") == "13900002210"


def tab_to(page, name):
    """Press Tab until what is called so has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText.trim()") == name:
            return
    raise AssertionError(f"Tab does not come to {name}")


def test_a_reviewer_comments_on_a_cell_and_returns_the_report(desk, live_server):
    with acting_as(desk.cast.worker):
        full = {"B": "施桂兰", "D": "s1.x", "H": "13900002207", "K": "s1.x", "O": "是"}
        ReportRow.objects.filter(report=desk.report).update(values=full, flags={})
    desk.page.goto(desk.url + reverse("forms_engine:report_submit", args=[desk.report.pk]))
    desk.page.get_by_role("button", name="提交").click()
    enter(desk.page, live_server, desk.cast.town)
    desk.page.goto(desk.url + reverse("forms_engine:report_review", args=[desk.report.pk]))
    desk.page.wait_for_selector("[data-ready]")
    cell(desk.page, GAP, PHONE).click()
    desk.page.fill("#panel-comment", "号码打不通")
    desk.page.locator("#id_note").fill("请核对")
    expect(desk.page.locator("#comment-count")).to_have_text("1")
    desk.page.get_by_role("button", name="退回给村居").click()
    expect(desk.page.locator("#messages")).to_contain_text("已退回,1 格有批注")


def test_a_phone_gets_one_subject_at_a_time_and_no_grid(desk):
    asked = []
    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.page.reload()
    desk.page.get_by_role("link", name="逐个填写").click()
    assert not [url for url in asked if "revogrid" in url]
    expect(desk.page.locator("h1")).to_contain_text("阿卜杜热合曼·买买提")
    desk.page.get_by_label("联系方式").fill("13900002221")
    desk.page.get_by_role("button", name="保存,去下一个待填").click()
    expect(desk.page.locator("#messages")).to_contain_text("已保存")
    assert kept(desk, "gap", "H") == "13900002221"
    wide = desk.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
