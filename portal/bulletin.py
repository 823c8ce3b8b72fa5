"""The monthly bulletin (减负月报): the same sentences and tables for the page, the Word file and the PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.burden_words import TOTAL, explain_minutes, explain_uncounted
from portal.selectors.burden import Account, Burden, Month
from portal.selectors.monitoring import ENOUGH_POINTS, Outside

HEADERS = ("部门", "表单", "下发", "到达村居", "要求格数", "已预填", "零打扰", "新要", "估算分钟", "少抄录")
NEW_HEADERS = ("部门", "表单", "新要格数")
TREND_HEADERS = ("月份", "下发", "要求格数", "已预填", "预填占比", "估算分钟", "少抄录")
OUTSIDE_HEADERS = ("部门", "件数", "工作群", "纸质", "其他系统", "电话、会议", "已有或给过", "村居估计分钟")
NOTE = "本月报统计发表的部门,不统计填表的人;只有格数和份数,不含居民信息。"


@dataclass(frozen=True, slots=True)
class Table:
    """text_columns: how many of the first columns are words; the rest are numbers."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    text_columns: int = 1

    @property
    def labelled_rows(self) -> list[list[tuple[str, str]]]:
        """Each cell with the header above it."""
        return [list(zip(self.headers, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Bulletin:
    title: str
    subtitle: str
    sentences: Sequence[str]
    tables: Sequence[Table]
    notes: Sequence[str]


def compose(account: Account, months: Sequence[Month], outside: Outside | None, *, today: date) -> Bulletin:
    """account: of one month; months: up to it. outside: what points told; None: the reader is not told."""
    whose = account.department.name if account.department else account.area.name
    tables = [Table("各部门情况" if account.department is None else "本部门情况", HEADERS, _department_rows(account))]
    fresh = [[line.department, line.form, str(line.burden.fresh)] for line in account.forms if line.burden.fresh]
    if fresh:
        tables.append(Table("有新要内容的表单", NEW_HEADERS, fresh, text_columns=2))
    if outside and outside.lines:
        tables.append(Table("平台外的任务(监测点上报)", OUTSIDE_HEADERS, _outside_rows(outside)))
    tables.append(Table(f"近 {len(months)} 个月", TREND_HEADERS, [_month_row(month) for month in months]))
    return Bulletin(
        title=f"{whose}减负月报",
        subtitle=f"{account.period.label}(统计至 {min(today, _last_day(account)):%Y-%m-%d})",
        sentences=[*_sentences(account, months), *_told_outside(outside)],
        tables=tables,
        notes=[explain_minutes(), NOTE],
    )


def _sentences(account: Account, months: Sequence[Month]) -> list[str]:
    total = account.total
    if not total.sendings:
        return ["本月没有下发表单。"]
    sent = f"{len(account.departments)} 个部门下发 {total.forms} 张表单、{total.sendings} 次"
    arrived = f"登记库 {total.registered} 格、部门回流 {total.returned} 格、上期 {total.last_period} 格"
    said = [
        f"本月共有 {sent},到达 {total.villages} 个村居。",
        f"要求村居回答 {total.cells} 格,新要 {total.fresh} 格。",
        f"到达时已预填 {total.prefilled} 格{_percent(total)}:{arrived}。",
        f"村居手工填写 {total.typed} 格,点击确认 {total.confirmed} 格,估算用时 {total.minutes} 分钟。",
        f"零打扰直接回答 {total.spared} 格;各村居合计少抄录 {total.avoided} 格。",
    ]
    said += [f"有 {total.late} 次下发的提前量比准入时承诺的短。"] if total.late else []
    said += _compared(total, months)
    return [*said, explain_uncounted(total)] if total.uncounted else said


def _told_outside(outside: Outside | None) -> list[str]:
    if outside is None:
        return []
    if outside.withheld:
        return [f"平台外的任务:上报的监测点少于 {ENOUGH_POINTS} 个,不显示。"]
    if not outside.lines:
        return ["平台外的任务:监测点没有上报。"]
    asks, minutes = sum(line.asks for line in outside.lines), sum(line.minutes for line in outside.lines)
    told = f"{outside.points} 个监测点上报 {asks} 件,村居估计 {minutes} 分钟"
    return [f"平台外的任务:{told}。这是抽样,不计入上面的数。"]


def _outside_rows(outside: Outside) -> list[list[str]]:
    return [
        [o.department, *map(str, (o.asks, o.chat, o.paper, o.system, o.phone, o.repeated, o.minutes))]
        for o in outside.lines
    ]


def _compared(total: Burden, months: Sequence[Month]) -> list[str]:
    """Against the month before, where anything was sent in it."""
    before = months[-2].burden if len(months) > 1 else Burden()
    if not before.sendings:
        return []
    change = total.cells - before.cells
    word = f"增加 {change} 格" if change > 0 else f"减少 {-change} 格" if change < 0 else "持平"
    return [f"要求格数比上月{word}(上月 {before.cells} 格)。"]


def _percent(total: Burden) -> str:
    return "" if total.percent is None else f"({total.percent}%)"


def _department_rows(account: Account) -> list[list[str]]:
    return [*(_row(line.department, line.burden) for line in account.departments), _row(TOTAL, account.total)]


def _row(name: str, b: Burden) -> list[str]:
    figures = (b.forms, b.sendings, b.villages, b.cells, b.prefilled, b.spared, b.fresh, b.minutes, b.avoided)
    return [name, *map(str, figures)]


def _month_row(month: Month) -> list[str]:
    b = month.burden
    share = "—" if b.percent is None else f"{b.percent}%"
    return [
        f"{month.first:%Y-%m}",
        str(b.sendings),
        str(b.cells),
        str(b.prefilled),
        share,
        str(b.minutes),
        str(b.avoided),
    ]


def _last_day(account: Account) -> date:
    return account.period.until.date() - timedelta(days=1)
