"""Who saw how much in full (查看完整信息记录): counts per post, and the emergency views of an area."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Emergency, EmergencyReceipt, Post, SightCount

DAYS = 30
MOST = 200


@dataclass(frozen=True, slots=True)
class SightLine:
    """One post. today, days: subjects unmasked today and in the last 30 days. alarmed_at: the last alarm, or None."""

    post: Post
    today: int
    days: int
    emergencies: int
    alarmed_at: datetime | None


def list_sight_counts(*, actor: Actor, on: date) -> list[SightLine]:
    """Posts of the actor's area that saw masked items in full, alarms first. The security administrator sees all.

    Two queries. on: today.
    """
    counts = SightCount.objects.filter(day__gt=on - timedelta(days=DAYS), day__lte=on)
    if actor.scope is not None:
        counts = counts.filter(post__area__code__range=actor.scope)
    found = list(
        counts.values("post")
        .annotate(
            today=Sum("opened", filter=Q(day=on), default=0),
            days=Sum("opened"),
            views=Sum("emergencies"),
            alarm=Max("alarmed_at"),
        )
        .order_by("-alarm", "-days", "post")[:MOST]
    )
    found.sort(key=lambda one: one["alarm"] is None)  # NULLs come first in a descending order
    posts = Post.objects.with_context().in_bulk([one["post"] for one in found])
    return [SightLine(posts[one["post"]], one["today"], one["days"], one["views"], one["alarm"]) for one in found]


def list_emergencies(*, actor: Actor) -> QuerySet[Emergency]:
    """Emergency views of the actor's area, the last first, each with `noted`: whether this post has taken note."""
    noted = Exists(EmergencyReceipt.objects.filter(emergency_id=OuterRef("pk"), post_id=actor.post_id))
    found: QuerySet[Emergency] = Emergency.objects.visible_to(actor).select_related("post__user", "post__area")
    return found.annotate(noted=noted).order_by("-pk")


def list_unnoted(*, actor: Actor) -> QuerySet[Emergency]:
    """Those of others that this head of the area has not taken note of, of the last 30 days."""
    since = timezone.localdate() - timedelta(days=DAYS)
    found: QuerySet[Emergency] = Emergency.objects.visible_to(actor).filter(opened_at__date__gt=since)
    return found.exclude(post__user_id=actor.user_id).exclude(receipts__post_id=actor.post_id)
