"""Handing over the open work of a post (交接) to a colleague's."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.errors import DomainError
from accounts.handover import list_kinds
from accounts.models import AccountChange, Post
from accounts.scope import limited_to
from accounts.services.granting import close_post
from accounts.services.managing import lock_post, note

Kind = AccountChange.Kind
Moved = dict[str, int]
"""Code of a kind of work -> how much of it. Kinds with nothing open are left out."""


def list_successors(post: Post) -> QuerySet[Post]:
    """Posts that may take over: in office, of the same role and department, in the area or one around it."""
    around = _ranges_around(post)
    colleagues = Post.objects.valid_on(localdate()).with_context().filter(role=post.role, department=post.department)
    return colleagues.filter(area_id__in=around).exclude(pk=post.pk).exclude(user_id=post.user_id).order_by("area_id")


def count_open_work(post: Post) -> Moved:
    """What stands open in the post's name. Needs `user`, `area`, `department` joined."""
    actor = post.as_actor()
    with limited_to(actor.scope):
        counts = {work.code: work.count(actor) for work in list_kinds()}
    return {code: count for code, count in counts.items() if count}


@transaction.atomic
def hand_over(*, actor: Actor, post_id: int, to_post_id: int, end: bool = False) -> Moved:
    """Give the open work of a post to another one; `end`: and end the post. What is done already keeps its name.

    Raises NotFound, NotAllowed, DomainError on `successor` for a post that may not take over.
    """
    post = lock_post(actor, post_id)
    successor = list_successors(post).filter(pk=to_post_id).first()
    if successor is None:
        raise DomainError("请选一位同角色、同区划、在岗的同事。", field="successor")
    moved = _move_work(post, successor)
    note(actor, post.user, Kind.HANDED_OVER, post=post, to_post=successor.pk, moved=moved)
    if end and post.is_active:
        close_post(post)
        note(actor, post.user, Kind.POST_ENDED, post=post)
    return moved


def _move_work(post: Post, successor: Post) -> Moved:
    giver, taker = post.as_actor(), successor.as_actor()
    with limited_to(giver.scope):
        counts = {work.code: work.hand(giver, taker) for work in list_kinds()}
    return {code: count for code, count in counts.items() if count}


def _ranges_around(post: Post) -> list[int]:
    """The post's area and the areas above it: their posts see all that this one saw."""
    codes, area = [post.area_id], post.area
    while area.parent is not None:
        area = area.parent
        codes.append(area.pk)
    return codes
