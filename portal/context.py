"""What the frame of every page shows. Lazy: a page that does not draw the frame costs no query."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest

from accounts import rights
from accounts.actors import Actor
from accounts.care import in_care_mode
from accounts.middleware import find_actor
from accounts.models import Post
from accounts.rights import holds
from accounts.stale_passwords import why_stale
from portal.navigation import Link, links_for, url_of
from portal.selectors.todo import count_todo

NAME = "基层数据门户"


def todo_of(request: HttpRequest, actor: Actor) -> dict[str, int]:
    """What waits for the post, counted once per request: for the badges, and for a page that asks before them."""
    known: dict[str, int] | None = getattr(request, "todo", None)
    if known is None:
        known = request.todo = count_todo(actor=actor)  # type: ignore[attr-defined]
    return known


@dataclass
class Shell:
    request: HttpRequest

    @cached_property
    def actor(self) -> Actor | None:
        """None on pages before login. An address without a view has passed no middleware that would have found it."""
        known = hasattr(self.request, "actor")
        return self.request.actor if known else find_actor(self.request)  # type: ignore[attr-defined]

    @property
    def user_name(self) -> str:
        user = self.request.user
        return user.get_full_name() if user.is_authenticated else ""

    @cached_property
    def posts(self) -> list[Post]:
        """Every valid post of the user, the present one among them, each with `district_name`."""
        return getattr(self.request, "own_posts", []) if self.actor else []

    @cached_property
    def portal_name(self) -> str:
        here = next((post for post in self.posts if self.actor and post.pk == self.actor.post_id), None)
        return f"{getattr(here, 'district_name', None) or ''}{NAME}"

    @cached_property
    def nav(self) -> list[Link]:
        owes_password = getattr(self.request.user, "must_change_password", False) or why_stale(self.request)
        if self.actor is None or self.actor.needs_second_factor or owes_password:
            return []
        match = self.request.resolver_match
        return links_for(self.actor, match.view_name if match else "", todo_of(self.request, self.actor))

    @property
    def search_url(self) -> str:
        allowed = self.nav and self.actor and holds(self.actor, rights.VIEW_RESIDENTS)
        return url_of("registry:person_search") if allowed else ""

    @property
    def emergency_until(self) -> datetime | None:
        """End of the running emergency view (应急查看)."""
        return self.actor.emergency_until if self.actor else None

    @property
    def emergency_url(self) -> str:
        """Where to begin one; "" for posts that may not, and while one runs."""
        allowed = self.nav and self.actor and holds(self.actor, rights.UNMASK) and not self.emergency_until
        return url_of("accounts:emergency_open") if allowed else ""

    @property
    def care(self) -> bool:
        return in_care_mode(self.request)


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {"shell": Shell(request)}
