"""The people of an area (组织与人员): posts with their users, for who answers for them."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet, TextChoices
from django.utils.timezone import localdate

from accounts.actors import Actor
from accounts.codes import subtree
from accounts.delegation import Holding, may_manage, may_manage_all
from accounts.errors import NotAllowed, NotFound
from accounts.models import AccountChange, Post, User
from accounts.rights import MANAGE_PEOPLE, holds, rights_in_words
from accounts.roles import Role
from accounts.selectors import SecondFactorState, get_second_factor_state

SHOWN_CHANGES = 30


class PersonState(TextChoices):
    """What the list can be narrowed to."""

    WORKING = "working", "在岗"
    OVER = "over", "已结束或到期"
    SUSPENDED = "suspended", "已停用"
    UNUSED = "unused", "长期未用"
    WAITING = "waiting", "待放行"


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """text: part of a name, user name, area or department. role, kind, state: "" for all."""

    text: str = ""
    role: str = ""
    kind: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post on a person's page. words: what may be done in it; mine: the reader may change it."""

    post: Post
    state: str
    words: str
    mine: bool


@dataclass(frozen=True, slots=True)
class PersonCard:
    """One person as a manager sees it. elsewhere: number of posts outside the manager's area, which are not shown.

    mine: the whole account may be managed; own: it is the reader's; may_add: another post may be given;
    releasable: its release code may be given by this manager.
    """

    user: User
    posts: list[PostLine]
    elsewhere: int
    factor: SecondFactorState
    changes: list[AccountChange] = field(default_factory=list)
    mine: bool = False
    own: bool = False
    may_add: bool = False
    releasable: bool = False


def list_posts(*, actor: Actor, wanted: PeopleFilter) -> QuerySet[Post]:
    """Posts in the area of the actor's post, ended ones too. Users are no residents: the area alone decides."""
    found = Post.objects.with_context().filter(area__code__range=subtree(actor.area_code, actor.area_level))
    if wanted.role:
        found = found.filter(role=wanted.role)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.state:
        found = found.filter(_in_state(PersonState(wanted.state)))
    if wanted.text:
        names = ("user__full_name", "user__username", "area__name", "department__name")
        found = found.filter(_any_contains(names, wanted.text))
    return found


def get_person(*, actor: Actor, pk: int) -> PersonCard:
    """One person with posts, second factor and changes. Raises NotFound for who holds no post in the actor's area."""
    posts = list(Post.objects.with_context().filter(user_id=pk).order_by("-is_active", "pk"))
    low, high = subtree(actor.area_code, actor.area_level)
    shown = [post for post in posts if low <= post.area_id <= high]
    if not shown:
        raise NotFound
    user, lines = shown[0].user, [_line(actor, post) for post in shown]
    held = [_holding(post) for post in posts if _is_open(post)]
    mine = holds(actor, MANAGE_PEOPLE) and pk != actor.user_id and may_manage_all(actor, held)
    return PersonCard(
        user=user,
        posts=lines,
        elsewhere=len(posts) - len(shown),
        factor=get_second_factor_state(user_id=pk),
        changes=_changes(pk, [post.pk for post in shown]),
        mine=mine,
        own=pk == actor.user_id,
        may_add=holds(actor, MANAGE_PEOPLE) and pk != actor.user_id,
        releasable=mine and user.needs_release and user.password_issuer_id != actor.user_id,
    )


def get_post(*, actor: Actor, pk: int) -> Post:
    """One post in the actor's area. Raises NotFound."""
    post = list_posts(actor=actor, wanted=PeopleFilter()).filter(pk=pk).first()
    if post is None:
        raise NotFound
    return post


def get_managed_post(*, actor: Actor, pk: int) -> Post:
    """The same for who may change it. Raises NotFound, NotAllowed."""
    post = get_post(actor=actor, pk=pk)
    if not may_manage(actor, _holding(post)):
        raise NotAllowed("这个岗位不归您管理。请由安全管理员或上级管理员办理。")
    return post


def get_managed_person(*, actor: Actor, pk: int) -> PersonCard:
    """A person whose whole account the actor may manage. Raises NotFound, NotAllowed."""
    card = get_person(actor=actor, pk=pk)
    if not card.mine:
        raise NotAllowed("这个账号不归您管理,或者是您自己的。请由安全管理员或上级管理员办理。")
    return card


def list_waiting(*, actor: Actor) -> list[User]:
    """Users whose release code this manager may give: in the area, all posts delegated, password from another hand."""
    posts = list_posts(actor=actor, wanted=PeopleFilter(state=PersonState.WAITING))
    waiting = posts.exclude(user__password_issuer_id=actor.user_id).values("user_id")
    found: dict[int, tuple[User, list[Holding]]] = {}
    for post in Post.objects.not_over(localdate()).with_context().filter(user_id__in=waiting).order_by("user_id"):
        found.setdefault(post.user_id, (post.user, []))[1].append(_holding(post))
    return [user for user, held in found.values() if may_manage_all(actor, held)]


def _line(actor: Actor, post: Post) -> PostLine:
    mine = holds(actor, MANAGE_PEOPLE) and may_manage(actor, _holding(post))
    return PostLine(post, post.state_on(localdate()), rights_in_words(Role(post.role)), mine)


def _changes(user_id: int, post_ids: list[int]) -> list[AccountChange]:
    """Of the account, and of the posts the reader sees."""
    seen = Q(post__isnull=True) | Q(post_id__in=post_ids)
    joined = ("by__user", "post__area", "post__department", "to_post__user", "to_post__area", "to_post__department")
    found = AccountChange.objects.filter(seen, user_id=user_id).select_related("post__user", *joined)
    return list(found.order_by("-pk")[:SHOWN_CHANGES])


def _holding(post: Post) -> Holding:
    return Holding(post.user_id, Role(post.role), post.area_id)


def _is_open(post: Post) -> bool:
    return post.is_active and (post.valid_until is None or post.valid_until >= localdate())


def _in_state(state: PersonState) -> Q:
    over = Q(is_active=False) | Q(valid_until__lt=localdate())
    return {
        PersonState.WORKING: Q(user__is_active=True) & ~over,
        PersonState.OVER: over,
        PersonState.SUSPENDED: Q(user__is_active=False),
        PersonState.UNUSED: Q(user__is_active=False, user__suspension=User.Suspension.UNUSED),
        PersonState.WAITING: Q(user__needs_release=True),
    }[state]


def _any_contains(columns: tuple[str, ...], text: str) -> Q:
    either = Q()
    for column in columns:
        either |= Q(**{f"{column}__icontains": text})
    return either
