"""Reads of users, posts and jobs."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.utils import timezone
from django.utils.timezone import localdate
from django_otp.plugins.otp_static.models import StaticToken

from accounts.actors import Actor
from accounts.codes import SPAN, Level
from accounts.models import AppDevice, Area, Job, LoginSession, OldPassword, Post, UpstreamIdentity, User
from accounts.roles import Role


def list_own_posts(*, user_id: int) -> QuerySet[Post]:
    """Posts of one user that are valid today, oldest first, each with `district_name` ("" above a district).

    A machine's post serves no session.
    """
    district = OuterRef("area_id") - OuterRef("area_id") % Value(SPAN[Level.DISTRICT])
    names = Area.objects.filter(code=district, level=Level.DISTRICT).values("name")
    posts = Post.objects.valid_on(localdate()).with_context().filter(user_id=user_id, client_system=None)
    return posts.annotate(district_name=Subquery(names)).order_by("pk")


def list_own_jobs(*, actor: Actor, limit: int = 20) -> QuerySet[Job]:
    """Background jobs that the post asked for, last first."""
    return Job.objects.filter(post_id=actor.post_id).order_by("-pk")[:limit]


def list_own_sessions(*, user_id: int) -> QuerySet[LoginSession]:
    """Sessions of one user that are not over, last used first."""
    return LoginSession.objects.filter(user_id=user_id, expire_date__gt=timezone.now()).order_by("-last_seen")


def is_linked_upstream(*, user_id: int) -> bool:
    """Whether the user may come in by the upstream provider; no query where there is none."""
    issuer = settings.OIDC_ISSUER
    return bool(issuer) and UpstreamIdentity.objects.filter(user_id=user_id, issuer=issuer).exists()


@dataclass(frozen=True, slots=True)
class SecondFactorState:
    """has_app: an authenticator app is bound; codes_left: unused recovery codes."""

    has_app: bool
    codes_left: int

    @property
    def exists(self) -> bool:
        return self.has_app or self.codes_left > 0


def get_second_factor_state(*, user_id: int) -> SecondFactorState:
    """What the user could give as a second factor now."""
    has_app = AppDevice.objects.filter(user_id=user_id, confirmed=True).exists()
    codes = StaticToken.objects.filter(device__user_id=user_id, device__confirmed=True).count()
    return SecondFactorState(has_app, codes)


def list_used_hashes(*, user: User, last: int) -> list[str]:
    """Hashes of the user's last passwords, the present one first."""
    old = OldPassword.objects.filter(user=user).order_by("-until").values_list("password", flat=True)
    return [user.password, *old[: last - 1]]


def list_area_names_of(*, user_id: int) -> list[str]:
    """Names of the areas of the user's posts, and of the areas above them."""
    codes = Post.objects.filter(user_id=user_id, is_active=True).values_list("area_id", flat=True)
    above = {code - code % span for code in codes for span in SPAN.values()}
    return list(Area.objects.filter(code__in=above).values_list("name", flat=True))


def list_demo_posts() -> list[Post]:
    """The first post of one user per role and department, in the order of the roles: whom a visitor may try."""
    posts = Post.objects.valid_on(localdate()).with_context().order_by("pk")
    first: dict[tuple[str, int | None], Post] = {}
    for post in posts:
        first.setdefault((post.role, post.department_id), post)
    order = {role: place for place, role in enumerate(Role.values)}
    return sorted(first.values(), key=lambda post: (order[post.role], post.pk))
