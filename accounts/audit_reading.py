"""Reading the audit log, through the role that may (the alias `audit`); the app's own role cannot."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from accounts.local_days import midnight
from accounts.models import AuditEntry, Post, User

AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """since, until: local days, both included. action: its beginning. user: user name. obj: `type` or `type:id`."""

    since: date | None = None
    until: date | None = None
    action: str = ""
    user: str = ""
    obj: str = ""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry with the names that its ids stand for; "" where nobody acted."""

    entry: AuditEntry
    user: str
    post: str

    @property
    def details(self) -> str:
        return ",".join(
            f"{key}={_plain(value)}" for key, value in self.entry.details.items() if value not in ("", [], {})
        )


def is_readable() -> bool:
    """Whether the connection of the audit role is configured (DATABASE_AUDIT_URL)."""
    return AUDIT in settings.DATABASES


def list_audit_entries(*, wanted: AuditFilter) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.using(AUDIT).all()
    if wanted.since:
        found = found.filter(at__gte=midnight(wanted.since))
    if wanted.until:
        found = found.filter(at__lt=midnight(wanted.until + timedelta(days=1)))
    if wanted.action:
        found = found.filter(action__startswith=wanted.action)
    if wanted.user:
        users = User.objects.using(AUDIT).filter(username=wanted.user).values("pk")
        found = found.filter(user_id__in=users)
    if wanted.obj:
        kind, _, pk = wanted.obj.partition(":")
        found = found.filter(object_type=kind, **({"object_id": pk} if pk else {}))
    return found


def with_names(entries: list[AuditEntry]) -> list[AuditLine]:
    """The entries with who and in which post: two queries for the page."""
    users = User.objects.using(AUDIT).filter(pk__in={entry.user_id for entry in entries if entry.user_id})
    names = {pk: f"{name}({username})" for pk, name, username in users.values_list("pk", "full_name", "username")}
    posts = Post.objects.using(AUDIT).filter(pk__in={entry.post_id for entry in entries if entry.post_id})
    titles = {
        post["pk"]: f"{post['department__name'] or post['area__name']} · {Post(role=post['role']).get_role_display()}"
        for post in posts.values("pk", "department__name", "area__name", "role")
    }
    return [
        AuditLine(entry, names.get(entry.user_id or 0, ""), titles.get(entry.post_id or 0, "")) for entry in entries
    ]


def _plain(value: Any) -> str:
    return "、".join(str(one) for one in value) if isinstance(value, list) else str(value)
