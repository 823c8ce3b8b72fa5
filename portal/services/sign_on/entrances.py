"""Connecting a system (接入): its department says how, the security administrator opens it, either closes it at once.

Whatever is changed closes the entrance until it is opened again: an address decides where people are sent to.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.timezone import now
from oauth2_provider.generators import generate_client_secret

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import Conflict, DomainError, NotFound
from accounts.farewells import tell_sessions_ended
from accounts.models import ClientSystem
from accounts.outbound import is_listed
from accounts.rights import APPLY_SYSTEMS, CONFIRM_ENTRANCES, SEE_ENTRANCES, require
from accounts.sealing import open_sealed, seal
from accounts.services.clients import OVERLAP
from portal.models import Entrance, System
from portal.selectors.sign_on import get_entrance
from portal.sign_on.addresses import BAD, is_fit
from portal.sign_on.claims import SCOPES
from portal.sign_on.signing import is_ready

Kind = Entrance.Kind
LINK_ITEM = "sign_on.link_key"
SECRET_KINDS = (Kind.OIDC, Kind.LINK)


class BadEntrance(DomainError):
    code = "bad_entrance"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a system is to let people in. redirect_uris, post_logout_uris: of OIDC; services: of CAS."""

    kind: Entrance.Kind
    home_url: str
    redirect_uris: Sequence[str] = ()
    post_logout_uris: Sequence[str] = ()
    services: Sequence[str] = ()
    logout_url: str = ""


@transaction.atomic
def describe_entrance(*, actor: Actor, system: System, wanted: Wanted, seen: int) -> Entrance:
    """Say how the system lets people in; it is closed until it is opened. seen: version the page showed, 0: none yet.

    Raises BadEntrance on the field it names, Conflict, NotFound for another department's system.
    """
    _lock_system(actor, system)
    entrance = Entrance.objects.select_for_update(of=("self",)).select_related("client").filter(system=system).first()
    if (entrance.version if entrance else 0) != seen:
        raise Conflict("接入设置刚被别人改过。请刷新后再看。")
    _check(wanted)
    if entrance is None:
        entrance = Entrance(system=system, version=0)
    entrance.kind, entrance.home_url, entrance.services = wanted.kind, wanted.home_url, list(wanted.services)
    entrance.logout_url, entrance.is_open, entrance.described_by_id = wanted.logout_url, False, actor.post_id
    entrance.version += 1
    left = entrance.client if wanted.kind != Kind.OIDC else None
    entrance.client = _keep_client(actor, system, entrance.client, wanted) if wanted.kind == Kind.OIDC else None
    entrance.link_key = entrance.link_key if wanted.kind == Kind.LINK else ""
    entrance.save()
    if left is not None:
        left.delete()
    record(actor, "entrance.described", system, kind=wanted.kind.value, addresses=_count(wanted))
    tell_sessions_ended()
    return entrance


@transaction.atomic
def change_entrance_secret(*, actor: Actor, system: System) -> tuple[Entrance, str]:
    """A new secret, told only now. That of OIDC works for another day beside it; the key of links ends at once.

    Raises Conflict where nothing was described, or where the way in has no secret.
    """
    _lock_system(actor, system)
    entrance = Entrance.objects.select_for_update(of=("self",)).select_related("client").filter(system=system).first()
    if entrance is None or entrance.kind not in SECRET_KINDS:
        raise Conflict("这种接入方式没有密钥。请刷新后再看。")
    secret = _new_client_secret(entrance.client) if entrance.client else _new_link_key(entrance)
    record(actor, "entrance.secret_changed", system, kind=entrance.kind)
    return entrance, secret


@transaction.atomic
def open_entrance(*, actor: Actor, pk: int, seen: int) -> Entrance:
    """Let people in by it. Raises Conflict where it is open, was changed since, or its system is not admitted today."""
    require(actor, CONFIRM_ENTRANCES)
    entrance = _lock(actor, pk)
    if entrance.version != seen:
        raise Conflict("接入设置刚被部门改过。请刷新后核对新的地址。")
    if entrance.is_open:
        raise Conflict("这个接入已经启用。")
    if not System.objects.usable_on_the_day().filter(pk=entrance.system_id).exists():
        raise Conflict("系统没有准入、已过有效期或者已暂停,不能启用接入。")
    if entrance.kind in SECRET_KINDS and not _has_secret(entrance):
        raise Conflict("部门还没有领取密钥,不能启用。")
    _set_open(entrance, is_open=True)
    record(actor, "entrance.opened", entrance.system, kind=entrance.kind)
    return entrance


@transaction.atomic
def close_entrance(*, actor: Actor, pk: int) -> Entrance:
    """Nobody enters by it from now on, and who is in is sent out. Raises Conflict where it is closed."""
    require(actor, CONFIRM_ENTRANCES)
    entrance = _lock(actor, pk)
    if not entrance.is_open:
        raise Conflict("这个接入已经停用。")
    _set_open(entrance, is_open=False)
    record(actor, "entrance.closed", entrance.system, kind=entrance.kind)
    tell_sessions_ended()
    return entrance


def link_key_of(entrance: Entrance) -> str:
    """The key that signs links to the system."""
    return open_sealed(f"{LINK_ITEM}.{entrance.pk}", entrance.link_key)


def _check(wanted: Wanted) -> None:
    if wanted.kind == Kind.OIDC and not is_ready():
        raise BadEntrance("本平台还没有设置签名密钥(SIGN_ON_KEYS),暂不能用 OpenID Connect 接入。", field="kind")
    fields: Mapping[str, Sequence[str]] = {
        "home_url": [wanted.home_url],
        "redirect_uris": wanted.redirect_uris,
        "post_logout_uris": wanted.post_logout_uris,
        "services": wanted.services,
        "logout_url": [wanted.logout_url] if wanted.logout_url else [],
    }
    for field, urls in fields.items():
        for url in urls:
            if not is_fit(url):
                raise BadEntrance(BAD, field=field)
    if wanted.kind == Kind.OIDC and not wanted.redirect_uris:
        raise BadEntrance("请至少填写一个回调地址。", field="redirect_uris")
    if wanted.kind == Kind.CAS and not wanted.services:
        raise BadEntrance("请至少填写一个服务地址。", field="services")
    if wanted.logout_url and not is_listed(wanted.logout_url):
        raise BadEntrance("本平台访问不到这个地址,须由系统管理员列入 OUTBOUND_HOSTS。", field="logout_url")


def _keep_client(actor: Actor, system: System, client: ClientSystem | None, wanted: Wanted) -> ClientSystem:
    kept = client or ClientSystem(
        kind=ClientSystem.Kind.LOGIN,
        name=system.name,
        client_type=ClientSystem.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ClientSystem.GRANT_AUTHORIZATION_CODE,
        algorithm=ClientSystem.RS256_ALGORITHM,
        client_secret=make_password(None),
        department_id=system.department_id,
        scopes=list(SCOPES),
        skip_authorization=True,
        created_by_id=actor.post_id,
    )
    kept.redirect_uris = " ".join(wanted.redirect_uris)
    kept.post_logout_redirect_uris = " ".join(wanted.post_logout_uris)
    kept.is_active = False
    kept.save()
    return kept


def _new_client_secret(client: ClientSystem) -> str:
    secret: str = generate_client_secret()
    client.previous_secret, client.previous_secret_until = client.client_secret, now() + OVERLAP
    client.client_secret = make_password(secret)
    client.save(update_fields=["client_secret", "previous_secret", "previous_secret_until", "updated"])
    return secret


def _new_link_key(entrance: Entrance) -> str:
    key = secrets.token_urlsafe(32)
    entrance.link_key = seal(f"{LINK_ITEM}.{entrance.pk}", key)
    entrance.save(update_fields=["link_key"])
    return key


def _has_secret(entrance: Entrance) -> bool:
    # A password that was never set cannot be guessed: it begins with "!".
    client = entrance.client
    return bool(entrance.link_key) or (client is not None and not client.client_secret.startswith("!"))


def _set_open(entrance: Entrance, *, is_open: bool) -> None:
    entrance.is_open = is_open
    entrance.save(update_fields=["is_open"])
    if entrance.client is not None:
        entrance.client.is_active = is_open
        entrance.client.save(update_fields=["is_active", "updated"])


def _lock(actor: Actor, pk: int) -> Entrance:
    require(actor, SEE_ENTRANCES)
    get_entrance(actor=actor, pk=pk)
    rows = Entrance.objects.select_for_update(of=("self",)).select_related("system", "client")
    return rows.get(pk=pk)


def _lock_system(actor: Actor, system: System) -> System:
    """Raises NotFound for another department's, Conflict for one that no village may use."""
    require(actor, APPLY_SYSTEMS)
    locked = System.objects.kept_by(actor).select_for_update(of=("self",)).filter(pk=system.pk).first()
    if locked is None:
        raise NotFound
    if locked.state not in (System.State.ADMITTED, System.State.SUSPENDED):
        raise Conflict("系统准入、有了备案号以后才能接入统一登录。")
    return locked


def _count(wanted: Wanted) -> int:
    return len([*wanted.redirect_uris, *wanted.post_logout_uris, *wanted.services])
