"""PostgreSQL and Redis together: which of them we start, and the addresses that the portal gets."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded.child import Child, Sink, to_terminal
from portal.embedded.postgres import SUPERUSER, Postgres
from portal.embedded.redis import Redis
from portal.env import BadEnvironment

DATABASE = "portal"


@dataclass
class Services:
    """env: the addresses, by the names of their variables. children: the servers that we run ourselves."""

    env: dict[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)


@contextmanager
def services(
    folder: Path, keys: Mapping[str, str], *, throwaway: bool = False, sink: Sink = to_terminal
) -> Iterator[Services]:
    """Start what the environment does not already name; stop it at the end, in reverse order."""
    running = Services()
    with ExitStack() as stack:
        if throwaway or "DATABASE_URL" not in os.environ:
            running.env |= _start_postgres(folder / "postgres", stack, running, throwaway=throwaway, sink=sink)
        elif "DATABASE_OWNER_URL" not in os.environ:
            raise BadEnvironment("DATABASE_OWNER_URL", "给了 DATABASE_URL 时必须设置(portal_owner,用于 migrate)。")
        if throwaway or "REDIS_URL" not in os.environ:
            redis = Redis(folder / "redis", password=keys["REDIS_PASSWORD"], sink=sink)
            stack.callback(redis.stop)
            redis.start()
            running.children.append(redis.child)
            running.env["REDIS_URL"] = redis.url
        yield running


def _start_postgres(
    folder: Path, stack: ExitStack, running: Services, *, throwaway: bool, sink: Sink
) -> dict[str, str]:
    postgres = Postgres(folder, throwaway=throwaway, sink=sink)
    stack.callback(postgres.stop)
    postgres.start()
    postgres.make_database(DATABASE)
    running.children.append(postgres.child)
    return {
        "DATABASE_URL": postgres.url("portal_app", DATABASE),
        "DATABASE_OWNER_URL": postgres.url("portal_owner", DATABASE),
        "DATABASE_AUDIT_URL": postgres.url("portal_audit", DATABASE),
        "DATABASE_BACKUP_URL": postgres.url("portal_backup", DATABASE),
        "DATABASE_ADMIN_URL": postgres.url(SUPERUSER, DATABASE),
    }
