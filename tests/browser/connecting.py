"""Connects systems of the tests to a running portal, as a department, the desk and the security administrator would."""

import json
import subprocess
import sys
from typing import Any

from portal.places import ROOT
from tests.apache.running import Apache
from tests.authlib_client.running import AuthlibSite
from tests.stack import PortalStack

Told = dict[str, str]


def connect_apache(stack: PortalStack, apache: Apache) -> Told:
    """client_id and secret of the page of OpenID Connect. In a process of its own, on the portal's database."""
    return _run(stack, "connect_apache_here", apache.port)


def connect_authlib(stack: PortalStack, site: AuthlibSite) -> Told:
    """client_id and secret of the system on Authlib, likewise."""
    return _run(stack, "connect_authlib_here", site.port)


def admit_system(stack: PortalStack, name: str, *, staff: str) -> None:
    """A system of that person's department, for visits: through the desk, without a way in."""
    _run(stack, "admit_here", name, staff)


def connect_apache_here(port: int) -> None:
    """Prints what the systems' operators have to know."""
    from tests.portal.entrances import Kind, connect

    apache = Apache(port)
    given: dict[str, Any] = {
        "home_url": apache.oidc_page,
        "redirect_uris": [apache.callback],
        "post_logout_uris": [apache.goodbye],
        "logout_url": f"{apache.callback}?logout=backchannel",
    }
    oidc = connect(*_sides(), Kind.OIDC, name="养老探访平台", **given)
    connect(*_sides(), Kind.CAS, name="残疾人服务系统", home_url=apache.cas_page, services=[apache.cas_page])
    print(json.dumps({"client_id": oidc.client_id, "secret": oidc.secret}))


def connect_authlib_here(port: int) -> None:
    from tests.portal.entrances import Kind, connect

    site = AuthlibSite(port)
    given: dict[str, Any] = {
        "home_url": site.home,
        "redirect_uris": [site.callback],
        "post_logout_uris": [site.goodbye],
        "logout_url": site.told,
    }
    oidc = connect(*_sides(), Kind.OIDC, name="救助平台", **given)
    print(json.dumps({"client_id": oidc.client_id, "secret": oidc.secret}))


def admit_here(name: str, staff: str) -> None:
    from tests.portal.filing import make_system

    make_system(actor_of(staff), actor_of("徐静"), name)
    print("{}")


def _run(stack: PortalStack, call: str, *given: str | int) -> Told:
    code = f"from tests.browser.connecting import {call}; {call}{given!r}"
    argv = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code]
    done = subprocess.run(argv, env=stack.env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def _sides() -> list[Any]:
    return [actor_of(name) for name in ("张敏", "徐静", "汤洁")]


def actor_of(name: str) -> Any:
    """Somebody of the demo cast at work, with the second factor given. Inside the portal's own process alone."""
    from accounts.models import Post

    return Post.objects.with_context().get(user__full_name=name).as_actor(second_factor=True)
