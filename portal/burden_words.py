"""The burden account as people read it: one set of columns for page, Excel and bulletin. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings

from portal.selectors.burden import Account, Burden, Line, Month

TOTAL = "合计"


@dataclass(frozen=True, slots=True)
class Column:
    """help: what is counted, for the legend of the page."""

    header: str
    text: Callable[[Burden], str]
    help: str


def _share(burden: Burden) -> str:
    return "—" if burden.percent is None else f"{burden.percent}%"


COLUMNS: Sequence[Column] = (
    Column("表单", lambda b: str(b.forms), "下发过的表单,一张只算一次"),
    Column("下发", lambda b: str(b.sendings), "下发的次数"),
    Column("到达村居", lambda b: str(b.villages), "收到下发的村居,一个只算一次"),
    Column("要求格数", lambda b: str(b.cells), "下发村居填报的行数 × 要回答的列数,序号列不算"),
    Column("已预填", lambda b: str(b.prefilled), "到村居时已经有值的格"),
    Column("预填占比", _share, "已预填 ÷ 要求格数,向下取整"),
    Column("来自登记库", lambda b: str(b.registered), "已预填中,村居自己登记过的"),
    Column("来自部门回流", lambda b: str(b.returned), "已预填中,部门数据给的"),
    Column("来自上期", lambda b: str(b.last_period), "已预填中,上期同一张表答过的新要"),
    Column("零打扰", lambda b: str(b.spared), "由数据直接回答、没有下发村居填报的格"),
    Column("新要", lambda b: str(b.fresh), "没有绑定数据项、要村居另答的格"),
    Column("手工填写", lambda b: str(b.typed), "村居动手填写或改写的格"),
    Column("点击确认", lambda b: str(b.confirmed), "村居看过、点一下确认的格"),
    Column("估算分钟", lambda b: str(b.minutes), ""),
    Column("少抄录", lambda b: str(b.avoided), "已预填且没有改写的格,加零打扰的格:各村居合计"),
    Column("提前量不足", lambda b: str(b.late), "截止日期离下发日期比准入时承诺的提前量短的下发"),
)


def explain_minutes() -> str:
    """The formula, with the numbers of the settings."""
    typed, confirmed = settings.BURDEN_TYPED_SECONDS, settings.BURDEN_CONFIRMED_SECONDS
    return f"估算分钟 =(手工填写的格数 × {typed} 秒 + 点击确认的格数 × {confirmed} 秒)÷ 60,四舍五入。"


def explain_uncounted(burden: Burden) -> str:
    """Why cells are missing from figures of a moment ago; "" where none are."""
    return f"有 {burden.uncounted} 份报表刚刚到达或刚刚变动,一两分钟内计入格数。" if burden.uncounted else ""


def list_cells(burden: Burden) -> list[tuple[str, str]]:
    """(header, text) of each figure."""
    return [(column.header, column.text(burden)) for column in COLUMNS]


def sheet_headers() -> list[str]:
    return ["部门", "表单名称", *(column.header if column.header != "表单" else "表单数" for column in COLUMNS)]


def sheet_rows(account: Account) -> Iterator[list[str]]:
    """Every form, under its department, with the sum of each department and of all."""
    for line in account.departments:
        yield _sheet_row(line, TOTAL)
        yield from (_sheet_row(form, form.form) for form in account.forms if form.department_id == line.department_id)
    yield [TOTAL, "", *(text for _, text in list_cells(account.total))]


def _sheet_row(line: Line, form: str) -> list[str]:
    return [line.department, form, *(text for _, text in list_cells(line.burden))]


def chart_of(account: Account, months: Sequence[Month]) -> dict[str, object]:
    """For static/js/charts.js. bars: of each line, its cells by what they were; trend: by month."""
    lines = account.lines
    return {
        "names": [line.form or line.department for line in lines],
        "kinds": ["已预填", "零打扰", "待填", "新要"],
        "bars": [
            [line.burden.prefilled, line.burden.spared, line.burden.other_empty, line.burden.new_empty]
            for line in lines
        ],
        "months": [f"{month.first:%Y-%m}" for month in months],
        "trend": {
            "要求格数": [month.burden.cells for month in months],
            "已预填": [month.burden.prefilled for month in months],
            "少抄录": [month.burden.avoided for month in months],
        },
    }
