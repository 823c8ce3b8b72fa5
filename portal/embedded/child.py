"""One child process: its own process group, its output line by line with its name, and a sure end."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from portal.embedded.account import Account

Sink = Callable[[str], None]
# A process that nobody reaps (a container without an init) stays in its group for ever.
_GROUP_SECONDS = 3.0


def to_terminal(line: str) -> None:
    """Write one line at once; several threads may call it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def to_file(path: Path) -> Sink:
    """A sink that appends to a file."""

    def write(line: str) -> None:
        with path.open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    return write


def stop_together(children: Sequence["Child"]) -> None:
    """Ask all of them at once, then see each to its end."""
    for child in children:
        child.ask()
    for child in children:
        child.stop()


@dataclass(eq=False)
class Child:
    """A program to start, stop and start again.

    stop_with: the signal that asks it to finish; after `patience` seconds its whole group is killed.
    account: whom to run it as; None: as ourselves. stdin: text it reads at the start, such as a config with secrets.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    stop_with: signal.Signals = signal.SIGTERM
    patience: float = 15.0
    account: Account | None = None
    stdin: str | None = None
    sink: Sink = to_terminal
    cwd: Path | None = None
    _process: "subprocess.Popen[str] | None" = field(default=None, init=False, repr=False)
    _gone: bool = field(default=True, init=False, repr=False)
    # Celery takes a second request for a cold shutdown that drops its tasks.
    _asked: bool = field(default=False, init=False, repr=False)

    def start(self) -> None:
        """Start it, from the main thread: the kernel ends the child when the thread that started it ends."""
        self._process = subprocess.Popen(
            self._command(),
            env=dict(self.env) if self.env is not None else None,
            cwd=self.cwd,
            stdin=subprocess.DEVNULL if self.stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._gone = self._asked = False
        if self.stdin is not None and self._process.stdin:
            self._process.stdin.write(self.stdin)
            self._process.stdin.close()
        Thread(target=self._forward, args=(self._process,), daemon=True).start()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id, which is also its group's. Raises RuntimeError before the first start."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    def wait(self, timeout: float | None = None) -> int:
        """Exit code. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.wait(timeout)

    def run(self) -> int:
        """Start it and wait for its end; whatever interrupts the wait stops it. Returns the exit code."""
        self.start()
        try:
            return self.wait()
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask it to finish, then make sure that nothing of its group is left. Safe to repeat."""
        self.ask()
        if self.running:
            with suppress(subprocess.TimeoutExpired):
                self.wait(self.patience)
        self.kill()

    def ask(self) -> None:
        """Send the signal that asks it to finish, without waiting."""
        if self.running and not self._asked:
            self._asked = True
            with suppress(ProcessLookupError):
                os.kill(self.pid, self.stop_with)

    def kill(self) -> None:
        """SIGKILL to the whole group, without a chance to tidy up; back when all of it is gone. Safe to repeat."""
        if self._process is None or self._gone:
            return
        deadline = time.monotonic() + _GROUP_SECONDS
        with suppress(ProcessLookupError):
            while time.monotonic() < deadline:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.poll()
                time.sleep(0.01)
        self._process.wait()
        # The number may belong to somebody else from now on.
        self._gone = True

    def _command(self) -> list[str]:
        """The program under setpriv: ended by the kernel if we are killed, and as the account asked for."""
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            if self.account:
                raise SystemExit("以 root 运行需要 setpriv(Debian 软件包 util-linux)。")
            return list(self.argv)
        identity = self.account.setpriv_options() if self.account else []
        death = self.stop_with.name.removeprefix("SIG")
        return [setpriv, "--pdeathsig", death, *identity, "--", *self.argv]

    def _forward(self, process: "subprocess.Popen[str]") -> None:
        if process.stdout is None:
            return
        with process.stdout:
            for line in process.stdout:
                self.sink(f"{self.name:<8} | {line.rstrip()}")
