"""A letter as the page and the Word file say it."""

from django.utils.dateformat import format as format_date

from portal.bulletin import Bulletin
from portal.models import SystemLetter
from portal.selectors.low_use import Window

LONG = "Y年n月j日"
ASKS = {
    SystemLetter.Kind.REMINDER: "请核实使用情况,说明原因和改进办法;不再需要的,请申请退出,并写明数据怎样处理。",
    SystemLetter.Kind.SUPERVISION: "此前已经提醒,情况没有改变。请在期限内答复整改办法和时间;不再需要的,请申请退出。",
}


def compose_letter(letter: SystemLetter) -> Bulletin:
    """Needs system with department and area, issued_by with area."""
    system = letter.system
    months = Window(letter.since, letter.until)
    sentences = [
        f"{system.department.name}:",
        f"你单位的“{system.name}”(备案号 {system.filing_number}),{months}共进入 {letter.launches} 次,使用很少。",
        ASKS[SystemLetter.Kind(letter.kind)],
        *([letter.note] if letter.note else []),
        f"请于 {format_date(letter.due_on, LONG)} 前在“系统准入”中答复。",
    ]
    notes = [f"{letter.issued_by.area.name} {format_date(letter.issued_on, LONG)}"]
    if letter.answered_on is not None:
        notes.append(f"部门答复({letter.answered_on:%Y-%m-%d}):{letter.answer}")
    return Bulletin(
        title=f"信息系统使用情况{letter.get_kind_display()}",
        subtitle=letter.filing_number,
        sentences=sentences,
        tables=[],
        notes=notes,
    )
