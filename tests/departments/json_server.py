"""npm's json-server on 127.0.0.1: a department's HTTP interface over a file of JSON."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from portal.embedded.redis import free_port
from portal.places import ROOT
from tests.oidc.running import NODE

SCRIPT = ROOT / "node_modules" / "json-server" / "lib" / "cli" / "bin.js"


@contextmanager
def json_server(folder: Path, **tables: list[dict]) -> Iterator[str]:
    """Serve tables such as rows=[{...}] at /rows. Yields the address; PATCH, POST and DELETE change the rows."""
    data, port = folder / "db.json", free_port()
    data.write_text(json.dumps(tables, ensure_ascii=False))
    command = [str(NODE), str(SCRIPT), "--host", "127.0.0.1", "--port", str(port), "--quiet", str(data)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
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
