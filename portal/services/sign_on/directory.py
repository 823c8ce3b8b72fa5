"""The directory of systems (应用目录): opened by one click, arranged by each post for itself."""

from itertools import pairwise

from django.db import transaction
from django.db.models import F, Max

from accounts.actors import Actor
from accounts.errors import DomainError
from accounts.rights import ENTER_SYSTEMS, require
from portal.models import DirectoryMark, Entrance
from portal.selectors.sign_on import account_of, get_enterable
from portal.services.sign_on.entering import note_launch
from portal.services.sign_on.entrances import link_key_of
from portal.sign_on.addresses import address_within
from portal.sign_on.jump_link import sign_link


class NoAccount(DomainError):
    """A signed link says who comes, so somebody has to have said what he is called there."""

    code = "no_account"
    default = "还没有登记您在这个系统里的账号,不能进入。请联系系统的主管部门在“账号对应”里加上您。"


@transaction.atomic
def open_system(*, actor: Actor, pk: int, path: str = "") -> tuple[Entrance, str]:
    """Where the browser goes to. The system sends it back to log in; with a signed link it arrives logged in.

    Raises NotFound, NoAccount. pk: of the system. path: a page of it, as its own machine told us; "" for its home.
    """
    require(actor, ENTER_SYSTEMS)
    entrance = get_enterable(actor=actor, pk=pk)
    url = address_within(entrance.home_url, path)
    if entrance.kind != Entrance.Kind.LINK:
        return entrance, url
    account = account_of(system_id=pk, user_id=actor.user_id)
    if not account:
        raise NoAccount
    note_launch(actor=actor, entrance=entrance)
    key, audience = link_key_of(entrance), entrance.system.filing_number
    return entrance, sign_link(home_url=url, key=key, audience=audience, account=account)


@transaction.atomic
def mark_system(*, actor: Actor, pk: int) -> None:
    """Put it behind the systems that the post opens often. Safe to repeat. Raises NotFound."""
    entrance = get_enterable(actor=actor, pk=pk)
    own = DirectoryMark.objects.filter(post_id=actor.post_id)
    last = own.aggregate(last=Max("position"))["last"] or 0
    DirectoryMark.objects.get_or_create(
        post_id=actor.post_id, system_id=entrance.system_id, defaults={"position": last + 1}
    )


@transaction.atomic
def unmark_system(*, actor: Actor, pk: int) -> None:
    """Safe to repeat."""
    own = DirectoryMark.objects.filter(post_id=actor.post_id)
    mark = own.select_for_update().filter(system_id=pk).first()
    if mark is not None:
        own.filter(position__gt=mark.position).update(position=F("position") - 1)
        mark.delete()


@transaction.atomic
def move_up(*, actor: Actor, pk: int) -> None:
    """One place further in front; the first one stays."""
    own = list(DirectoryMark.objects.filter(post_id=actor.post_id).select_for_update())
    for before, mark in pairwise(own):
        if mark.system_id == pk:
            before.position, mark.position = mark.position, before.position
            DirectoryMark.objects.bulk_update([before, mark], ["position"])
