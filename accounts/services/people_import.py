"""Users with posts from Excel: keep the checked list, then write all of it or its good rows."""

from django.db import transaction
from django.utils import timezone

from accounts import rights
from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotFound
from accounts.models import AccountChange, PeopleImport, User
from accounts.people_import import CheckedRow, check_list, read_list
from accounts.rights import require
from accounts.services.first_passwords import Secret, give_first_password
from accounts.services.granting import grant_post
from accounts.services.managing import lock_owner, note
from accounts.xlsx import open_upload

Given = list[tuple[User, Secret]]
"""New accounts with their one-time passwords, in the order of the rows."""


@transaction.atomic
def begin_people_import(*, actor: Actor, data: bytes, filename: str) -> PeopleImport:
    """Read and check a file; nothing is written but the list. Raises UploadRefused, NotAllowed."""
    require(actor, rights.MANAGE_PEOPLE)
    rows = read_list(open_upload(data, filename))
    _, errors = check_list(actor, rows)
    kept = PeopleImport.objects.create(post_id=actor.post_id, filename=filename[:200], rows=rows, errors=errors)
    record(actor, "people_import.checked", kept, rows=len(rows), errors=len(errors))
    return kept


def get_people_import(*, actor: Actor, pk: int) -> PeopleImport:
    """One of the post's own lists. Raises NotFound."""
    found = PeopleImport.objects.filter(post_id=actor.post_id, pk=pk).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def write_people(*, actor: Actor, pk: int, only_good: bool) -> Given:
    """Write the list: accounts, posts, one-time passwords; every row is checked again.

    Raises NotFound, NotAllowed, Conflict for a list written before, DomainError where rows are wrong and not left out.
    """
    require(actor, rights.MANAGE_PEOPLE)
    kept = PeopleImport.objects.select_for_update().filter(post_id=actor.post_id, pk=pk).first()
    if kept is None:
        raise NotFound
    if kept.written_at is not None:
        raise Conflict("这份名单已经写入过了。")
    good, errors = check_list(actor, kept.rows)
    if errors and not only_good:
        raise DomainError(f"有 {len(errors)} 行有错,没有写入任何人。请改好文件重新上传,或选择只写入没有错误的行。")
    if not good:
        raise DomainError("没有可以写入的行。请改好文件重新上传。")
    given = _write_rows(actor, good)
    kept.rows, kept.errors, kept.written_at, kept.written_count = [], errors, timezone.now(), len(good)
    kept.save(update_fields=["rows", "errors", "written_at", "written_count"])
    record(actor, "people_import.written", kept, posts=len(good), accounts=len(given), left_out=len(errors))
    return given


def _write_rows(actor: Actor, rows: list[CheckedRow]) -> Given:
    users: dict[str, User] = {}
    new: list[User] = []
    for row in rows:
        if row.username not in users:
            user, is_new = _user_of(actor, row)
            users[row.username] = user
            new += [user] if is_new else []
        try:
            grant_post(actor, users[row.username], row.terms)
        except DomainError as refusal:
            raise DomainError(f"第 {row.number} 行:{refusal.message}没有写入任何人。") from refusal
    return [(user, give_first_password(actor, user)) for user in new]


def _user_of(actor: Actor, row: CheckedRow) -> tuple[User, bool]:
    known = User.objects.filter(username=row.username).values_list("pk", flat=True).first()
    if known is not None:
        return lock_owner(actor, known), False
    user = User(username=row.username, full_name=row.full_name)
    user.set_unusable_password()
    user.save()
    note(actor, user, AccountChange.Kind.CREATED)
    return user, True
