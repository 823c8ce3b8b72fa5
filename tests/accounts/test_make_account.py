import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import User


def make(*args):
    out = io.StringIO()
    call_command("make_account", *args, stdout=out)
    return out.getvalue().strip().split(":")[1]


def test_the_first_administrators_are_made_on_the_server_and_choose_their_password(client, cast):
    password = make("first", "郭宁", "security_admin", "310151000000")
    client.post(reverse("accounts:login"), {"username": "first", "password": password})
    assert client.get("/")["Location"].startswith(reverse("accounts:first_password"))
    own = {"new_password1": "Chongming-Dao-77", "new_password2": "Chongming-Dao-77"}
    assert client.post(reverse("accounts:first_password"), own).status_code == 302
    assert client.get("/")["Location"].startswith(reverse("accounts:second_factor"))


@pytest.mark.parametrize("area", ["310151101000", "999999000000", "崇明区", "310151"])
def test_an_area_that_is_no_district_is_refused(cast, area):
    with pytest.raises(CommandError, match="没有这个区县"):
        make("first", "郭宁", "security_admin", area)
    assert not User.objects.filter(username="first").exists()


def test_a_taken_name_and_a_role_that_sees_residents_are_refused(cast):
    known = User.objects.get(pk=cast.worker.user_id).username
    with pytest.raises(CommandError, match="已有人使用"):
        make(known, "郭宁", "security_admin", "310151000000")
    with pytest.raises(CommandError):
        make("first", "郭宁", "district_admin", "310151000000")
