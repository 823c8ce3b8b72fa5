"""The people of an area (组织与人员): posts with their users, for who answers for them."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.codes import subtree
from accounts.models import Post


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """text: part of a name, user name, area or department. role: one of `Role`, "" for all."""

    text: str = ""
    role: str = ""


def list_posts(*, actor: Actor, wanted: PeopleFilter) -> QuerySet[Post]:
    """Posts in the area of the actor's post, ended ones too. Users are no residents: the area alone decides."""
    found = Post.objects.with_context().filter(area__code__range=subtree(actor.area_code, actor.area_level))
    if wanted.role:
        found = found.filter(role=wanted.role)
    if wanted.text:
        names = ("user__full_name", "user__username", "area__name", "department__name")
        found = found.filter(_any_contains(names, wanted.text))
    return found


def _any_contains(columns: tuple[str, ...], text: str) -> Q:
    either = Q()
    for column in columns:
        either |= Q(**{f"{column}__icontains": text})
    return either
