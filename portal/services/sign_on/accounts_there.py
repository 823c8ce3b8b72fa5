"""The account map (账号对应): the department says who is called what in its system."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate, now

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import subtree
from accounts.errors import DomainError, NotFound
from accounts.models import Post, User
from accounts.rights import APPLY_SYSTEMS, require
from portal.models import System, SystemAccount
from portal.sign_on.account_lines import MOST_LINES, AccountLine, Wrong, read_lines

MOST_NAMED = 10


class BadLines(DomainError):
    code = "bad_lines"


@transaction.atomic
def keep_accounts(*, actor: Actor, system: System, text: str) -> int:
    """Take pasted lines, all or none; who is there already gets the new account. Returns how many.

    Raises BadLines with the lines that are wrong, NotFound for another department's system.
    """
    _lock(actor, system)
    lines, wrong = read_lines(text)
    if len(lines) > MOST_LINES:
        raise BadLines(f"一次最多 {MOST_LINES} 行,请分几次粘贴。", field="lines")
    users = {user.username: user for user in _users_of(system).filter(username__in=[one.username for one in lines])}
    wrong += _strangers(lines, users) + _taken(system, lines, users)
    if wrong or not lines:
        raise BadLines(_in_words(sorted(wrong)) if wrong else "请粘贴至少一行。", field="lines")
    rows = [
        SystemAccount(
            system=system, user=users[one.username], account=one.account, entered_by_id=actor.post_id, entered_at=now()
        )
        for one in lines
    ]
    SystemAccount.objects.filter(system=system, user__in=[row.user for row in rows]).delete()
    SystemAccount.objects.bulk_create(rows)
    record(actor, "system.accounts_kept", system, count=len(rows))
    return len(rows)


@transaction.atomic
def remove_account(*, actor: Actor, system: System, pk: int) -> SystemAccount:
    """Nobody is called that there any more. Raises NotFound."""
    _lock(actor, system)
    found = SystemAccount.objects.select_related("user").filter(system=system, pk=pk).first()
    if found is None:
        raise NotFound("这一行已经删除了。请刷新后再看。")
    SystemAccount.objects.filter(pk=pk).delete()
    record(actor, "system.account_removed", system, user=found.user_id)
    return found


def _users_of(system: System) -> QuerySet[User]:
    """Whoever holds a valid post that the system was admitted for."""
    if system.live is None:
        return User.objects.none()
    posts = Post.objects.valid_on(localdate()).filter(user_id=OuterRef("pk"), role__in=system.live.roles)
    inside = Q(pk__in=[])
    for area in system.live.areas.all():
        inside |= Q(area__code__range=subtree(area.code, area.level))
    return User.objects.filter(Exists(posts.filter(inside)))


def _strangers(lines: list[AccountLine], users: dict[str, User]) -> list[Wrong]:
    return [
        (one.number, f"没有登录名为“{one.username}”、能用这个系统的人。") for one in lines if one.username not in users
    ]


def _taken(system: System, lines: list[AccountLine], users: dict[str, User]) -> list[Wrong]:
    """Accounts that belong to somebody who is not among the lines."""
    named = [user.pk for user in users.values()]
    others = SystemAccount.objects.filter(system=system, account__in=[one.account for one in lines])
    held = set(others.exclude(user_id__in=named).values_list("account", flat=True))
    return [(one.number, f"账号“{one.account}”已经对应到别人。") for one in lines if one.account in held]


def _in_words(wrong: list[Wrong]) -> str:
    said = [f"第 {number} 行:{what}" for number, what in wrong[:MOST_NAMED]]
    more = f"还有 {len(wrong) - MOST_NAMED} 处不对。" if len(wrong) > MOST_NAMED else ""
    return "没有保存。" + "".join(said) + more


def _lock(actor: Actor, system: System) -> None:
    require(actor, APPLY_SYSTEMS)
    if not System.objects.kept_by(actor).select_for_update(of=("self",)).filter(pk=system.pk).exists():
        raise NotFound
