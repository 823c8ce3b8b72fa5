"""The pages of channels: a data officer sets up how a system is reached, and tries it."""

import pytest
from django.urls import reverse

from accounts.jobs import run_job
from accounts.models import Job
from accounts.scope import acting_as
from data_return.models import Channel
from data_return.selectors.channels import TRY
from tests.departments.json_server import json_server
from tests.departments.raw import raw_server
from tests.doors import audited, sign_in, watching

pytestmark = pytest.mark.django_db
GIVEN = {
    "name": "民政救助系统", "per_minute": 60, "most_megabytes": 20, "base": "https://api.mz.example.cn/v1",
    "charset": "utf-8", "login": "bearer", "token": "t0p-secret",
}  # fmt: skip


def page(name, *args, query=""):
    return reverse(f"data_return:channel_{name}", args=args) + query


@pytest.fixture
def client(client, officers):
    sign_in(client, officers.civil)
    return client


def registered(client, **given) -> Channel:
    answer = client.post(page("new", query="?kind=http"), GIVEN | given)
    channel = Channel.objects.get()
    assert answer["Location"] == page("edit", channel.pk)
    return channel


def tried(client, channel) -> str:
    """What the page says after a try."""
    with watching() as statements:
        client.post(page("try", channel.pk))
    assert "channel.tried" in audited(statements)
    run_job(Job.objects.get(kind=TRY).pk)
    return client.get(page("edit", channel.pk)).content.decode()


def test_every_kind_is_offered_and_has_its_form(client):
    offered = client.get(page("new")).content.decode()
    for kind in ("http", "sql", "sftp", "folder"):
        assert f"?kind={kind}" in offered
        assert client.get(page("new", query=f"?kind={kind}")).status_code == 200


def test_an_unknown_kind_offers_the_known_ones(client):
    assert "?kind=http" in client.get(page("new", query="?kind=fax")).content.decode()


def test_a_registered_channel_stands_in_the_list_without_its_secret(client):
    channel = registered(client)
    shown = client.get(page("list")).content.decode()
    assert "https://api.mz.example.cn/v1" in shown
    for text in (shown, client.get(page("edit", channel.pk)).content.decode()):
        assert "t0p-secret" not in text


def test_everything_that_is_wrong_is_told_at_once(client):
    answer = client.post(page("new", query="?kind=http"), GIVEN | {"name": "", "per_minute": 0, "token": ""})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "per_minute"}
    assert set(answer.context["address"].errors) == {"token"}
    assert not Channel.objects.exists()


def test_a_secret_left_empty_stays_but_does_not_move_to_another_address(client):
    channel = registered(client)
    assert client.post(page("edit", channel.pk), GIVEN | {"token": "", "name": "救助"}).status_code == 302
    moved = client.post(page("edit", channel.pk), GIVEN | {"token": "", "base": "https://other.example.cn"})
    assert moved.status_code == 422
    assert "请重新填写密码或密钥" in moved.content.decode()
    channel.refresh_from_db()
    assert (channel.name, channel.open_secrets()) == ("救助", {"token": "t0p-secret"})


def test_another_departments_channel_is_not_there(client, officers):
    channel = registered(client)
    sign_in(client, officers.disabled)
    assert client.get(page("edit", channel.pk)).status_code == 404
    assert client.post(page("try", channel.pk)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_try_says_that_the_system_answers(client, settings, tmp_path):
    with json_server(tmp_path, rows=[{"id": 1}]) as url:
        settings.OUTBOUND_HOSTS = [url]
        assert "试连成功" in tried(client, registered(client, base=url))


@pytest.mark.parametrize(
    ("status", "said"), [("401 Unauthorized", "对方拒绝了登录"), ("500 Internal Server Error", "对方系统出错")]
)
@pytest.mark.django_db(transaction=True)
def test_a_try_says_what_is_wrong(client, settings, status, said):
    with raw_server(lambda peer: peer.answer(b"", status=status)) as url:
        settings.OUTBOUND_HOSTS = [url]
        assert said in tried(client, registered(client, base=url))


def test_the_list_costs_the_same_for_few_and_many(client, officers):
    channel = registered(client)

    def cost():
        with watching() as statements:
            assert client.get(page("list")).status_code == 200
        return len(statements)

    cost()  # shows what the page before had to tell
    few = cost()
    with acting_as(officers.civil):
        Channel.objects.bulk_create(
            Channel(
                department_id=channel.department_id,
                name=str(n),
                kind="http",
                address=channel.address,
                created_by_id=channel.created_by_id,
            )
            for n in range(20)
        )
    assert cost() == few
