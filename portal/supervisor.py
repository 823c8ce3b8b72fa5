"""The process manager: one command starts everything in order, one Ctrl-C stops everything.

- `python -m portal.supervisor run`: services, migrations, demo data, web, worker, beat
- `python -m portal.supervisor with-services -- COMMAND`: throwaway services around a command, such as the tests
- `python -m portal.supervisor stop`: ends a `run` that was started from this folder
- `python -m portal.supervisor clean`: stops it and removes everything it has made, data and keys included
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from portal import programs
from portal.embedded.account import reachable_home, unprivileged
from portal.embedded.child import Child, stop_together, to_file, to_terminal
from portal.embedded.keys import kept_keys, make_keys, write_environment
from portal.embedded.redis import free_port
from portal.embedded.services import services
from portal.env import number
from portal.metrics.requests import FOLDER
from portal.places import STATE

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_READY_SECONDS = 90
_STEADY_SECONDS = 60


class Stop(BaseException):
    """Somebody asked us to end. Not an Exception: nothing on the way may swallow it."""


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    match list(arguments):
        case ["run"]:
            return run()
        case ["with-services", "--", *command] if command:
            return with_services(command)
        case ["stop"]:
            return stop()
        case ["clean"]:
            return clean()
    print(__doc__, file=sys.stderr)
    return 2


def run() -> int:
    """Everything, until somebody stops it. What ends by itself is started again."""
    STATE.mkdir(mode=0o711, exist_ok=True)
    with stoppable(), _only_one(), ExitStack() as stack, suppress(Stop):
        keys = kept_keys(STATE / "keys.env")
        running = stack.enter_context(services(STATE, keys))
        port = number("WEB_PORT", free_port(8000), lowest=1, highest=65535)
        env = os.environ | keys | _addresses(port) | running.env | {FOLDER: _empty_folder("metrics")}
        write_environment(STATE / "portal.env", {name: env[name] for name in [*keys, *_addresses(port), *running.env]})
        _prepare(env)
        own = [programs.web(env, port), programs.worker(env), programs.beat(env)]
        stack.callback(stop_together, own)
        for child in own:
            child.start()
        _wait_until_ready(env["PORTAL_ORIGIN"], own)
        _greet(env)
        _keep_alive([*running.children, *own])
    return 0


def with_services(command: Sequence[str]) -> int:
    """Run a command with PostgreSQL and Redis of its own in a temporary folder. Returns the command's exit code."""
    folder = Path(tempfile.mkdtemp(prefix="portal-"))
    # PostgreSQL's account passes through to its own folder, which stays closed to everybody else.
    folder.chmod(0o711)
    log = to_file(folder / "services.log")
    with stoppable(), ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        keys = make_keys()
        running = stack.enter_context(services(folder, keys, throwaway=True, sink=log))
        guest = subprocess.Popen(list(command), env=keys | os.environ | running.env)
        try:
            return guest.wait()
        except Stop:
            guest.send_signal(signal.SIGINT)
            return _wait_or_kill(guest)


def _wait_or_kill(guest: subprocess.Popen[bytes]) -> int:
    """Exit code of a program that was asked to end; it has half a minute."""
    with suppress(subprocess.TimeoutExpired):
        return guest.wait(30)
    guest.kill()
    return guest.wait()


def stop() -> int:
    """Ask a running supervisor of this folder to end, and wait for it."""
    with suppress(FileNotFoundError), (STATE / "lock").open("r+") as lock:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            print("没有在运行。")
            return 0
        os.kill(int(lock.read()), signal.SIGTERM)
        fcntl.flock(lock, fcntl.LOCK_EX)
        print("已停止。")
    return 0


def clean() -> int:
    """Stop, then remove the state folder and, as root, the one that PostgreSQL may have got elsewhere."""
    stop()
    shutil.rmtree(reachable_home(STATE / "postgres", unprivileged()), ignore_errors=True)
    shutil.rmtree(STATE, ignore_errors=True)
    return 0


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the first stop signal into `Stop`; later ones are ignored, the way down is already under way."""

    def on_signal(number: int, frame: FrameType | None) -> NoReturn:
        for one in _STOPPING:
            signal.signal(one, signal.SIG_IGN)
        raise Stop

    before = {one: signal.signal(one, on_signal) for one in _STOPPING}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def _only_one() -> Iterator[IO[str]]:
    """Hold the folder's lock; it ends with the process, however that ends."""
    with (STATE / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("这个目录里的门户已在运行。要停止它: make stop") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock


def _addresses(port: int) -> dict[str, str]:
    """What `run` decides unless the environment already does."""
    own = {
        "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
        "WEB_PORT": str(port),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "PORTAL_ORIGIN": f"http://127.0.0.1:{port}",
        "MEDIA_ROOT": str(STATE / "media"),
    }
    return {name: os.environ.get(name, value) for name, value in own.items()}


def _empty_folder(name: str) -> str:
    """One in which nothing of the start before is left."""
    folder = STATE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return str(folder)


def _prepare(env: Mapping[str, str]) -> None:
    """Migrations and demo data; both do nothing the second time. Raises SystemExit when one fails.

    A database that was given is asked first whether its role stays behind the wall: web would only refuse it later.
    """
    steps = [
        (["migrate", "--noinput", "--verbosity", "0"], True),
        (["seed", "--demo"], True),
        (["seed_tags"], False),
        (["seed_forms"], False),
        (["seed_datasets"], False),
    ]
    if "DATABASE_URL" in os.environ:
        steps.insert(1, (["check", "--database", "default"], False))
    for arguments, owner in steps:
        if programs.manage(env, *arguments, owner=owner) != 0:
            raise SystemExit(f"{arguments[0]} 没有成功,原因见上。")


def _wait_until_ready(origin: str, own: Sequence[Child]) -> None:
    """Wait for /readyz. Raises SystemExit when a program ended or the time is over."""
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and all(child.running for child in own):
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{origin}/readyz", timeout=3).close()  # noqa: S310  (our own address)
            return
        time.sleep(0.2)
    raise SystemExit("门户没有启动成功,原因见上。")


def _greet(env: Mapping[str, str]) -> None:
    to_terminal("")
    to_terminal(f"一表通已启动: {env['PORTAL_ORIGIN']}    停止: Ctrl-C")
    programs.manage(env, "demo_logins", sink=lambda line: to_terminal(line.partition("| ")[2]))


def _keep_alive(children: Sequence[Child]) -> NoReturn:
    """Start again what ended by itself; the pause doubles for what ends again within a minute."""
    pauses, started = dict.fromkeys(children, 1.0), dict.fromkeys(children, time.monotonic())
    while True:
        for child in children:
            if not child.running:
                quick = time.monotonic() - started[child] < _STEADY_SECONDS
                pauses[child] = min(pauses[child] * 2, 30.0) if quick else 1.0
                to_terminal(f"{child.name:<8} | 意外结束,{pauses[child]:.0f} 秒后重新启动")
                child.kill()
                time.sleep(pauses[child])
                child.start()
                started[child] = time.monotonic()
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
