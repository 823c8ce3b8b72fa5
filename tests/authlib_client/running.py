"""The system as a process of the tests."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socket import create_connection

from portal.places import ROOT


@dataclass(frozen=True)
class AuthlibSite:
    """port: chosen before, for the portal has to allow it. The addresses are those that a department registers."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def home(self) -> str:
        return f"{self.url}/"

    @property
    def callback(self) -> str:
        return f"{self.url}/callback"

    @property
    def goodbye(self) -> str:
        return f"{self.url}/goodbye"

    @property
    def told(self) -> str:
        return f"{self.url}/told"

    @property
    def leave(self) -> str:
        return f"{self.url}/leave"


@contextmanager
def running(site: AuthlibSite, *, issuer: str, client_id: str, secret: str) -> Iterator[None]:
    """Start it and wait until it listens."""
    argv = [sys.executable, "-m", "tests.authlib_client.site", str(site.port), issuer, client_id]
    with subprocess.Popen(argv, env=os.environ | {"CLIENT_SECRET": secret}, cwd=ROOT) as process:
        try:
            _wait(site, process)
            yield
        finally:
            process.terminate()


def _wait(site: AuthlibSite, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        try:
            create_connection(("127.0.0.1", site.port), timeout=3).close()
        except OSError:
            assert process.poll() is None, "the site did not start"
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the site does not listen")
