"""The return ledger as people read it: one set of columns for page and Excel. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.models import Department
from data_return.correction_rules import ANSWER_DAYS
from data_return.services.grant_hooks import KIND
from portal.selectors.returns import Line


@dataclass(frozen=True, slots=True)
class Column:
    """group: 收, 返 or a clock. warns: a figure above 0 is the department's debt."""

    group: str
    header: str
    figure: Callable[[Line], int]
    help: str
    warns: bool = False


TAKEN, GIVEN, REQUESTS, CORRECTIONS = "向村居要的", "返还村居的", "授权申请", "校核"
COLUMNS: Sequence[Column] = (
    Column(TAKEN, "下发", lambda one: one.taken.sendings, "期间内下发表单的次数"),
    Column(TAKEN, "要求格数", lambda one: one.taken.cells, "下发村居填报的行数 × 要回答的列数"),
    Column(TAKEN, "手工填写", lambda one: one.taken.typed, "其中村居动手填写或改写的格"),
    Column(GIVEN, "数据集", lambda one: one.given.datasets, "现在列入目录的回流数据集"),
    Column(GIVEN, "现有条数", lambda one: one.given.records, "这些数据集最近一次更新后的条数"),
    Column(GIVEN, "未按时更新", lambda one: one.given.stale, "超过部门自己承诺的更新周期,或还没有数据", warns=True),
    Column(GIVEN, "使用中授权", lambda one: one.given.grants, "今天有效的授权"),
    Column(GIVEN, "使用次数", lambda one: one.given.uses, "期间内各单位按授权使用的次数"),
    Column(GIVEN, "使用条数", lambda one: one.given.read, "期间内按授权使用的条数,同一条用两次算两条"),
    Column(GIVEN, "预填行数", lambda one: one.given.prefilled, "其中用于预填报表的行数"),
    Column(REQUESTS, "收到", lambda one: one.requests.asked, "期间内提交的授权申请"),
    Column(REQUESTS, "按时", lambda one: one.requests.in_time, "期间内本部门按时答复的,含同意、退回、不同意"),
    Column(REQUESTS, "逾期", lambda one: one.requests.late, "期间内过了期限才答复的", warns=True),
    Column(REQUESTS, "待答复", lambda one: one.requests.waiting, "到今天还没有答复的"),
    Column(REQUESTS, "已超期限", lambda one: one.requests.overdue, "待答复中已过期限的", warns=True),
    Column(CORRECTIONS, "按时", lambda one: one.corrections.in_time, "期间内按时答复的校核"),
    Column(CORRECTIONS, "逾期", lambda one: one.corrections.late, "期间内过了期限才答复的", warns=True),
    Column(CORRECTIONS, "采纳", lambda one: one.corrections.accepted, "期间内答复中采纳的"),
    Column(CORRECTIONS, "待答复", lambda one: one.corrections.open, "到今天还没有答复的"),
    Column(CORRECTIONS, "已超期限", lambda one: one.corrections.overdue, "待答复中已过期限的", warns=True),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell of the table. label: with its group, since 逾期 stands in two."""

    label: str
    value: int
    warns: bool


def figures_of(line: Line, columns: Sequence[Column] = COLUMNS) -> list[Figure]:
    return [Figure(label_of(one), one.figure(line), one.warns and one.figure(line) > 0) for one in columns]


def label_of(column: Column) -> str:
    return f"{column.group}:{column.header}"


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the page. groups: name and number of columns of each. rows: a department with its figures."""

    caption: str
    groups: Sequence[tuple[str, int]]
    columns: Sequence[Column]
    rows: Sequence[tuple[Department, Sequence[Figure]]]


def list_parts(lines: Sequence[Line]) -> list[Part]:
    """What was taken and given, and the clocks: together they would not fit on a screen."""
    return [
        _part("每个部门向村居要了什么,返还了什么", (TAKEN, GIVEN), lines),
        _part("每个部门的答复是否按时", (REQUESTS, CORRECTIONS), lines),
    ]


def _part(caption: str, groups: Sequence[str], lines: Sequence[Line]) -> Part:
    columns = [one for one in COLUMNS if one.group in groups]
    rows = [(line.department, figures_of(line, columns)) for line in lines]
    return Part(caption, [(name, sum(one.group == name for one in columns)) for name in groups], columns, rows)


def explain_clocks() -> str:
    """The terms that the portal counts by. The law names procedures; the numbers are settings of the portal."""
    return (
        f"期限按工作日计,从次日起算:授权申请 {KIND.decide_days} 个工作日,校核 {ANSWER_DAYS} 个工作日。"
        "依据《政务数据共享条例》(国务院令第809号,2025年8月1日起施行):通过共享能够满足履职需要的,不得重复收集;"
        "上级部门要及时、完整地回流数据;共享申请的答复有时限,数据有校核纠错的机制。"
        "这里的天数是本平台的设置,以条例原文和本区规定为准。"
    )
