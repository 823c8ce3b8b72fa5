import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.roles import SECOND_FACTOR_ROLES, Role
from tests.doors import sign_in, username_of


def printed(capsys):
    call_command("demo_logins")
    return {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}


def test_one_login_per_role_is_printed_and_its_recovery_code_works(client, cast, capsys):
    lines = printed(capsys)
    line = lines[username_of(cast.town)]
    assert "城桥镇 · 镇街管理员" in line
    code = line.split()[-1]
    sign_in(client, cast.town, second_factor=False)
    assert client.post(reverse("accounts:second_factor"), {"code": code}).status_code == 302
    assert client.get("/").status_code == 200


def test_only_roles_that_need_one_get_recovery_codes(cast, capsys):
    lines = printed(capsys)
    assert username_of(cast.worker) in lines
    assert username_of(cast.colleague) not in lines
    for actor in (cast.worker, cast.department, cast.system):
        assert ("-" in lines[username_of(actor)].split()[-1]) == (actor.role in SECOND_FACTOR_ROLES)
    assert Role.SYSTEM_ADMIN in SECOND_FACTOR_ROLES


def test_outside_a_demo_nothing_is_printed(cast, settings, capsys):
    settings.DEMO = False
    with pytest.raises(CommandError, match="不是演示环境"):
        call_command("demo_logins")
    assert capsys.readouterr().out == ""
