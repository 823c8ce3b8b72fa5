"""From an uploaded Excel or CSV file to rows of definitions, and what is wrong with them. No database."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.xlsx import UploadRefused, open_upload
from registry.catalogue import SUBJECTS
from registry.models import Entity
from tagging.forms import RowForm
from tagging.models import Kind

HEADERS = {
    "standard_code": ("标准代码", "城市标准代码", "代码"),
    "name": ("名称", "标签名称", "标签"),
    "kind": ("种类", "标签种类"),
    "subject": ("对象", "标签对象"),
    "level": ("分级", "级别", "数据级别"),
    "meaning": ("含义", "定义", "说明"),
    "purpose": ("用途",),
    "source": ("来源",),
    "synonyms": ("同义词", "别名"),
    "group": ("分组", "类别", "分类"),
    "recheck_days": ("复核周期", "复核周期(天)"),
    "valid_until": ("有效期至", "有效期"),
}
"""Field of the form -> headers that mean it, the usual one first."""
NEEDED = ("name", "meaning")
MOST_ROWS, MOST_BYTES, LOOKED_AT = 1000, 5 * 2**20, 10
BRACKETS = str.maketrans("\uff08\uff09", "()")
KINDS = {label: value for value, label in Kind.choices} | {"基础": Kind.BASIC, "动态": Kind.DYNAMIC, "": Kind.BASIC}
KNOWN_SUBJECTS = {Entity(one).label: one for one in SUBJECTS} | {"": Entity.PERSON, "户": Entity.HOUSEHOLD}
LEVELS = str.maketrans({"级": "", "第": "", "L": "", "l": ""})


@dataclass(frozen=True, slots=True)
class Row:
    """number: as Excel shows it. values: of a definition, in the form in which JSON keeps them."""

    number: int
    values: Mapping[str, Any]


@dataclass(slots=True)
class Sheet:
    rows: list[Row] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def read_catalogue(data: bytes, filename: str) -> Sheet:
    """Every row, or every error by row. Raises UploadRefused for a file that is none."""
    if len(data) > MOST_BYTES:
        raise UploadRefused("这个文件太大,标签目录最多 5 MB。请只保留目录一张表。", field="file")
    is_text = filename.lower().endswith((".csv", ".txt"))
    table = list(_read_csv(data) if is_text else _read_workbook(data, filename))
    at, columns = _find_header(table)
    found = Sheet()
    for number, cells in table[at + 1 :]:
        given = {name: _text(cells[place]) for name, place in columns.items() if place < len(cells)}
        if any(given.values()):
            _take(found, number, given)
    _check_twice(found)
    if not found.rows and not found.errors:
        raise UploadRefused("这张表只有表头,没有标签。", field="file")
    if len(found.rows) > MOST_ROWS:
        raise UploadRefused(f"一次最多导入 {MOST_ROWS} 个标签,请分成几个文件。", field="file")
    return found


def _read_csv(data: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    """GBK reads most of UTF-8 without complaint, the other way round hardly ever: so UTF-8 is tried first."""
    for charset in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(charset)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise UploadRefused("看不懂这个文件的文字编码。请另存为 UTF-8 或 GBK 的 CSV,或 .xlsx。", field="file")
    try:
        delimiter = max(",\t;", key=text.partition("\n")[0].count)
        yield from enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), start=1)
    except csv.Error:
        raise UploadRefused(
            "这个 CSV 文件的引号或换行不完整,请用 Excel 打开后另存为 .xlsx 再上传。", field="file"
        ) from None


def _read_workbook(data: bytes, filename: str) -> Iterator[tuple[int, Sequence[Any]]]:
    workbook = open_upload(data, filename)
    sheet = next((one for one in workbook.sheets if one.visible and not one.is_empty), None)
    if sheet is None:
        raise UploadRefused("这个文件里没有看得见的表。", field="file")
    yield from enumerate(sheet.rows, start=1)


def _find_header(table: Sequence[tuple[int, Sequence[Any]]]) -> tuple[int, dict[str, int]]:
    """Where the header stands, below a title perhaps, and field -> place of its column."""
    for at, (_, cells) in enumerate(table[:LOOKED_AT]):
        places = {_text(cell).translate(BRACKETS): place for place, cell in reversed(list(enumerate(cells)))}
        columns = {name: places[word] for name, words in HEADERS.items() for word in reversed(words) if word in places}
        if all(name in columns for name in NEEDED):
            return at, columns
    raise UploadRefused(
        "没有找到表头。第一行请写:标准代码、名称、种类、对象、分级、含义、用途、同义词等。", field="file"
    )


def _take(found: Sheet, number: int, given: dict[str, str]) -> None:
    data: dict[str, Any] = {"colour": "plain", **given}
    data["kind"] = KINDS.get(given.get("kind", ""), given.get("kind"))
    data["subject"] = KNOWN_SUBJECTS.get(given.get("subject", ""), given.get("subject"))
    data["level"] = given.get("level", "").translate(LEVELS).strip() or "2"
    data["purpose"] = given.get("purpose") or given.get("meaning", "")
    form = RowForm(data)
    if form.is_valid():
        found.rows.append(Row(number, form.values() | {"standard_code": form.cleaned_data["standard_code"]}))
    for name, problems in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        found.errors.append(f"第 {number} 行“{label}”:{' '.join(map(str, problems))}")


def _check_twice(found: Sheet) -> None:
    for name, label in (("name", "名称"), ("standard_code", "标准代码")):
        seen = Counter(row.values[name] for row in found.rows if row.values[name])
        found.errors += [
            f"第 {row.number} 行“{label}”:“{row.values[name]}”在这张表里出现了 {seen[row.values[name]]} 次。"
            for row in found.rows
            if seen[row.values[name]] > 1
        ]


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()
