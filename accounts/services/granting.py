"""Posts (岗位) given and taken: add, change, end, bring back, move."""

from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.delegation import AREA_LEVELS, Holding, clash
from accounts.errors import Conflict, DomainError
from accounts.farewells import tell_sessions_ended
from accounts.models import AccountChange, Area, Department, Post, User
from accounts.roles import Role
from accounts.services.managing import (
    Clash,
    keep_one_security_admin,
    keep_release_due,
    lock_owner,
    lock_post,
    note,
    require_manage,
)

Kind = AccountChange.Kind


@dataclass(frozen=True, slots=True)
class PostTerms:
    """What a post is for, where, and from when until when (both days included; None: open)."""

    role: Role
    area: Area
    department: Department | None = None
    kind: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


@transaction.atomic
def add_post(*, actor: Actor, user_id: int, terms: PostTerms) -> Post:
    """One more post for a user. Raises what `grant_post` raises; NotFound, NotAllowed for oneself."""
    return grant_post(actor, lock_owner(actor, user_id), terms)


def grant_post(actor: Actor, user: User, terms: PostTerms) -> Post:
    """The post, in the caller's transaction; the same one again where it had ended.

    Raises NotFound, NotAllowed (area, role), DomainError on the field of `terms` that does not fit, Clash.
    """
    require_manage(actor, Holding(user.pk, terms.role, terms.area.pk))
    check_terms(terms)
    post = _earlier(user, terms)
    if post.pk and post.is_active and not _is_over(post):
        raise DomainError("这个岗位已经有了,不用再加。需要改有效期请点“修改”。", field="role")
    post.is_active, post.kind = True, terms.kind
    post.valid_from, post.valid_until = terms.valid_from, terms.valid_until
    _refuse_clash(post)
    post.save()
    note(actor, user, Kind.POST_ADDED, post=post, role=terms.role.value, area=terms.area.pk)
    keep_release_due(actor, user)
    return post


@transaction.atomic
def change_post(
    *, actor: Actor, post_id: int, kind: str = "", valid_from: date | None = None, valid_until: date | None = None
) -> Post:
    """Other days or another kind of grid member. Raises NotFound, NotAllowed, Conflict for an ended post, Clash."""
    post = lock_post(actor, post_id)
    if not post.is_active:
        raise Conflict("这个岗位已经结束。请先恢复,再修改。")
    check_terms(replace(_terms_of(post), kind=kind, valid_from=valid_from, valid_until=valid_until))
    post.kind, post.valid_from, post.valid_until = kind, valid_from, valid_until
    if _is_over(post):
        keep_one_security_admin(post.user)
    _refuse_clash(post)
    post.save(update_fields=["kind", "valid_from", "valid_until"])
    note(actor, post.user, Kind.POST_CHANGED, post=post)
    keep_release_due(actor, post.user)
    return post


@transaction.atomic
def end_post(*, actor: Actor, post_id: int) -> Post:
    """End a post now: sessions in it end with their next request. Nothing to do where it ended already."""
    post = lock_post(actor, post_id)
    if post.is_active:
        close_post(post)
        note(actor, post.user, Kind.POST_ENDED, post=post)
    return post


@transaction.atomic
def reopen_post(*, actor: Actor, post_id: int) -> Post:
    """Take the end of a post back. Raises NotFound, NotAllowed, Clash with a post that came in the meantime."""
    post = lock_post(actor, post_id)
    if not post.is_active:
        post.is_active = True
        _refuse_clash(post)
        post.save(update_fields=["is_active"])
        note(actor, post.user, Kind.POST_REOPENED, post=post)
        keep_release_due(actor, post.user)
    return post


@transaction.atomic
def move_post(*, actor: Actor, post_id: int, to_area: Area) -> Post:
    """The same post in another area (调动): the old one ends, since what was done there names it; a new one begins.

    Raises NotFound, NotAllowed where the actor covers only one end, DomainError on `area`.
    """
    old = lock_post(actor, post_id)
    if old.area_id == to_area.pk:
        raise DomainError("新的区划和现在的一样,请另选一个。", field="area")
    new = grant_post(actor, old.user, replace(_terms_of(old), area=to_area, valid_from=None))
    close_post(old)
    note(actor, old.user, Kind.POST_MOVED, post=old, to_post=new.pk)
    return new


def close_post(post: Post) -> None:
    """End the post in the caller's transaction. Raises DomainError for the last security administrator."""
    if post.role == Role.SECURITY_ADMIN:
        keep_one_security_admin(post.user)
    post.is_active = False
    post.save(update_fields=["is_active"])
    tell_sessions_ended()


def check_terms(terms: PostTerms) -> None:
    """Whether the terms fit together. Raises DomainError on the field that does not."""
    if terms.area.level not in AREA_LEVELS[terms.role]:
        levels = "或".join(level.label for level in AREA_LEVELS[terms.role])
        raise DomainError(f"{terms.role.label}的岗位要设在{levels}上,请重新选择区划。", field="area")
    if terms.area.closed_on is not None:
        raise DomainError("这个网格已经撤销,请另选一个。", field="area")
    _check_department(terms)
    if terms.kind and terms.role != Role.GRID_WORKER:
        raise DomainError("只有网格员的岗位才分队员类别,请不要选。", field="kind")
    if terms.valid_from and terms.valid_until and terms.valid_until < terms.valid_from:
        raise DomainError("截止日期不能早于起始日期,请核对。", field="valid_until")


def _check_department(terms: PostTerms) -> None:
    if terms.role == Role.DEPARTMENT_STAFF and terms.department is None:
        raise DomainError("部门工作人员要选所在部门。", field="department")
    if terms.department is not None and terms.role not in (Role.DEPARTMENT_STAFF, Role.DATA_OFFICER):
        raise DomainError("这个角色不属于部门,请不要选部门。", field="department")
    if terms.department is not None and terms.department.area_id != terms.area.pk:
        raise DomainError("这个部门不在所选的区划,请核对部门和区划。", field="department")


def _earlier(user: User, terms: PostTerms) -> Post:
    """The user's post of the same kind, ended or not; else a new one, not saved."""
    same = {"user": user, "role": terms.role, "area": terms.area, "department": terms.department}
    return Post.objects.select_for_update().filter(**same).first() or Post(**same)


def _refuse_clash(post: Post) -> None:
    """Raises Clash. The constraint `three_admins_stay_apart` stands behind, for two writes at once."""
    others = Post.objects.filter(user_id=post.user_id, is_active=True).exclude(pk=post.pk)
    held = [post.role, *(other.role for other in others if _overlap(other, post))]
    if clash({Role(role) for role in held}):
        raise Clash(field="role")


def _overlap(one: Post, other: Post) -> bool:
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    return begins <= min(one.valid_until or date.max, other.valid_until or date.max)


def _is_over(post: Post) -> bool:
    return post.valid_until is not None and post.valid_until < localdate()


def _terms_of(post: Post) -> PostTerms:
    return PostTerms(
        role=Role(post.role),
        area=post.area,
        department=post.department,
        kind=post.kind,
        valid_from=post.valid_from,
        valid_until=post.valid_until,
    )
