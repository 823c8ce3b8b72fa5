"""SFTP (文件服务器): password or private key, the server's key pinned by its fingerprint (SHA256, as ssh-keygen -l)."""

import asyncio
from asyncio import Runner
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar, cast

import asyncssh
from django import forms
from django.core.exceptions import ValidationError

from accounts import outbound
from data_return.channels.answers import fault_of
from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.files import MOST_FILES, PIECE, FileInfo, fits, is_plain, part_name
from data_return.channels.hosts import host_name
from data_return.channels.kinds import AddressForm, ChannelKind, Terms, secret_field

CONNECT_SECONDS, SECONDS = 10.0, 60.0
FETCH_SECONDS = 600.0
"""For one whole file."""
IDLE_SECONDS = 20.0
Result = TypeVar("Result")


def fingerprint(value: str) -> None:
    """Raises ValidationError."""
    try:
        right = value.startswith("SHA256:") and len(b64decode(value.removeprefix("SHA256:") + "=")) == 32
    except NotBase64:
        right = False
    if not right:
        raise ValidationError("指纹应为 SHA256: 开头的 50 个字符,由对方管理员用 ssh-keygen -lf 查看后提供。")


class SftpForm(AddressForm):
    secrets = ("password", "private_key")

    host = forms.CharField(label="服务器", max_length=200, validators=[host_name])
    port = forms.IntegerField(label="端口", min_value=1, max_value=65535, initial=22)
    fingerprint = forms.CharField(
        label="服务器指纹",
        max_length=60,
        validators=[fingerprint],
        help_text="SHA256: 开头,由对方管理员提供。对不上就不连接,防止连到冒充的服务器。",
    )
    user = forms.CharField(label="账号", max_length=100)
    password = secret_field("密码", "密码和私钥填一样。")
    private_key = forms.CharField(
        label="私钥(OpenSSH 格式)",
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    folder = forms.CharField(
        label="文件夹", max_length=300, initial=".", help_text="登录后的文件夹,“.”表示登录的位置。"
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.cleaned_data.get("private_key") and "private_key" not in self.known:
            self.need("password")
        return self.cleaned_data


class SftpChannel:
    """See FileChannel. Its own event loop runs while something is asked of it."""

    def __init__(self, address: Mapping[str, Any], secrets: Mapping[str, str], terms: Terms) -> None:
        self._address, self._secrets, self._terms = address, secrets, terms
        self._runner: Runner | None = None
        # A thread of its own: whoever asks may be inside an event loop already.
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._connection: asyncssh.SSHClientConnection | None = None
        self._files: asyncssh.SFTPClient | None = None

    def __enter__(self) -> Self:
        self._runner = Runner()
        try:
            self._run(self._connect(), CONNECT_SECONDS, late=Fault.UNREACHABLE)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def list_files(self, pattern: str = "*") -> list[FileInfo]:
        self._terms.turn()
        return sorted(self._run(self._list(pattern), SECONDS), key=lambda one: one.name)

    def fetch(self, name: str, into: BinaryIO) -> None:
        self._terms.turn()
        if not is_plain(name):
            raise SourceFailed(Fault.NOT_FOUND)
        self._run(self._fetch(name, into), FETCH_SECONDS)

    def put(self, name: str, data: bytes) -> None:
        self._terms.turn()
        if not is_plain(name):
            raise SourceFailed(Fault.REFUSED)
        self._run(self._put(name, data), FETCH_SECONDS)

    async def _connect(self) -> None:
        host, port = self._address["host"], self._address["port"]
        key = self._secrets.get("private_key")
        self._connection, _ = await asyncssh.create_connection(
            lambda: _Pinned(self._address["fingerprint"]),
            outbound.checked_address("sftp", host, port),
            port,
            known_hosts=([], [], []),
            username=self._address["user"],
            password=self._secrets.get("password") or None,
            client_keys=[asyncssh.import_private_key(key)] if key else None,
            # Nothing of this machine's own: neither its configuration nor its agent, keys and tickets.
            config=None,
            agent_path=None,
            gss_host=None,
            keepalive_interval=IDLE_SECONDS,
        )
        self._files = await self._connection.start_sftp_client()

    async def _list(self, pattern: str) -> list[FileInfo]:
        found: list[FileInfo] = []
        async for entry in self._open_files.scandir(self._address["folder"]):
            name, about = str(entry.filename), entry.attrs
            if fits(name, pattern) and about.type == asyncssh.FILEXFER_TYPE_REGULAR:
                found.append(FileInfo(name, about.size or 0, float(about.mtime or 0)))
            if len(found) > MOST_FILES:
                raise SourceFailed(Fault.TOO_MANY_ROWS)
        return found

    async def _fetch(self, name: str, into: BinaryIO) -> None:
        left = self._terms.most_bytes
        async with self._open_files.open(self._path(name), "rb") as source:
            while piece := await asyncio.wait_for(source.read(min(PIECE, left + 1)), IDLE_SECONDS):
                left -= len(piece)
                if left < 0:
                    raise SourceFailed(Fault.TOO_LARGE)
                into.write(cast(bytes, piece))

    async def _put(self, name: str, data: bytes) -> None:
        part = self._path(part_name(name))
        async with self._open_files.open(part, "wb") as target:
            await target.write(data)
        await self._open_files.posix_rename(part, self._path(name))

    @property
    def _open_files(self) -> asyncssh.SFTPClient:
        if self._files is None:
            raise RuntimeError("the channel is not open")
        return self._files

    def _path(self, name: str) -> str:
        return f"{self._address['folder'].rstrip('/')}/{name}"

    def _run(self, work: Coroutine[Any, Any, Result], seconds: float, late: Fault = Fault.TOO_SLOW) -> Result:
        if self._runner is None:
            raise RuntimeError("the channel is not open")
        with _named_faults(late):
            return self._thread.submit(self._runner.run, asyncio.wait_for(work, seconds)).result()

    def _close(self) -> None:
        if self._connection is not None:
            self._thread.submit(self._connection.abort).result()
        if self._runner is not None:
            self._thread.submit(self._runner.close).result()
        self._thread.shutdown()


class SftpKind(ChannelKind[SftpChannel]):
    code = "sftp"
    label = "SFTP 文件服务器"
    form = SftpForm

    def open(self, address: Mapping[str, Any], secrets: Mapping[str, str], terms: Terms) -> SftpChannel:
        return SftpChannel(address, secrets, terms)

    def greet(self, opened: SftpChannel) -> None:
        opened.list_files()

    def target(self, address: Mapping[str, Any]) -> tuple[Any, ...]:
        return address["host"], address["port"], address["fingerprint"]

    def summary(self, address: Mapping[str, Any]) -> str:
        return f"{address['user']}@{address['host']}:{address['port']}/{address['folder']}"


class _Pinned(asyncssh.SSHClient):
    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return key.get_fingerprint("sha256") == self._fingerprint

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return False


@contextmanager
def _named_faults(late: Fault) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise SourceFailed(late) from None
    except (asyncssh.PermissionDenied, asyncssh.KeyImportError, asyncssh.SFTPPermissionDenied):
        raise SourceFailed(Fault.LOGIN_REFUSED) from None
    except asyncssh.HostKeyNotVerifiable:
        raise SourceFailed(Fault.HOST_KEY) from None
    except asyncssh.SFTPNoSuchFile:
        raise SourceFailed(Fault.NOT_FOUND) from None
    except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.ConnectionLost):
        raise SourceFailed(Fault.RESET) from None
    except (asyncssh.SFTPError, asyncssh.Error):
        raise SourceFailed(Fault.REFUSED) from None
    except OSError as error:  # among them the refusals of outbound
        raise SourceFailed(fault_of(error)) from None
