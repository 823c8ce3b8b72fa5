"""Entering a system by the portal's login: checked against what it was admitted for, audited, counted."""

from django.db import connection, transaction
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import Level, ancestor
from accounts.errors import NotAllowed
from accounts.sessions import SessionStore
from portal.models import Entrance, SignOn
from portal.services.sign_on.farewells import end_sign_ons

_COUNT = """
INSERT INTO portal_launchcount AS kept (system_id, month, role, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (system_id, month, role) DO UPDATE SET count = kept.count + 1
"""
_COUNT_BY_TOWN = """
INSERT INTO portal_townlaunchcount AS kept (system_id, month, town_id, count)
SELECT %s, %s, code, 1 FROM accounts_area WHERE code = %s AND level = 'town'
ON CONFLICT (system_id, month, town_id) DO UPDATE SET count = kept.count + 1
"""
"""A post above the towns has no line."""


class NotForThisPost(NotAllowed):
    """The system was not admitted for the role or the area of the post, or it is suspended."""

    code = "not_for_this_post"
    default = "这个系统没有开放给您现在的岗位,或者已经停用。有别的岗位的,请先切换岗位再进入。"


def require_open(*, actor: Actor, entrance: Entrance) -> None:
    """Raises NotForThisPost."""
    if not Entrance.objects.open_to(actor).filter(pk=entrance.pk).exists():
        raise NotForThisPost


@transaction.atomic
def enter_by_oidc(*, actor: Actor, entrance: Entrance, session: SessionStore) -> SignOn:
    """One sign-on per session, system and post; a code that is asked for again belongs to the same. Raises
    NotForThisPost."""
    require_open(actor=actor, entrance=entrance)
    going_on = SignOn.objects.going_on().filter(entrance=entrance, user_id=actor.user_id, family=session.name_family())
    current = going_on.select_for_update().first()
    if current is not None and current.post_id == actor.post_id:
        return current
    end_sign_ons(going_on)
    _note(actor, entrance)
    return _begin(actor, entrance, session)


@transaction.atomic
def enter_by_ticket(*, actor: Actor, entrance: Entrance, session: SessionStore, service: str) -> SignOn:
    """A sign-on for one CAS ticket. Raises NotForThisPost."""
    require_open(actor=actor, entrance=entrance)
    _note(actor, entrance)
    return _begin(actor, entrance, session, service=service)


@transaction.atomic
def note_launch(*, actor: Actor, entrance: Entrance) -> None:
    """By a signed link: the system says nothing back, so there is no sign-on to end. Raises NotForThisPost."""
    require_open(actor=actor, entrance=entrance)
    _note(actor, entrance)


def _begin(actor: Actor, entrance: Entrance, session: SessionStore, *, service: str = "") -> SignOn:
    return SignOn.objects.create(
        entrance=entrance,
        user_id=actor.user_id,
        post_id=actor.post_id,
        family=session.name_family(),
        logged_in_at=session.since or now(),
        second_factor=actor.second_factor,
        service=service,
    )


def _note(actor: Actor, entrance: Entrance) -> None:
    record(actor, "system.entered", entrance.system, kind=entrance.kind)
    month = localdate().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [entrance.system_id, month, actor.role.value])
        cursor.execute(_COUNT_BY_TOWN, [entrance.system_id, month, ancestor(actor.area_code, Level.TOWN)])
