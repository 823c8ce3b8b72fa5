"""A department connects its admitted system; the security administrator opens it; either change closes it again."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import Conflict, NotAllowed, NotFound
from portal.models import Entrance
from portal.services.sign_on.entrances import (
    BadEntrance,
    change_entrance_secret,
    close_entrance,
    describe_entrance,
    open_entrance,
)
from tests.doors import audited, sign_in, watching
from tests.portal.entrances import CALLBACK, HOME, SERVICE, Kind, connect, wanted
from tests.portal.filing import begun, make_system

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(cast):
    return make_system(cast.department, cast.district)


def page(system):
    return reverse("portal:system_entrance", args=[system.pk])


def test_the_department_describes_takes_the_secret_and_the_administrator_opens(cast, system):
    browser = sign_in(Client(), cast.department)
    sent = {"seen": 0, "home_url": HOME, "redirect_uris": CALLBACK, "post_logout_uris": "", "logout_url": ""}
    with watching() as statements:
        assert browser.post(f"{page(system)}?kind=oidc", sent).status_code == 302
        secret = browser.post(reverse("portal:system_entrance_secret", args=[system.pk])).context["secret"]
    entrance = Entrance.objects.get()
    assert (entrance.is_open, len(secret) > 40, secret in str(browser.get(page(system)).content)) == (
        False,
        True,
        False,
    )
    administrator = sign_in(Client(), cast.security)
    listed = administrator.get(reverse("portal:entrance_list")).content.decode()
    assert CALLBACK in listed
    with watching() as more:
        answer = administrator.post(reverse("portal:entrance_open", args=[entrance.pk]), {"seen": entrance.version})
    assert (answer.status_code, Entrance.objects.get().is_open) == (302, True)
    told = [line for line in audited(statements + more) if line.startswith("entrance.")]
    assert told == ["entrance.described", "entrance.secret_changed", "entrance.opened"]


def test_a_system_that_was_not_admitted_is_not_connected(cast):
    draft = begun(cast.department).system
    with pytest.raises(Conflict):
        describe_entrance(actor=cast.department, system=draft, wanted=wanted(Kind.CAS), seen=0)


def test_another_department_and_the_district_connect_nothing(cast, system):
    with pytest.raises(NotFound):
        describe_entrance(actor=cast.other_department, system=system, wanted=wanted(Kind.CAS), seen=0)
    with pytest.raises(NotAllowed):
        describe_entrance(actor=cast.district, system=system, wanted=wanted(Kind.CAS), seen=0)


def test_the_system_administrator_looks_and_opens_nothing(cast):
    connected = connect(cast.department, cast.district, cast.security, Kind.CAS)
    browser = sign_in(Client(), cast.system)
    assert "停用" not in browser.get(reverse("portal:entrance_list")).content.decode().partition("<tbody>")[2]
    assert browser.post(reverse("portal:entrance_close", args=[connected.entrance.pk])).status_code == 403


@pytest.mark.parametrize(
    ("field", "url"),
    [
        ("home_url", "http://care.example.cn/"),
        ("home_url", "https://user@care.example.cn/"),
        ("redirect_uris", "https://care.example.cn/*"),
        ("redirect_uris", "https://care.example.cn/a/../b"),
        ("redirect_uris", "https://care.example.cn/#x"),
        ("redirect_uris", "javascript:alert(1)"),
        ("redirect_uris", "//care.example.cn/"),
        ("redirect_uris", "https://关怀.example.cn/"),
        ("post_logout_uris", "https://care.example.cn:port/"),
        ("logout_url", "https://not.listed.example.cn/out"),
    ],
)
def test_an_address_that_could_mean_another_is_not_taken(cast, system, field, url):
    given = {field: url if field in ("home_url", "logout_url") else [url]}
    with pytest.raises(BadEntrance) as refusal:
        describe_entrance(actor=cast.department, system=system, wanted=wanted(Kind.OIDC, **given), seen=0)
    assert refusal.value.field == field


def test_a_plain_address_is_taken_where_the_deployment_names_it(cast, system, settings):
    settings.OUTBOUND_HOSTS = ["http://10.0.0.5:8080"]
    plain = wanted(Kind.CAS, services=["http://10.0.0.5:8080/cas"])
    assert describe_entrance(actor=cast.department, system=system, wanted=plain, seen=0).services == plain.services


def test_a_change_closes_what_was_open_and_who_opens_must_have_seen_it(cast):
    connected = connect(cast.department, cast.district, cast.security, Kind.CAS)
    changed = wanted(Kind.CAS, services=[SERVICE + "&more"])
    describe_entrance(actor=cast.department, system=connected.system, wanted=changed, seen=1)
    assert not Entrance.objects.get().is_open
    with pytest.raises(Conflict):
        open_entrance(actor=cast.security, pk=connected.entrance.pk, seen=1)
    with pytest.raises(Conflict):
        describe_entrance(actor=cast.department, system=connected.system, wanted=changed, seen=1)


def test_nothing_opens_without_its_secret_or_twice_and_nothing_closes_twice(cast, system):
    entrance = describe_entrance(actor=cast.department, system=system, wanted=wanted(Kind.LINK), seen=0)
    with pytest.raises(Conflict):
        open_entrance(actor=cast.security, pk=entrance.pk, seen=1)
    change_entrance_secret(actor=cast.department, system=system)
    open_entrance(actor=cast.security, pk=entrance.pk, seen=1)
    with pytest.raises(Conflict):
        open_entrance(actor=cast.security, pk=entrance.pk, seen=1)
    close_entrance(actor=cast.security, pk=entrance.pk)
    with pytest.raises(Conflict):
        close_entrance(actor=cast.security, pk=entrance.pk)


def test_without_a_signing_key_no_system_is_connected_by_openid(cast, system, settings, client):
    settings.SIGN_ON_KEYS = []
    with pytest.raises(BadEntrance):
        describe_entrance(actor=cast.department, system=system, wanted=wanted(Kind.OIDC), seen=0)
    assert client.get("/.well-known/openid-configuration").status_code == 404


def test_a_wrong_form_keeps_what_was_typed(cast, system):
    answer = sign_in(Client(), cast.department).post(
        f"{page(system)}?kind=cas", {"seen": 0, "home_url": "ftp://x", "services": SERVICE}
    )
    assert (answer.status_code, "ftp://x" in answer.content.decode()) == (422, True)


def test_the_list_costs_the_same_for_many(cast, django_assert_num_queries):
    browser = sign_in(Client(), cast.security)
    counted = []
    for name in ("一", "二", "三"):
        connect(cast.department, cast.district, cast.security, Kind.OIDC, name=f"系统{name}")
        with watching() as statements:
            browser.get(reverse("portal:entrance_list"))
        counted.append(len(statements))
    assert len(set(counted[1:])) == 1
