"""Folder (文件夹): a drop on this server, a mounted share; below EXCHANGE_FOLDER, a part of it for each department.

The other side may write there, and put links where it likes: each step of the way is opened without following one.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import ELOOP
from types import TracebackType
from typing import Any, BinaryIO, Self

from django import forms
from django.conf import settings

from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.files import MOST_FILES, PIECE, FileInfo, fits, is_plain, part_name, plain_path
from data_return.channels.kinds import AddressForm, ChannelKind, Terms

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class FolderForm(AddressForm):
    folder = forms.CharField(
        label="文件夹",
        max_length=200,
        validators=[plain_path],
        help_text="交换目录里本部门之下的文件夹,如“低保/月报”。由系统管理员建立并授权给对方。",
    )


class FolderChannel:
    """See FileChannel."""

    def __init__(self, address: Mapping[str, Any], terms: Terms) -> None:
        self._parts = [terms.home, *address["folder"].split("/")]
        self._terms = terms
        self._at = -1

    def __enter__(self) -> Self:
        if not settings.EXCHANGE_FOLDER or not all(is_plain(part) for part in self._parts):
            raise SourceFailed(Fault.NOT_FOUND)
        with _named_faults():
            at = os.open(settings.EXCHANGE_FOLDER, os.O_RDONLY | os.O_DIRECTORY)
            for part in self._parts:
                try:
                    inner = os.open(part, _FOLDER, dir_fd=at)
                finally:
                    os.close(at)
                at = inner
        self._at = at
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._at)

    def list_files(self, pattern: str = "*") -> list[FileInfo]:
        self._terms.turn()
        found = []
        with _named_faults(), os.scandir(self._at) as entries:
            for entry in entries:
                if fits(entry.name, pattern) and entry.is_file(follow_symlinks=False):
                    about = entry.stat(follow_symlinks=False)
                    found.append(FileInfo(entry.name, about.st_size, about.st_mtime))
                if len(found) > MOST_FILES:
                    raise SourceFailed(Fault.TOO_MANY_ROWS)
        return sorted(found, key=lambda one: one.name)

    def fetch(self, name: str, into: BinaryIO) -> None:
        self._terms.turn()
        if not is_plain(name):
            raise SourceFailed(Fault.NOT_FOUND)
        with _named_faults(), os.fdopen(os.open(name, _READ, dir_fd=self._at), "rb") as source:
            about = os.fstat(source.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise SourceFailed(Fault.NOT_FOUND)
            left = self._terms.most_bytes
            while piece := source.read(min(PIECE, left + 1)):
                left -= len(piece)
                if left < 0:
                    raise SourceFailed(Fault.TOO_LARGE)
                into.write(piece)

    def put(self, name: str, data: bytes) -> None:
        self._terms.turn()
        if not is_plain(name):
            raise SourceFailed(Fault.REFUSED)
        part = part_name(name)
        with _named_faults():
            with os.fdopen(os.open(part, _WRITE, 0o640, dir_fd=self._at), "wb") as target:
                target.write(data)
                target.flush()
                os.fsync(target.fileno())
            os.replace(part, name, src_dir_fd=self._at, dst_dir_fd=self._at)
            os.fsync(self._at)


class FolderKind(ChannelKind[FolderChannel]):
    code = "folder"
    label = "文件夹"
    form = FolderForm

    def open(self, address: Mapping[str, Any], secrets: Mapping[str, str], terms: Terms) -> FolderChannel:
        return FolderChannel(address, terms)

    def greet(self, opened: FolderChannel) -> None:
        opened.list_files()

    def target(self, address: Mapping[str, Any]) -> tuple[Any, ...]:
        return ()

    def summary(self, address: Mapping[str, Any]) -> str:
        return str(address["folder"])


@contextmanager
def _named_faults() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise SourceFailed(Fault.NOT_FOUND) from None
    except PermissionError:
        raise SourceFailed(Fault.LOGIN_REFUSED) from None
    except OSError as error:
        # A link where a folder or file was expected is none of ours.
        raise SourceFailed(Fault.NOT_FOUND if error.errno == ELOOP else Fault.UNREACHABLE) from None
