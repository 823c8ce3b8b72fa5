"""Reading the audit log, through the role that may (the alias `audit`); the app's own role cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connections
from django.db.models import Q, QuerySet

from accounts.audit import Subjects
from accounts.errors import NotFound
from accounts.local_days import midnight
from accounts.models import Area, AuditEntry, AuditSeal, Post, User
from accounts.roles import Role

AUDIT = "audit"
MOST_ABOUT = 2000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """since, until: local days, both included. action: its beginning. user: user name. obj: `type` or `type:id`.

    subjects: type and ids of those who were looked at or changed.
    """

    since: date | None = None
    until: date | None = None
    action: str = ""
    user: str = ""
    obj: str = ""
    result: str = ""
    address: str = ""
    subjects: Subjects | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry with the names that its ids stand for; "" where nobody acted."""

    entry: AuditEntry
    user: str
    post: str


def is_readable() -> bool:
    """Whether the connection of the audit role is configured (DATABASE_AUDIT_URL)."""
    return AUDIT in settings.DATABASES


def list_audit_entries(*, wanted: AuditFilter) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.using(AUDIT).filter(_period(wanted), _done(wanted))
    if wanted.user:
        users = User.objects.using(AUDIT).filter(username=wanted.user).values("pk")
        found = found.filter(user_id__in=users)
    if wanted.subjects:
        found = found.filter(pk__in=list_lines_about(wanted.subjects))
    return found


def list_lines_about(subjects: Subjects) -> list[int]:
    """Ids of the newest lines about any of the subjects: as object, or among those who were shown or taken along.

    Asked without order and limit, so that the planner has no reason to walk the log backwards instead of the index.
    """
    kind, ids = subjects
    about = AuditEntry.objects.using(AUDIT).order_by()
    shown = about.filter(~Q(subject_type=""), subject_type=kind, subject_ids__overlap=list(ids)).values_list("pk")
    named = about.filter(object_type=kind, object_id__in=[str(pk) for pk in ids]).values_list("pk")
    return sorted((pk for (pk,) in shown.union(named)), reverse=True)[:MOST_ABOUT]


def get_audit_entry(*, pk: int) -> AuditEntry:
    """Raises NotFound."""
    entry = AuditEntry.objects.using(AUDIT).filter(pk=pk).first()
    if entry is None:
        raise NotFound
    return entry


def get_seal_of(entry: AuditEntry, *, day: date) -> AuditSeal | None:
    """The seal that holds the line; None while it waits. day: local day of the line."""
    seals = AuditSeal.objects.using(AUDIT).filter(day=day, entry_ids__contains=[entry.pk])
    return seals.defer("digests", "entry_ids").first()


def get_last_verification() -> AuditEntry | None:
    """Line of the last nightly comparison with the chain."""
    return AuditEntry.objects.using(AUDIT).filter(action="audit.verified").order_by("-pk").first()


def with_names(entries: Sequence[AuditEntry]) -> list[AuditLine]:
    """The entries with who and in which post, as it was then: four queries for the page."""
    users = User.objects.using(AUDIT).filter(pk__in={entry.user_id for entry in entries if entry.user_id})
    names = {pk: f"{name}({username})" for pk, name, username in users.values_list("pk", "full_name", "username")}
    posts = Post.objects.using(AUDIT).filter(pk__in={entry.post_id for entry in entries if entry.post_id})
    departments = dict(posts.filter(department__isnull=False).values_list("pk", "department__name"))
    codes = {entry.post_area for entry in entries if entry.post_area}
    areas = dict(Area.objects.using(AUDIT).filter(pk__in=codes).values_list("pk", "name"))

    def post_of(entry: AuditEntry) -> str:
        if not entry.post_role:
            return ""
        place = departments.get(entry.post_id or 0) or areas.get(entry.post_area or 0, str(entry.post_area))
        return f"{place} · {_role(entry.post_role)}"

    return [AuditLine(entry, names.get(entry.user_id or 0, ""), post_of(entry)) for entry in entries]


def find_residents(*, mark: bytes) -> list[int]:
    """Record ids behind the blind index of an identity number; never a name, never a place."""
    with connections[AUDIT].cursor() as cursor:
        cursor.execute("SELECT registry_ids_of_number(%s)", [mark])
        return [pk for (pk,) in cursor.fetchall()]


def _role(code: str) -> str:
    return str(Role(code).label) if code in Role.values else code


def _period(wanted: AuditFilter) -> Q:
    found = Q()
    if wanted.since:
        found &= Q(at__gte=midnight(wanted.since))
    if wanted.until:
        found &= Q(at__lt=midnight(wanted.until + timedelta(days=1)))
    return found


def _done(wanted: AuditFilter) -> Q:
    found = Q()
    if wanted.action:
        found &= Q(action__startswith=wanted.action)
    if wanted.result:
        found &= Q(result=wanted.result)
    if wanted.address:
        found &= Q(address=wanted.address)
    if wanted.obj:
        kind, _, pk = wanted.obj.partition(":")
        found &= Q(object_type=kind, **({"object_id": pk} if pk else {}))
    return found
