"""Reads of the one login: entrances, who is in where, accounts there, the directory."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.codes import subtree
from accounts.errors import NotFound
from accounts.models import LoginSession
from portal.models import DirectoryMark, Entrance, SignOn, System, SystemAccount

MOST_TRIES = 10
"""How often a system is told that somebody has left."""


def find_live_sign_on(*, entrance: Entrance, pk: int | None = None, tokens: UUID | None = None) -> SignOn | None:
    """The sign-on of a code or a token, as long as session, post and system behind it last."""
    if pk is None and tokens is None:
        return None
    wanted: dict[str, Any] = {"pk": pk} if pk is not None else {"tokens": tokens}
    found = SignOn.objects.going_on().of_valid_posts().filter(_in_session(), entrance=entrance, **wanted)
    return found.first()


def list_over() -> QuerySet[SignOn]:
    """Sign-ons whose session, post or system is no more."""
    held = SignOn.objects.of_valid_posts().of_live_entrances().filter(_in_session())
    return SignOn.objects.going_on().exclude(pk__in=held.values("pk"))


def list_own_sign_ons(*, user_id: int) -> QuerySet[SignOn]:
    """Where one is in now, by system, the latest first."""
    return (
        SignOn.objects.going_on()
        .filter(user_id=user_id)
        .select_related("entrance__system__department", "post__area", "post__department", "post__user")
        .order_by("-began_at")
    )


def get_own_sign_on(*, user_id: int, pk: int) -> SignOn:
    """Raises NotFound for anybody else's, and for one that has ended."""
    found = list_own_sign_ons(user_id=user_id).filter(pk=pk).first()
    if found is None:
        raise NotFound("这个登录已经结束了。请刷新后再看一次。")
    return found


def account_of(*, system_id: int, user_id: int) -> str:
    """What somebody is called at a system; "" where nobody said so."""
    found = SystemAccount.objects.filter(system_id=system_id, user_id=user_id)
    return found.values_list("account", flat=True).first() or ""


def list_entrances(*, actor: Actor) -> QuerySet[Entrance]:
    """Those of the departments in the area of an administrator's post."""
    inside = subtree(actor.area_code, actor.area_level)
    found = Entrance.objects.filter(system__department__area__code__range=inside)
    return found.select_related("system__department", "system__live", "client", "described_by__user")


def find_watched(*, system: System) -> Entrance | None:
    """The entrance of a system where the watch looks at it: opened, the system in use."""
    return Entrance.objects.live().filter(system=system).first()


def get_entrance(*, actor: Actor, pk: int) -> Entrance:
    """One of them. Raises NotFound."""
    found = list_entrances(actor=actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def count_unheard(*, actor: Actor) -> int:
    """Logouts of the last week that a system did not hear of, however often it was told."""
    lost = SignOn.objects.filter(told_at=None, tries__gte=MOST_TRIES, ended_at__gt=now() - timedelta(days=7))
    return lost.filter(entrance__in=list_entrances(actor=actor).values("pk")).count()


def find_entrance(system: System) -> Entrance | None:
    """How the system lets people in, None where nobody has said so yet."""
    return Entrance.objects.select_related("client").filter(system=system).first()


def get_enterable(*, actor: Actor, pk: int) -> Entrance:
    """The entrance of a system that the post may open now. Raises NotFound. pk: of the system."""
    found = Entrance.objects.open_to(actor).select_related("system__department").filter(system_id=pk).first()
    if found is None:
        raise NotFound("这个系统没有开放给您的岗位,或者已经停用。请返回“应用目录”刷新后再看。")
    return found


def list_directory(*, actor: Actor, text: str = "") -> list[Entrance]:
    """Systems that the post may open: those it opens often in its own order, then by name. Each with `position`."""
    found = Entrance.objects.open_to(actor).select_related("system__department", "system__live")
    positions = dict(DirectoryMark.objects.filter(post_id=actor.post_id).values_list("system_id", "position"))
    rows = [one for one in found if _matches(one, text.strip().casefold())]
    for one in rows:
        one.position = positions.get(one.system_id, 0)  # type: ignore[attr-defined]
    return sorted(rows, key=lambda one: (one.position or len(positions) + 1, one.system.name))  # type: ignore[attr-defined]


def list_accounts(*, system: System, text: str = "") -> QuerySet[SystemAccount]:
    """Who is called what there, by the name here."""
    found = SystemAccount.objects.filter(system=system).select_related("user")
    return found.filter(user__full_name__contains=text) if text else found


def _matches(entrance: Entrance, text: str) -> bool:
    system = entrance.system
    said = (system.name, str(system.department), system.live.summary if system.live else "")
    return not text or any(text in one.casefold() for one in said)


def _in_session() -> Exists:
    """The session it began in was not ended. One that ran out because nobody worked in the portal still counts until
    its working day is over: the person works in the system meanwhile."""
    day = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return Exists(LoginSession.objects.filter(family=OuterRef("family"), since__gt=now() - day))
