import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

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


def test_everybody_printed_gets_a_recovery_code(client, cast, capsys):
    lines = printed(capsys)
    assert username_of(cast.colleague) not in lines
    codes = {actor: lines[username_of(actor)].split()[-1] for actor in (cast.worker, cast.department, cast.system)}
    assert all("-" in code for code in codes.values())
    sign_in(client, cast.worker, second_factor=False)
    assert client.post(reverse("accounts:second_factor"), {"code": codes[cast.worker]}).status_code == 302


def test_outside_a_demo_nothing_is_printed(cast, settings, capsys):
    settings.DEMO = False
    with pytest.raises(CommandError, match="不是演示环境"):
        call_command("demo_logins")
    assert capsys.readouterr().out == ""
