"""Files of a department (数据文件), wherever they lie: what `folder` and `sftp` have in common."""

import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from django.core.validators import RegexValidator

PIECE = 1 << 20
MOST_FILES = 5000
_PLAIN = re.compile(r"[^/\x00-\x1f\x7f]{1,200}")
plain_path = RegexValidator(
    r"^[^/\\\x00-\x1f]+(/[^/\\\x00-\x1f]+)*$", "请填写文件夹的名称,下级文件夹用 / 隔开,不要以 / 开头。"
)


@dataclass(frozen=True, slots=True)
class FileInfo:
    """size: bytes. changed_at: seconds since 1970, as the other side's clock has it."""

    name: str
    size: int
    changed_at: float


class FileChannel(Protocol):
    """One folder of files, as a context manager. Everything raises SourceFailed."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def list_files(self, pattern: str = "*") -> list[FileInfo]:
        """Files whose name fits a pattern such as `低保_*.csv`, by name. Neither hidden ones nor unfinished ones."""
        ...

    def fetch(self, name: str, into: BinaryIO) -> None:
        """Write a file's bytes to `into`; at most `most_bytes` of them."""
        ...

    def put(self, name: str, data: bytes) -> None:
        """A file, whole or not at all; one of that name is replaced. Safe to repeat."""
        ...


def is_plain(name: str) -> bool:
    """A name, not a way to another folder, and not hidden."""
    return bool(_PLAIN.fullmatch(name)) and not name.startswith(".") and "\\" not in name


def fits(name: str, pattern: str) -> bool:
    """Whether a listed file is one of those meant."""
    return is_plain(name) and fnmatchcase(name, pattern or "*") and not name.endswith((".part", ".tmp"))


def part_name(name: str) -> str:
    """Where a file is written until it is whole."""
    return f".{name}.{os.urandom(4).hex()}.part"
