"""`bind_template FILE.xlsx`: show which data item each column of an Excel template means. Needs no database."""

import json
import unicodedata
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import DomainError
from registry.binding import KIND_NAMES, SheetBinding, bind_workbook, load_items
from registry.rules import ItemSpec

ENTITIES = {
    "person": "人员",
    "household": "家庭户",
    "dwelling": "房屋",
    "organization": "组织",
    "vehicle": "车辆",
    "asset": "资产",
    "event": "事件",
}
POPULATIONS = {"registered": "户籍", "resident": "常住", "both": "户籍和常住"}


class Command(BaseCommand):
    help = "把 Excel 模板的每一列与数据项对应起来,只显示,不保存。"
    requires_system_checks: list[str] = []  # noqa: RUF012  Django declares it so

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=".xlsx 文件")
        parser.add_argument("--json", action="store_true", help="输出 JSON,供程序使用")

    def handle(self, *args: Any, file: Path, json: bool, **options: Any) -> None:
        items = load_items()
        try:
            binding = bind_workbook(file.read_bytes(), items)
        except OSError as error:
            raise CommandError(f"读不到文件 {file}:{error.strerror}") from None
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(as_json(binding) if json else as_table(binding, items))


def as_json(binding: SheetBinding) -> str:
    """The binding on one line, with the keys that scripts rely on first."""
    columns = [
        {
            "letter": column.letter,
            "header": column.header,
            "item": column.item,
            "confidence": column.confidence,
            "why": column.why,
        }
        for column in binding.columns
    ]
    shown = {
        "header_rows": binding.header_rows,
        "first_data_row": binding.first_data_row,
        "subject": binding.subject,
        "columns": columns,
        "title": binding.title,
        "sheet": binding.sheet,
        "kind": binding.kind,
        "population": binding.population,
        "footer_rows": binding.footer_rows,
    }
    return json.dumps(shown, ensure_ascii=False)


def as_table(binding: SheetBinding, items: list[ItemSpec]) -> str:
    """The binding for people: a line per column."""
    names = {item.code: f"{item.name} ({item.code})" for item in items} | {"#": "行号"}
    first, last = binding.header_rows
    facts = [
        f"工作表:{binding.sheet}({KIND_NAMES[binding.kind]})  标题:{binding.title or '无'}",
        f"每行是:{ENTITIES.get(binding.subject or '', '不确定')}",
        f"人口口径:{POPULATIONS.get(binding.population or '', '未写明')}",
        f"表头:第 {first}-{last} 行  数据从第 {binding.first_data_row} 行起",
        "",
    ]
    rows = [("列", "表头", "数据项", "把握", "依据")]
    for column in binding.columns:
        sure = f"{column.confidence:.0%}" if column.item else ""
        rows.append((column.letter, column.header, names.get(column.item or "", "—"), sure, column.why))
    widths = [max(_width(row[index]) for row in rows) for index in range(4)]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([*facts, *lines])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join([*(_pad(text, width) for text, width in zip(row, widths, strict=False)), row[-1]])


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
