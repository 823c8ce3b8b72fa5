"""npm's json-server on 127.0.0.1: a department's HTTP interface over a file of JSON."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from portal.embedded.redis import free_port
from portal.places import ROOT
from tests.oidc.running import NODE

SCRIPT = ROOT / "node_modules" / "json-server" / "lib" / "cli" / "bin.js"


@contextmanager
def json_server(folder: Path, **tables: list[dict]) -> Iterator[str]:
    """Serve tables such as rows=[{...}] at /rows. Yields the address; PATCH, POST and DELETE change the rows."""
    with _running(folder, tables, [], {}) as url:
        yield url


@dataclass(frozen=True)
class Ledger:
    """A server that honours Idempotency-Key and writes down what came."""

    url: str
    folder: Path

    def came(self) -> list[dict]:
        """{"key", "again", "bytes"} of each request in the order in which they came."""
        book = self.folder / "ledger.jsonl"
        return [json.loads(line) for line in book.read_text().splitlines()] if book.exists() else []

    def rows(self, table: str = "reports") -> list[dict]:
        """What the system keeps."""
        found: list[dict] = requests.get(f"{self.url}/{table}", timeout=5).json()
        return found


@contextmanager
def ledger_server(folder: Path, *, slow: int = 0) -> Iterator[Ledger]:
    """Takes messages at /reports. slow: milliseconds between taking one and saying so."""
    more = ["--middlewares", str(Path(__file__).with_name("ledger.cjs"))]
    env = {"LEDGER": str(folder / "ledger.jsonl"), "SLOW": str(slow)}
    with _running(folder, {"reports": []}, more, env) as url:
        yield Ledger(url, folder)


@contextmanager
def _running(folder: Path, tables: dict, more: list[str], env: dict[str, str]) -> Iterator[str]:
    data, port = folder / "db.json", free_port()
    data.write_text(json.dumps(tables, ensure_ascii=False))
    command = [str(NODE), str(SCRIPT), "--host", "127.0.0.1", "--port", str(port), "--quiet", str(data), *more]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=folder, env=os.environ | env, **quiet) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            _wait(url)
            yield url
        finally:
            process.terminate()


def _wait(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            requests.get(f"{url}/db", timeout=2)
            return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("json-server did not start")
