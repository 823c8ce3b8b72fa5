"""Channels (接入通道): registered and changed by the department's data officer, opened by whoever brings or sends."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.audit import record
from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.rights import CONNECT_SYSTEMS, require
from data_return.channels.every import KINDS
from data_return.channels.kinds import MEGABYTE, Terms
from data_return.models import Channel
from data_return.services.pacing import wait_for_turn


class ChannelNameTaken(DomainError):
    code = "channel_name_taken"
    default = "本部门已有同名的接入通道,请换个名称。"


class SecretsNeeded(DomainError):
    """The address changed: what was a secret towards one system is not sent to another."""

    code = "channel_secrets_needed"
    default = "地址变了,请重新填写密码或密钥,再保存。"


@transaction.atomic
def register_channel(
    *, actor: Actor, name: str, kind: str, given: Mapping[str, Any], per_minute: int, most_megabytes: int
) -> Channel:
    """given: cleaned data of the kind's form. Raises NotAllowed (a post of no department), ChannelNameTaken."""
    require(actor, CONNECT_SYSTEMS, actor.area_code)
    if actor.department_id is None:
        raise NotAllowed("接入通道由部门的数据专员设置。当前岗位不属于任何部门,请切换岗位或联系安全管理员。")
    channel = Channel(department_id=actor.department_id, name=name, kind=kind, created_by_id=actor.post_id)
    channel.per_minute, channel.most_megabytes = per_minute, most_megabytes
    channel.address, secrets = _parted(kind, given)
    channel.seal_secrets(secrets)
    _save(channel)
    record(actor, "channel.registered", channel, kind=kind)
    return channel


@transaction.atomic
def change_channel(
    *, actor: Actor, channel: Channel, name: str, given: Mapping[str, Any], per_minute: int, most_megabytes: int
) -> None:
    """Secrets left empty stay as they are, but only for the same address. Raises SecretsNeeded, ChannelNameTaken."""
    require(actor, CONNECT_SYSTEMS)
    locked = Channel.objects.visible_to(actor).select_for_update().filter(pk=channel.pk).first()
    if locked is None:
        raise NotFound
    address, secrets = _parted(locked.kind, given)
    kept = locked.open_secrets()
    moved = locked.way.target(address) != locked.way.target(locked.address)
    if moved and kept and not secrets:
        raise SecretsNeeded
    locked.seal_secrets(secrets if moved else kept | secrets)
    locked.name, locked.address = name, address
    locked.per_minute, locked.most_megabytes = per_minute, most_megabytes
    _save(locked)
    record(actor, "channel.changed", locked, moved=moved, secrets=bool(secrets))


def open_channel(channel: Channel, turn: Callable[[], None] | None = None) -> Any:
    """What its kind opens, as a context manager: a WebChannel, FileChannel or SqlChannel. Outside a transaction.

    turn: instead of waiting for one in the thread that asks. Raises SourceFailed, then and at whatever is asked of it.
    """
    terms = Terms(
        home=str(channel.department_id),
        most_bytes=channel.most_megabytes * MEGABYTE,
        turn=turn or partial(wait_for_turn, channel.pk),
    )
    return channel.way.open(channel.address, channel.open_secrets(), terms)


def _parted(kind: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Address and secrets; a secret that was left empty is none."""
    secret = KINDS[kind].form.secrets
    address = {name: value for name, value in given.items() if name not in secret}
    return address, {name: value for name in secret if (value := given.get(name))}


def _save(channel: Channel) -> None:
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError:
        raise ChannelNameTaken(field="name") from None
