"""A database connection outlives requests and tasks; what one of them left on it must not reach the next.

Scopes end with their transaction (`accounts.scope`). Everything else that belongs to a session (settings, prepared
statements, cursors, temporary tables, advisory locks) is forgotten before the next request or task begins. Nobody
leaves such things on purpose: this is for the statement that was injected.
"""

from typing import Any

from celery.signals import task_prerun
from django.core.signals import request_started
from django.db import InterfaceError, OperationalError, connections
from django.dispatch import receiver


@receiver(request_started, dispatch_uid="forget_before_request")
def forget_before_request(**_: Any) -> None:
    forget_sessions()


@task_prerun.connect(dispatch_uid="forget_before_task")
def forget_before_task(**_: Any) -> None:
    forget_sessions()


def forget_sessions() -> None:
    """Bring every open connection back to how it was right after its login; one inside a transaction is in use."""
    for connection in connections.all(initialized_only=True):
        if connection.connection is None or connection.in_atomic_block:
            continue
        try:
            with connection.cursor() as cursor:
                cursor.execute("DISCARD ALL")
        except (InterfaceError, OperationalError):
            # A dead connection remembers nothing. Whoever needs the database opens another, or hears that it is away.
            connection.close()
