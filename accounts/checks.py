"""Start-up checks: the app refuses to run as a database role that could walk around row-level security."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection
from django.db.utils import OperationalError

_ROLE = """
SELECT r.rolsuper OR r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p'))
FROM pg_roles r WHERE r.rolname = current_user
"""


@register(Tags.database)
def database_role_stays_behind_the_wall(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """For every command that asks for database checks, and at the start of web and worker."""
    if not databases or settings.PORTAL_DB_ROLE != "app":
        return []
    return find_role_errors()


def find_role_errors() -> list[CheckMessage]:
    """What is wrong with the role of the default connection; empty when it is behind the wall."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ROLE)
            bypasses, owns = cursor.fetchone()
    except OperationalError as error:
        return [Error(f"数据库连不上: {type(error).__name__}", id="accounts.E003")]
    found: list[CheckMessage] = []
    if bypasses:
        found.append(Error("DATABASE_URL 的角色是超级用户或 BYPASSRLS,行级安全会失效。", id="accounts.E001"))
    if owns:
        found.append(Error("DATABASE_URL 的角色拥有数据表,行级安全可被其关闭。请改用 portal_app。", id="accounts.E002"))
    return found


def refuse_to_start_outside_the_wall() -> None:
    """Raises SystemExit naming the variable. Called by web and worker before the first request or task."""
    errors = find_role_errors()
    if errors:
        raise SystemExit("\n".join(str(error.msg) for error in errors))
