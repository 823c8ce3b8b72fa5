"""Connects apache2's two pages to a running portal, as a department, the desk and the security administrator would."""

import json
import subprocess
import sys
from typing import Any

from portal.places import ROOT
from tests.apache.running import Apache
from tests.stack import PortalStack


def connect_apache(stack: PortalStack, apache: Apache) -> dict[str, str]:
    """client_id and secret of the page of OpenID Connect. In a process of its own, on the portal's database."""
    call = f"from tests.apache.connecting import connect_here; connect_here({apache.port})"
    argv = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", call]
    done = subprocess.run(argv, env=stack.env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return told


def connect_here(port: int) -> None:
    """Prints what the systems' operators have to know."""
    from tests.portal.entrances import Kind, connect

    apache = Apache(port)
    sides = [_actor(name) for name in ("张敏", "徐静", "汤洁")]
    given: dict[str, Any] = {
        "home_url": apache.oidc_page,
        "redirect_uris": [apache.callback],
        "post_logout_uris": [apache.goodbye],
        "logout_url": f"{apache.callback}?logout=backchannel",
    }
    oidc = connect(*sides, Kind.OIDC, name="养老探访平台", **given)
    connect(*sides, Kind.CAS, name="残疾人服务系统", home_url=apache.cas_page, services=[apache.cas_page])
    print(json.dumps({"client_id": oidc.client_id, "secret": oidc.secret}))


def _actor(name: str) -> Any:
    from accounts.models import Post

    return Post.objects.with_context().get(user__full_name=name).as_actor(second_factor=True)
