"""What every write on accounts and posts begins and ends with: lock, gate, record."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.timezone import localdate

from accounts import rights
from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import contains, subtree
from accounts.delegation import Holding, may_manage, may_manage_all, needs_release
from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.models import AccountChange, Post, User
from accounts.rights import require
from accounts.roles import Role

SECURITY_LOCK = 5207733
OWN = "不能管理自己的账号和岗位。请由另一位管理员办理。"
ELSEWHERE = "这个账号还有不归您管理的岗位,整个账号的操作请由安全管理员或上级管理员办理。"
LAST_SECURITY = "这是最后一位在岗的安全管理员。请先增加另一位,再办理。"


class Clash(DomainError):
    code = "roles_clash"
    default = "系统、安全、审计三员必须分开:这个账号的岗位与所选角色不能由同一人担任。请另建账号或先结束原岗位。"


def lock_person(actor: Actor, user_id: int) -> User:
    """The user, locked, for a write on the whole account.

    Raises NotFound outside the area; NotAllowed for oneself and for accounts with a post that others manage.
    """
    user = _lock_visible(actor, user_id)
    if not may_manage_all(actor, holdings(user)):
        raise NotAllowed(ELSEWHERE)
    return user


def lock_owner(actor: Actor, user_id: int) -> User:
    """The user, locked, for a write on one post. Raises NotFound, NotAllowed for oneself."""
    return _lock_visible(actor, user_id)


def lock_post(actor: Actor, post_id: int) -> Post:
    """A post and its user, locked, for a write on this post. Raises NotFound, NotAllowed."""
    owner = Post.objects.filter(pk=post_id, **_inside(actor)).values_list("user_id", flat=True).first()
    if owner is None:
        raise NotFound
    _lock_visible(actor, owner)
    post = Post.objects.with_context().select_for_update(of=("self",)).get(pk=post_id)
    require_manage(actor, Holding(post.user_id, Role(post.role), post.area_id))
    return post


def require_manage(actor: Actor, held: Holding) -> None:
    """Raises NotFound outside the actor's area, NotAllowed for one's own post and for a role not delegated."""
    if not contains(subtree(actor.area_code, actor.area_level), held.area_code):
        raise NotFound
    if held.user_id == actor.user_id:
        raise NotAllowed(OWN)
    if not may_manage(actor, held):
        raise NotAllowed("这个角色的岗位不归您管理。请由安全管理员或上级管理员办理。")


def holdings(user: User) -> list[Holding]:
    """Posts of the user that are, or will be, in force."""
    posts = open_posts(user).values_list("role", "area_id")
    return [Holding(user.pk, Role(role), area) for role, area in posts]


def open_posts(user: User) -> QuerySet[Post]:
    """Posts that were neither ended nor ran out."""
    return Post.objects.not_over(localdate()).filter(user=user)


def keep_release_due(actor: Actor, user: User) -> None:
    """After a grant: a one-time password given for less must not open more than its giver sees."""
    if user.must_change_password and not user.needs_release and needs_release(actor, holdings(user)):
        user.needs_release = True
        user.save(update_fields=["needs_release"])


def keep_one_security_admin(user: User) -> None:
    """Before the user stops being one. Raises DomainError where no other security administrator is in office."""
    in_office = Post.objects.valid_on(localdate()).filter(role=Role.SECURITY_ADMIN)
    if in_office.filter(user=user).exists() and not in_office.exclude(user=user).exists():
        raise DomainError(LAST_SECURITY)


def note(
    actor: Actor, user: User, kind: AccountChange.Kind, *, post: Post | None = None, **details: Any
) -> AccountChange:
    """The change on the person's page, and its audit line. details: ids and codes; see `AccountChange`."""
    record(actor, f"account.{kind.value}", user, **{"post": post.pk if post else None, **details})
    return AccountChange.objects.create(
        user=user,
        kind=kind,
        post=post,
        to_post_id=details.get("to_post"),
        moved=details.get("moved", {}),
        by_id=actor.post_id,
    )


def _lock_visible(actor: Actor, user_id: int) -> User:
    require(actor, rights.MANAGE_PEOPLE)
    if not Post.objects.filter(user_id=user_id, **_inside(actor)).exists():
        raise NotFound
    if user_id == actor.user_id:
        raise NotAllowed(OWN)
    if Post.objects.filter(user_id=user_id, role=Role.SECURITY_ADMIN).exists():
        _one_at_a_time(actor)
    return User.objects.select_for_update().get(pk=user_id)


def _one_at_a_time(actor: Actor) -> None:
    """Two security administrators who suspend each other at once must not both succeed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SECURITY_LOCK])
    if not Post.objects.valid_on(localdate()).filter(pk=actor.post_id).exists():
        raise NotAllowed("您的岗位刚刚结束。")


def _inside(actor: Actor) -> dict[str, Any]:
    return {"area__code__range": subtree(actor.area_code, actor.area_level)}
