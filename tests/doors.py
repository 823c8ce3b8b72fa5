"""Walking through the doors in tests, and what was written to the audit log on the way."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice

from accounts.actors import Actor
from accounts.middleware import POST_KEY
from accounts.models import AppDevice, User
from accounts.step_up import mark_given

PASSWORD = "Not-a-secret-1"
_AUDIT_LINE = re.compile(r"""INSERT INTO "accounts_auditentry" .* VALUES \(.*?, (\d+|NULL), (?:\d+|NULL), '([\w.]+)'""")


def sign_in(client: Client, actor: Actor, *, second_factor: bool = True) -> Client:
    """A session of the actor's user in the actor's post, without the pages of the doors.

    second_factor: given just now, so what asks for a step-up is open, too.
    """
    user = User.objects.get(pk=actor.user_id)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[POST_KEY] = actor.post_id
    if second_factor:
        device, _ = StaticDevice.objects.get_or_create(user=user, name="恢复码")
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        mark_given(session)
    session.save()
    return client


def username_of(actor: Actor) -> str:
    return User.objects.get(pk=actor.user_id).username


def app_code(device: AppDevice) -> str:
    """What the authenticator app shows now."""
    return f"{totp(device.bin_key, step=device.step):06d}"


@contextmanager
def watching() -> Iterator[list[str]]:
    """Statements that ran inside, for whoever asks afterwards: the next request would forget them."""
    statements: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield statements
    statements += [query["sql"] for query in queries]


def audited(statements: Iterable[str]) -> list[str]:
    """Actions written to the audit log: the app's role cannot read it, so the statements are looked at."""
    return [found[2] for statement in statements if (found := _AUDIT_LINE.search(statement))]
