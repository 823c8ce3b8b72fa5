"""Files that a department leaves: CSV in UTF-8 or GBK, and Excel, each the whole list or only what changed."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, ClassVar, cast

from django import forms

from accounts.xlsx import UploadRefused, open_upload, read_rows
from data_return.channels.answers import decode
from data_return.channels.every import FILE_KINDS
from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.files import FileChannel, FileInfo
from data_return.connectors.kinds import AsksForm, At, Page, SourceKind, Wanted
from data_return.connectors.shaping import plain
from registry.binding import load_items
from registry.binding.binder import bind_opened

IN_MEMORY, LOOKED_AT = 4 * 2**20, 1 << 16
WHOLE, PART = "whole", "part"
DELIMITERS = ",\t;|"
Row = tuple[int, Sequence[Any]]


class FilesForm(AsksForm):
    EACH = ((WHOLE, "完整的名单,以最新的一个为准"), (PART, "新增和变化的部分,按先后逐个读取"))

    pattern = forms.CharField(
        label="文件名", max_length=100, help_text="用 * 代表任意文字,如 低保_*.csv。可读取 CSV 和 .xlsx。"
    )
    charset = forms.ChoiceField(label="CSV 的文字编码", choices=[("gb18030", "GBK / GB18030"), ("utf-8", "UTF-8")])
    each = forms.ChoiceField(label="每个文件是", choices=EACH)


class Files(SourceKind):
    code = "files"
    label = "文件(CSV、Excel)"
    channels: ClassVar[frozenset[str]] = frozenset(FILE_KINDS)
    form = FilesForm
    at_once = True

    def __init__(self, channel: FileChannel, asks: Mapping[str, Any]) -> None:
        super().__init__(channel, asks)
        self._open: _OpenFile | None = None

    @classmethod
    def knows_changes(cls, asks: Mapping[str, Any]) -> bool:
        return False

    def read(self, wanted: Wanted, at: At) -> Page:
        """at: the file and the rows of it that are kept; a file that changed meanwhile is not gone on with."""
        opened = self._opened(wanted, at)
        if opened is None:
            return Page({}, 0, None)
        columns, size, broken, over = opened.take(wanted.size)
        whole, file = self.asks["each"] == WHOLE, opened.file
        if not over:
            on: At = {"file": _facts(file), "row": opened.row}
            return Page(columns, size, on, whole=whole, broken=broken)
        mark = (file.changed_at, file.name)
        more = None if whole else {"after": mark}
        return Page(columns, size, more, mark, whole=whole, broken=broken)

    def _opened(self, wanted: Wanted, at: At) -> "_OpenFile | None":
        """The file of the page before where it goes on, else the right one, opened anew."""
        row = at.get("row", 0)
        if "file" in at and self._open is not None and self._open.stands_at(list(at["file"]), row):
            return self._open
        file = self._find(wanted, at)
        if file is not None:
            self._open = _OpenFile(file, _fetched(self.channel, file), self.asks["charset"], row)
        return self._open if file is not None else None

    def _find(self, wanted: Wanted, at: At) -> FileInfo | None:
        channel: FileChannel = self.channel
        found = sorted(channel.list_files(self.asks["pattern"]), key=lambda one: (one.changed_at, one.name))
        if "file" in at:
            same = [one for one in found if _facts(one) == list(at["file"])]
            if not same:
                raise SourceFailed(Fault.CUT_SHORT)
            return same[0]
        after = tuple(at.get("after") or wanted.since or (0, ""))
        new = [one for one in found if (one.changed_at, one.name) > after]
        if not new:
            return None
        return new[-1] if self.asks["each"] == WHOLE else new[0]


class _OpenFile:
    """Rows of one file, from where a page ended."""

    def __init__(self, file: FileInfo, data: BinaryIO, charset: str, skip: int) -> None:
        self.file, self.row = file, skip
        read = _read_workbook if file.name.lower().endswith(".xlsx") else _read_csv
        self._names, rows = read(data, file.name, charset)
        self._rows = islice(rows, skip, None)

    def stands_at(self, facts: list[Any], row: int) -> bool:
        return _facts(self.file) == facts and self.row == row

    def take(self, most: int) -> tuple[dict[str, list[Any]], int, list[tuple[int, str]], bool]:
        """Columns of the next rows, how many, those that could not be taken apart, and whether that was the end."""
        with _named_faults():
            rows = list(islice(self._rows, most))
        self.row += len(rows)
        width = len(self._names)
        good = [values for _, values in rows if len(values) == width]
        broken = [(number, "这一行的列数与表头不一致。") for number, values in rows if len(values) != width]
        columns = zip(*good, strict=True) if good else [()] * width
        shaped = {name: list(map(plain, column)) for name, column in zip(self._names, columns, strict=True) if name}
        return shaped, len(good), broken, len(rows) < most


def _fetched(channel: FileChannel, file: FileInfo) -> BinaryIO:
    """Raises SourceFailed(CUT_SHORT) where it is not the file that was listed: somebody still writes it."""
    data = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  (read from page to page)
    channel.fetch(file.name, data)
    if data.tell() != file.size:
        raise SourceFailed(Fault.CUT_SHORT)
    data.seek(0)
    return data


def _read_csv(data: BinaryIO, name: str, charset: str) -> tuple[list[str], Iterator[Row]]:
    _check_charset(data, charset)
    text = io.TextIOWrapper(data, "utf-8-sig" if charset == "utf-8" else charset, newline="")
    with _named_faults():
        head = text.readline()
        while head and not head.strip():
            head = text.readline()
    delimiter = max(DELIMITERS, key=head.count)
    names = [one.strip() for one in next(csv.reader([head], delimiter=delimiter), [])]
    if not any(names) or len(set(filter(None, names))) != len(list(filter(None, names))):
        raise SourceFailed(Fault.BAD_FILE)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    return names, ((reader.line_num + 1, row) for row in reader if row)


def _read_workbook(data: BinaryIO, name: str, charset: str) -> tuple[list[str], Iterator[Row]]:
    try:
        workbook = open_upload(data.read(), name)
        layout = bind_opened(workbook, load_items())
        rows = list(read_rows(workbook, layout))
    except UploadRefused:
        raise SourceFailed(Fault.BAD_FILE) from None
    names = [column.header for column in layout.columns]
    if len(set(names)) != len(names):
        raise SourceFailed(Fault.BAD_FILE)
    return names, ((row.number, row.values) for row in rows)


def _check_charset(data: BinaryIO, charset: str) -> None:
    """GBK would read most of UTF-8 without complaint: the beginning of the file tells."""
    beginning = data.read(LOOKED_AT)
    data.seek(0)
    if charset != "utf-8" and not beginning.isascii():
        whole_lines = beginning.rpartition(b"\n")[0] or beginning
        decode(whole_lines, charset)


def _facts(file: FileInfo) -> list[Any]:
    return [file.name, file.size, file.changed_at]


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise SourceFailed(Fault.BAD_CHARSET) from None
    except csv.Error:
        raise SourceFailed(Fault.BAD_FILE) from None
