"""Machines (API 客户端): registered by the security administrator, opened by a second person, suspended by either.

A machine works in a post of its own, held by a technical user without a password; its post serves no session.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.timezone import localdate, now
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import get_access_token_model

from accounts.actors import Actor
from accounts.api_scopes import MACHINE_ROLES, list_misfits
from accounts.audit import record, record_system
from accounts.codes import contains, subtree
from accounts.errors import Conflict, DomainError, NotAllowed, NotFound
from accounts.models import Area, ClientSystem, Department, Post, User
from accounts.rights import CONFIRM_CLIENTS, MANAGE_CLIENTS, SEE_CLIENTS, require
from accounts.roles import Role

LONGEST = timedelta(days=366)
OVERLAP = timedelta(hours=24)
"""How long the secret before still works after a change."""


class BadClient(DomainError):
    code = "bad_client"


@dataclass(frozen=True, slots=True)
class NewClient:
    """What is asked for. addresses: networks, see `accounts.networks`. valid_until: at most a year ahead."""

    name: str
    role: Role
    area: Area
    scopes: Sequence[str]
    addresses: Sequence[str]
    valid_until: date
    department: Department | None = None


@transaction.atomic
def register_client(*, actor: Actor, wanted: NewClient) -> tuple[ClientSystem, str]:
    """Register a machine; it stays closed until somebody else confirms it. Returns it and its secret, told only now.

    Raises BadClient, NotFound for an area beyond the administrator's, NotAllowed.
    """
    require(actor, MANAGE_CLIENTS)
    _require_within(actor, wanted.area.code)
    client, secret = _create(wanted, created_by_id=actor.post_id, is_active=False)
    record(actor, "client.registered", client, role=wanted.role.value, area=wanted.area.code, scopes=[*wanted.scopes])
    return client, secret


@transaction.atomic
def register_by_operator(*, wanted: NewClient) -> tuple[ClientSystem, str]:
    """The same at the operator's shell: who can run commands there needs nobody to open it."""
    client, secret = _create(wanted, created_by_id=None, is_active=True)
    record_system("client.registered", client=client.pk, role=wanted.role.value, scopes=[*wanted.scopes])
    return client, secret


@transaction.atomic
def open_client(*, actor: Actor, client: ClientSystem) -> None:
    """Confirm a machine, or let a suspended one go on. Never by whoever registered it.

    Raises NotAllowed, Conflict where it is open already or has ended.
    """
    require(actor, CONFIRM_CLIENTS)
    locked = _lock(actor, client)
    if locked.created_by is not None and locked.created_by.user_id == actor.user_id:
        raise NotAllowed("这个客户端是您本人登记的,须由其他人复核启用。")
    if locked.is_active:
        raise Conflict("这个客户端已经启用。")
    if locked.is_over:
        raise Conflict("这个客户端已过有效期,不能启用。请重新登记。")
    locked.is_active = True
    locked.save(update_fields=["is_active", "updated"])
    record(actor, "client.opened", locked)


@transaction.atomic
def suspend_client(*, actor: Actor, client: ClientSystem) -> None:
    """Close a machine at once; tokens it holds end with it. Raises NotAllowed, Conflict."""
    require(actor, SEE_CLIENTS)
    locked = _lock(actor, client)
    if not locked.is_active:
        raise Conflict("这个客户端已经停用。")
    locked.is_active = False
    locked.save(update_fields=["is_active", "updated"])
    get_access_token_model().objects.filter(application=locked).delete()
    record(actor, "client.suspended", locked)


@transaction.atomic
def change_secret(*, actor: Actor, client: ClientSystem) -> str:
    """A new secret, told only now; the one before works for another day. Raises NotAllowed, Conflict once it has ended.

    A change within that day ends the day of the one before last.
    """
    require(actor, MANAGE_CLIENTS)
    locked = _lock(actor, client)
    if locked.is_over:
        raise Conflict("这个客户端已过有效期,不能更换密钥。请重新登记。")
    secret: str = generate_client_secret()
    locked.previous_secret, locked.previous_secret_until = locked.client_secret, now() + OVERLAP
    locked.client_secret = make_password(secret)
    locked.save(update_fields=["client_secret", "previous_secret", "previous_secret_until", "updated"])
    record(actor, "client.secret_changed", locked)
    return secret


def _create(wanted: NewClient, *, created_by_id: int | None, is_active: bool) -> tuple[ClientSystem, str]:
    _check(wanted)
    secret: str = generate_client_secret()
    client = ClientSystem(
        name=wanted.name,
        client_type=ClientSystem.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ClientSystem.GRANT_CLIENT_CREDENTIALS,
        client_secret=make_password(secret),
        department=wanted.department,
        scopes=list(wanted.scopes),
        addresses=list(wanted.addresses),
        valid_from=localdate(),
        valid_until=wanted.valid_until,
        created_by_id=created_by_id,
        is_active=is_active,
    )
    user = User.objects.create_user(f"machine-{client.client_id[:12]}", None, full_name=wanted.name[:50])
    client.post = Post.objects.create(
        user=user, role=wanted.role, area=wanted.area, department=wanted.department, valid_until=wanted.valid_until
    )
    client.save()
    return client, secret


def _check(wanted: NewClient) -> None:
    if wanted.role not in MACHINE_ROLES:
        raise BadClient("机器只能绑定部门工作人员或社区工作者的岗位。", field="role")
    if (wanted.role == Role.DEPARTMENT_STAFF) != (wanted.department is not None):
        raise BadClient("部门岗位要选一个部门;社区岗位不选部门。", field="department")
    if wanted.department is not None and wanted.department.area_id != wanted.area.code:
        raise BadClient("这个部门不在所选区划,请改选。", field="department")
    misfits = list_misfits(wanted.role, wanted.scopes)
    if misfits or not wanted.scopes:
        raise BadClient("请只选这个岗位用得上的接口范围,至少一项。", field="scopes")
    if not wanted.addresses:
        raise BadClient("请填写来源地址,至少一个。", field="addresses")
    if not localdate() <= wanted.valid_until <= localdate() + LONGEST:
        raise BadClient("有效期最长一年,不能早于今天。", field="valid_until")


def _lock(actor: Actor, client: ClientSystem) -> ClientSystem:
    rows = ClientSystem.objects.select_for_update(of=("self",)).select_related("created_by", "post")
    locked: ClientSystem = rows.get(pk=client.pk)
    _require_within(actor, locked.post.area_id if locked.post else 0)
    return locked


def _require_within(actor: Actor, code: int) -> None:
    """Administrators have no scope over rows; the area of their post bounds whom they administer."""
    if not contains(subtree(actor.area_code, actor.area_level), code):
        raise NotFound
