"""Every kind of channel, by its code."""

from typing import Any

from data_return.channels.folder import FolderKind
from data_return.channels.kinds import ChannelKind
from data_return.channels.sftp import SftpKind
from data_return.channels.sql import SqlKind
from data_return.channels.web import WebKind

KINDS: dict[str, ChannelKind[Any]] = {kind.code: kind for kind in (WebKind(), SqlKind(), SftpKind(), FolderKind())}
KIND_CHOICES = [(code, kind.label) for code, kind in KINDS.items()]
FILE_KINDS = (SftpKind.code, FolderKind.code)
"""Those that open a FileChannel."""
