"""Channels of a department: set up by its data officer, secrets sealed and bound to the address, paced by all alike."""

import time

import pytest

from accounts.errors import NotAllowed, NotFound
from accounts.roles import Role
from data_return.channels.faults import Fault, SourceFailed
from data_return.channels.folder import FolderChannel
from data_return.models import Channel
from data_return.services import pacing
from data_return.services.channels import (
    ChannelNameTaken,
    SecretsNeeded,
    change_channel,
    open_channel,
    register_channel,
)
from data_return.services.pacing import wait_for_turn
from tests.doors import audited, watching
from tests.factories import DISTRICT, make_actor

WEB = {"base": "https://api.mz.example.cn/v1", "charset": "utf-8", "login": "bearer", "token": "t0p-secret"}
WEB |= {"token_url": "", "client_id": "", "client_secret": "", "scope": "", "app_id": "", "sign_key": ""}
LIMITS = {"per_minute": 60, "most_megabytes": 20}


def register(actor, name="民政救助系统", kind="http", given=WEB, **limits) -> Channel:
    return register_channel(actor=actor, name=name, kind=kind, given=given, **LIMITS | limits)


def change(actor, channel, **given) -> Channel:
    change_channel(actor=actor, channel=channel, name=channel.name, given=WEB | {"token": ""} | given, **LIMITS)
    channel.refresh_from_db()
    return channel


def test_a_data_officer_registers_a_channel_of_the_own_department(officers):
    with watching() as statements:
        channel = register(officers.civil)
        change(officers.civil, channel)
    assert audited(statements) == ["channel.registered", "channel.changed"]
    assert channel.department_id == officers.civil.department_id
    assert channel.address["base"] == WEB["base"]
    assert channel.open_secrets() == {"token": "t0p-secret"}


def test_the_secret_is_nowhere_in_clear(officers):
    channel = register(officers.civil)
    stored = Channel.objects.values().get(pk=channel.pk)
    assert "t0p-secret" not in str(stored)
    assert "t0p-secret" not in repr(channel)


def test_nobody_else_registers_one(officers, cast):
    with pytest.raises(NotAllowed):
        register(officers.nowhere)
    for actor in (cast.department, make_actor(Role.DISTRICT_ADMIN, DISTRICT)):
        with pytest.raises(NotAllowed):
            register(actor)


def test_another_department_neither_sees_nor_changes_it(officers):
    channel = register(officers.civil)
    assert list(Channel.objects.visible_to(officers.civil)) == [channel]
    assert not Channel.objects.visible_to(officers.disabled).exists()
    with pytest.raises(NotFound):
        change(officers.disabled, channel)


def test_a_name_is_taken_once_in_a_department(officers):
    register(officers.civil)
    register(officers.disabled)
    with pytest.raises(ChannelNameTaken) as caught:
        register(officers.civil)
    assert caught.value.field == "name"


def test_a_secret_left_empty_stays_and_a_new_one_replaces_it(officers):
    channel = register(officers.civil)
    assert change(officers.civil, channel, scope="x").open_secrets() == {"token": "t0p-secret"}
    assert change(officers.civil, channel, token="new").open_secrets() == {"token": "new"}
    assert change(officers.civil, channel, base="https://api.mz.example.cn/v2").open_secrets() == {"token": "new"}


@pytest.mark.parametrize(
    "moved",
    [{"base": "https://api.evil.example.cn/v1"}, {"base": "http://api.mz.example.cn/v1"}, {"token_url": "https://x"}],
)
def test_a_secret_does_not_travel_to_another_address(officers, moved):
    channel = register(officers.civil)
    with pytest.raises(SecretsNeeded):
        change(officers.civil, channel, **moved)
    channel.refresh_from_db()
    assert channel.address["base"] == WEB["base"]
    assert change(officers.civil, channel, token="other", **moved).open_secrets() == {"token": "other"}


def test_a_folder_is_opened_below_the_department_itself(officers, settings, tmp_path):
    settings.EXCHANGE_FOLDER = str(tmp_path)
    (tmp_path / str(officers.civil.department_id) / "drop").mkdir(parents=True)
    channel = register(officers.civil, kind="folder", given={"folder": "drop"})
    with open_channel(channel) as opened:
        assert isinstance(opened, FolderChannel)
        opened.put("a.csv", b"1")
    assert (tmp_path / str(officers.civil.department_id) / "drop" / "a.csv").read_bytes() == b"1"


def test_turns_are_so_far_apart_whoever_takes_them(officers):
    channel = register(officers.civil, per_minute=600)
    started = time.monotonic()
    for _ in range(4):
        wait_for_turn(channel.pk)
    assert 0.3 <= time.monotonic() - started < 0.8


def test_who_would_wait_too_long_goes_away_and_takes_no_turn(officers, monkeypatch):
    channel = register(officers.civil, per_minute=1)
    monkeypatch.setattr(pacing, "LONGEST", 5.0)
    wait_for_turn(channel.pk)
    before = Channel.objects.get(pk=channel.pk).next_turn_at
    with pytest.raises(SourceFailed) as caught:
        wait_for_turn(channel.pk)
    assert (caught.value.fault, caught.value.retry_after) == (Fault.RATE_LIMITED, 5)
    assert Channel.objects.get(pk=channel.pk).next_turn_at == before
