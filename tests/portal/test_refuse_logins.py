"""What must not let anybody in: each case is sent, and no code, token, identity or user comes back."""

import base64
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils.timezone import localdate, now
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from oauth2_provider.models import get_grant_model

from accounts.models import Area
from accounts.roles import Role
from accounts.services.clients import NewClient, register_by_operator
from portal.models import SignOn
from portal.services.sign_on.entrances import close_entrance, describe_entrance
from portal.services.systems.desk import suspend_system
from tests.doors import audited, sign_in, watching
from tests.factories import EAST, WEST
from tests.portal.entrances import CALLBACK, GOODBYE, HOME, SERVICE, Kind, connect, wanted
from tests.portal.oidc_client import (
    CHALLENGE,
    OMIT,
    VERIFIER,
    ask_code,
    ask_tokens,
    back,
    basic,
    login_query,
    post_tokens,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(cast):
    return connect(cast.department, cast.district, cast.security, Kind.OIDC)


@pytest.fixture
def other(cast):
    """Another system, which may not use what was given to the first."""
    return connect(cast.department, cast.district, cast.security, Kind.OIDC, name="救助平台")


@pytest.fixture
def browser(cast):
    return sign_in(Client(), cast.worker)


# Sending somebody to log in ---------------------------------------------------------------------------------------
ASKED = {
    "another address": {"redirect_uri": "https://evil.example/callback"},
    "another host that begins alike": {"redirect_uri": "https://care.example.cn.evil.example/callback"},
    "another port": {"redirect_uri": "https://care.example.cn:8443/callback"},
    "without TLS": {"redirect_uri": "http://care.example.cn/callback"},
    "a longer path": {"redirect_uri": CALLBACK + "/more"},
    "a way up": {"redirect_uri": CALLBACK + "/../admin"},
    "a slash behind": {"redirect_uri": CALLBACK + "/"},
    "other letters": {"redirect_uri": CALLBACK.upper()},
    "a query behind": {"redirect_uri": CALLBACK + "?next=https://evil.example"},
    "a fragment behind": {"redirect_uri": CALLBACK + "#x"},
    "a user in front": {"redirect_uri": "https://care.example.cn@evil.example/callback"},
    "two addresses": {"redirect_uri": f"{CALLBACK} https://evil.example/"},
    "a script": {"redirect_uri": "javascript:alert(1)"},
    "no address": {"redirect_uri": OMIT},
    "the home page, which is no callback": {"redirect_uri": HOME},
    "an unknown system": {"client_id": "nobody"},
    "no system": {"client_id": OMIT},
    "a system with a null byte": {"client_id": "x\x00"},
    "no challenge": {"code_challenge": OMIT, "code_challenge_method": OMIT},
    "a plain challenge": {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
    "a challenge without its method": {"code_challenge_method": OMIT},
    "an unknown method": {"code_challenge_method": "S512"},
    "a challenge that is too short": {"code_challenge": CHALLENGE[:20]},
    "a challenge of other letters": {"code_challenge": "!" * 43},
    "a token at once": {"response_type": "token"},
    "an identity at once": {"response_type": "id_token"},
    "a hybrid": {"response_type": "code id_token"},
    "no kind of answer": {"response_type": OMIT},
    "the answer in a fragment": {"response_mode": "fragment"},
    "a scope of machines": {"scope": "openid rows"},
    "no identity": {"scope": "profile"},
    "a request object": {"request": "eyJhbGciOiJub25lIn0.e30."},
    "a request object elsewhere": {"request_uri": "https://evil.example/request"},
    "claims that are no JSON": {"claims": "{"},
    "a new login": {"prompt": "login"},
    "silent and a new login": {"prompt": "none login"},
    "a new account": {"prompt": "create"},
    "a login younger than any": {"max_age": "0"},
}
"""Name of the case -> parameters that are otherwise."""


@pytest.mark.parametrize("changed", ASKED.values(), ids=ASKED)
def test_no_code_for(browser, system, changed):
    answer = browser.get(login_query(system, **changed))
    assert answer.status_code in (302, 400)
    assert "code" not in parse_qs(urlsplit(answer.get("Location", "")).query)
    assert answer.get("Location", CALLBACK).startswith(CALLBACK + "?error=") or answer.status_code == 400
    assert not get_grant_model().objects.exists()


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "scope", "code_challenge", "state"])
def test_no_code_for_what_is_said_twice(browser, system, name):
    answer = browser.get(f"{login_query(system)}&{name}=again")
    assert (answer.status_code, get_grant_model().objects.count()) == (400, 0)


def test_a_wrong_request_is_refused_before_anybody_is_asked_to_log_in(system):
    answer = Client().get(login_query(system, redirect_uri="https://evil.example/"))
    assert (answer.status_code, "Location" in answer) == (400, False)


@pytest.mark.parametrize("who", ["town", "department", "security", "system", "audit"])
def test_no_code_for_a_post_that_the_system_was_not_admitted_for(system, cast, who):
    answer = sign_in(Client(), getattr(cast, who)).get(login_query(system))
    assert (answer.status_code, get_grant_model().objects.count()) == (403, 0)


def test_no_code_for_a_village_outside_the_filed_area(cast, browser):
    west = connect(cast.department, cast.district, cast.security, Kind.OIDC, system={"areas": (WEST,)})
    with watching() as statements:
        assert browser.get(login_query(west)).status_code == 403
    assert audited(statements) == ["access.refused"]
    assert "code" in back(sign_in(Client(), cast.neighbour).get(login_query(west)))


def test_no_code_before_the_second_factor_that_the_role_needs(cast):
    system = connect(cast.department, cast.district, cast.security, Kind.OIDC, system={"roles": ["town_admin"]})
    answer = sign_in(Client(), cast.town, second_factor=False).get(login_query(system))
    assert answer["Location"].startswith("/second-factor/")


def test_no_code_of_a_suspended_or_closed_or_changed_system(cast, browser, system, other):
    suspend_system(actor=cast.district, system=system.system, reason="数据泄露")
    assert browser.get(login_query(system)).status_code == 400
    close_entrance(actor=cast.security, pk=other.entrance.pk)
    assert browser.get(login_query(other)).status_code == 400
    third = connect(cast.department, cast.district, cast.security, Kind.OIDC, name="第三个")
    changed = wanted(Kind.OIDC, redirect_uris=["https://evil.example/callback"])
    describe_entrance(actor=cast.department, system=third.system, wanted=changed, seen=1)
    for uri in (CALLBACK, "https://evil.example/callback"):
        assert browser.get(login_query(third, redirect_uri=uri)).status_code == 400


def test_no_code_of_a_system_whose_validity_is_over(cast, browser, system):
    system.system.live.__class__.objects.update(valid_until=localdate() - timedelta(days=1))
    assert browser.get(login_query(system)).status_code == 400


# Bringing the code ------------------------------------------------------------------------------------------------
BROUGHT = {
    "no verifier": {"code_verifier": OMIT},
    "an empty verifier": {"code_verifier": ""},
    "another verifier": {"code_verifier": VERIFIER[::-1]},
    "the challenge as verifier": {"code_verifier": CHALLENGE},
    "another address": {"redirect_uri": GOODBYE},
    "no address": {"redirect_uri": OMIT},
    "another code": {"code": "x" * 30},
    "no code": {"code": OMIT},
    "the grant of a password": {"grant_type": "password", "username": "user1", "password": "Not-a-secret-1"},
    "the grant of a machine": {"grant_type": "client_credentials"},
    "the grant of a device": {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
    "no grant": {"grant_type": OMIT},
    "a secret twice": {"client_secret": "x"},
}


def refused(answer):
    assert answer.status_code in (400, 401), answer.content
    assert "error" in answer.json()
    return "access_token" not in answer.json()


@pytest.mark.parametrize("changed", BROUGHT.values(), ids=BROUGHT)
def test_no_token_with(browser, system, changed):
    assert refused(ask_tokens(system, ask_code(browser, system), **changed))


def test_no_token_with_a_wrong_or_missing_or_empty_secret(browser, system):
    code = ask_code(browser, system)
    for authorization in (
        basic(system, "wrong"),
        basic(system, ""),
        "",
        "Basic !!!",
        "Basic " + base64.b64encode(b"x").decode(),
    ):
        assert refused(ask_tokens(system, code, authorization=authorization, client_id=system.client_id))
    assert ask_tokens(system, code).status_code == 200


def test_no_token_with_the_code_of_another_system(browser, system, other):
    assert refused(ask_tokens(other, ask_code(browser, system)))


def test_no_token_with_an_old_code(browser, system):
    code = ask_code(browser, system)
    get_grant_model().objects.update(expires=now() - timedelta(seconds=1))
    assert refused(ask_tokens(system, code))


def test_a_code_that_comes_twice_takes_the_tokens_of_the_first_time_with_it(browser, system):
    code = ask_code(browser, system)
    tokens = ask_tokens(system, code).json()
    with watching() as statements:
        assert refused(ask_tokens(system, code))
    assert audited(statements) == ["sign_on.refused"]
    assert userinfo(tokens["access_token"]).status_code == 401
    assert refused(post_tokens(system, grant_type="refresh_token", refresh_token=tokens["refresh_token"]))


def test_no_token_after_the_person_has_logged_out(browser, system):
    code = ask_code(browser, system)
    browser.post("/logout/")
    assert refused(ask_tokens(system, code))


def test_no_token_in_an_address(browser, system):
    code = ask_code(browser, system)
    query = f"grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}"
    headers = {"Authorization": basic(system)}
    assert Client().get(f"/oidc/token/?{query}", headers=headers).status_code == 405
    answer = Client().post(
        f"/oidc/token/?{query}", "", content_type="application/x-www-form-urlencoded", headers=headers
    )
    assert refused(answer)
    as_json = Client().post("/oidc/token/", {"code": code}, content_type="application/json", headers=headers)
    assert refused(as_json)


def test_no_token_for_a_machine_and_none_of_a_login_at_the_door_of_machines(browser, system, cast):
    wish = NewClient(
        "机器", Role.COMMUNITY_WORKER, Area.objects.get(code=EAST), ["reports"], ["127.0.0.0/8"], localdate()
    )
    machine, secret = register_by_operator(wanted=wish)
    pair = "Basic " + base64.b64encode(f"{machine.client_id}:{secret}".encode()).decode()
    assert refused(ask_tokens(system, ask_code(browser, system), authorization=pair))
    assert Client().get(login_query(system, client_id=machine.client_id)).status_code == 400
    form = {"content_type": "application/x-www-form-urlencoded", "headers": {"Authorization": basic(system)}}
    assert refused(Client().post("/api/oauth/token/", "grant_type=client_credentials", **form))


# Renewals and tokens ------------------------------------------------------------------------------------------------
def userinfo(token, **headers):
    return Client().get("/oidc/userinfo/", headers={"Authorization": f"Bearer {token}"} | headers)


def renew(system, token, **more):
    return post_tokens(system, grant_type="refresh_token", refresh_token=token, **more)


def test_a_renewal_that_comes_twice_ends_the_whole_family(browser, system):
    first = ask_tokens(system, ask_code(browser, system)).json()
    second = renew(system, first["refresh_token"]).json()
    assert refused(renew(system, first["refresh_token"]))
    assert refused(renew(system, second["refresh_token"]))
    assert userinfo(second["access_token"]).status_code == 401


def test_no_renewal_by_another_system_with_more_scopes_or_made_up(browser, system, other):
    tokens = ask_tokens(system, ask_code(browser, system, scope="openid")).json()
    assert refused(renew(other, tokens["refresh_token"]))
    assert refused(renew(system, tokens["refresh_token"], scope="openid profile"))
    assert refused(renew(system, "x" * 30))
    assert refused(renew(system, tokens["access_token"]))


def test_a_token_of_a_login_opens_no_page_and_no_api_of_the_portal(browser, system):
    token = ask_tokens(system, ask_code(browser, system)).json()["access_token"]
    for url in ("/", "/residents/", "/api/v1/reports/"):
        assert Client().get(url, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_userinfo_takes_a_token_from_the_header_alone(browser, system):
    tokens = ask_tokens(system, ask_code(browser, system)).json()
    assert Client().get("/oidc/userinfo/", {"access_token": tokens["access_token"]}).status_code == 401
    for token in ("", "x", tokens["refresh_token"], tokens["id_token"], tokens["access_token"] + "x"):
        assert userinfo(token).status_code == 401
    assert browser.get("/oidc/userinfo/").status_code == 401


# Logging out ---------------------------------------------------------------------------------------------------------
def forged(claims, key, header):
    return jwt.encode(header, claims, key, algorithms=[header["alg"]])


def no_signature(claims, public):
    parts = (b'{"alg":"none"}', str(claims).replace("'", '"').encode())
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


def by_another_key(claims, public):
    return forged(claims, RSAKey.generate_key(2048), {"alg": "RS256", "kid": public["kid"]})


def by_the_public_key_as_a_secret(claims, public):
    return forged(claims, OctKey.import_key(public["n"]), {"alg": "HS256", "kid": public["kid"]})


@pytest.mark.parametrize("make", [no_signature, by_another_key, by_the_public_key_as_a_secret])
def test_no_logout_by_a_forged_identity(browser, system, make):
    ask_code(browser, system)
    sign_on = SignOn.objects.get()
    claims = {"iss": "http://testserver", "aud": system.client_id, "sid": str(sign_on.sid), "sub": "x"}
    token = make(claims, Client().get("/oidc/keys/").json()["keys"][0])
    assert browser.get("/oidc/logout/", {"id_token_hint": token}).status_code == 400
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("url", ["https://evil.example/", GOODBYE + "/", GOODBYE + "?x=1", CALLBACK, "/relative"])
def test_nobody_is_sent_to_an_unregistered_address_after_a_logout(browser, system, url):
    token = ask_tokens(system, ask_code(browser, system)).json()["id_token"]
    for query in ({"id_token_hint": token}, {"client_id": system.client_id}, {}):
        answer = browser.get("/oidc/logout/", query | {"post_logout_redirect_uri": url})
        assert answer.status_code == 400
    assert browser.get("/").status_code == 200


def test_no_logout_with_the_identity_of_another_system(browser, system, other):
    token = ask_tokens(system, ask_code(browser, system)).json()["id_token"]
    query = {"id_token_hint": token, "client_id": other.client_id, "post_logout_redirect_uri": GOODBYE}
    assert browser.get("/oidc/logout/", query).status_code == 400


# CAS -----------------------------------------------------------------------------------------------------------------
@pytest.fixture
def older(cast):
    return connect(cast.department, cast.district, cast.security, Kind.CAS, name="旧系统")


def cas_ticket(browser):
    answer = browser.get("/cas/login", {"service": SERVICE})
    return parse_qs(urlsplit(answer["Location"]).query)["ticket"][0]


def cas_says(**asked):
    return [Client().get(f"/cas/{at}serviceValidate", asked).content.decode() for at in ("", "p3/")]


def cas_refuses(code, **asked):
    return all(f'code="{code}"' in said and "cas:user" not in said for said in cas_says(**asked))


SERVICES = {
    "another host": "https://evil.example/cas?from=portal",
    "a longer path": SERVICE.replace("/cas", "/cas/more"),
    "another query": SERVICE + "&more=1",
    "no query": SERVICE.partition("?")[0],
    "without TLS": SERVICE.replace("https", "http"),
    "a fragment": SERVICE + "#x",
    "a user in front": SERVICE.replace("https://", "https://care.example.cn@evil.example/"),
    "other letters": SERVICE.upper(),
    "nothing": "",
}


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_no_ticket_for_a_service_of(browser, older, service):
    answer = browser.get("/cas/login", {"service": service})
    assert (answer.status_code, SignOn.objects.count()) == (400, 0)


@pytest.mark.parametrize("more", ["&renew=true", "&method=POST", f"&service={SERVICE}"])
def test_no_ticket_for_what_is_not_offered(browser, older, more):
    assert browser.get(f"/cas/login?service={SERVICE.replace('?', '%3F')}{more}").status_code == 400


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_no_user_for_a_ticket_at_a_service_of(browser, older, service):
    said = Client().get("/cas/p3/serviceValidate", {"ticket": cas_ticket(browser), "service": service}).content.decode()
    assert ('code="INVALID_SERVICE"' in said) or ('code="INVALID_REQUEST"' in said and not service)
    assert "cas:user" not in said


def test_a_ticket_is_good_for_one_question(browser, older):
    ticket = cas_ticket(browser)
    first, second = cas_says(ticket=ticket, service=SERVICE)
    assert "cas:user" in first
    assert 'code="INVALID_TICKET"' in second


def test_a_ticket_shown_at_the_wrong_service_is_gone(browser, older):
    ticket = cas_ticket(browser)
    Client().get("/cas/serviceValidate", {"ticket": ticket, "service": "https://evil.example/"})
    assert cas_refuses("INVALID_TICKET", ticket=ticket, service=SERVICE)


def test_no_user_for_an_old_ticket(browser, older):
    ticket = cas_ticket(browser)
    SignOn.objects.update(ticket_until=now() - timedelta(seconds=1))
    assert cas_refuses("INVALID_TICKET", ticket=ticket, service=SERVICE)


def test_no_user_after_the_person_has_logged_out(browser, older):
    ticket = cas_ticket(browser)
    browser.post("/logout/")
    assert cas_refuses("INVALID_TICKET", ticket=ticket, service=SERVICE)


def test_no_user_for_a_ticket_of_a_system_that_was_closed_meanwhile(browser, older, cast):
    ticket = cas_ticket(browser)
    close_entrance(actor=cast.security, pk=older.entrance.pk)
    assert cas_refuses("INVALID_TICKET", ticket=ticket, service=SERVICE)


TICKETS = {
    "nothing": ("", "INVALID_REQUEST"),
    "another kind": ("PT-1-" + "x" * 40, "INVALID_TICKET_SPEC"),
    "a granting ticket": ("TGT-1-" + "x" * 40, "INVALID_TICKET_SPEC"),
    "too short": ("ST-1", "INVALID_TICKET_SPEC"),
    "endless": ("ST-1-" + "x" * 400, "INVALID_TICKET_SPEC"),
    "made up": ("ST-1-" + "x" * 40, "INVALID_TICKET"),
    "markup": ('ST-1-"><cas:user>admin</cas:user>' + "x" * 40, "INVALID_TICKET"),
}


@pytest.mark.parametrize(("ticket", "code"), TICKETS.values(), ids=TICKETS)
def test_no_user_for_a_ticket_that_is(browser, older, ticket, code):
    assert cas_refuses(code, ticket=ticket, service=SERVICE)


@pytest.mark.parametrize(
    ("more", "code"),
    [({"renew": "true"}, "INVALID_TICKET"), ({"pgtUrl": "https://evil.example/"}, "UNAUTHORIZED_SERVICE_PROXY")],
)
def test_no_user_for_what_is_not_offered(browser, older, more, code):
    assert cas_refuses(code, ticket=cas_ticket(browser), service=SERVICE, **more)


@pytest.mark.parametrize("path", ["/cas/validate", "/cas/proxyValidate", "/cas/proxy", "/cas/samlValidate"])
def test_older_doors_of_cas_are_not_there(path):
    assert Client().get(path).status_code == 404


def test_a_ticket_is_no_code_and_a_code_no_ticket(browser, system, older):
    assert refused(ask_tokens(system, cas_ticket(browser)))
    assert cas_refuses("INVALID_TICKET_SPEC", ticket=ask_code(browser, system), service=SERVICE)


def test_who_has_no_right_place_gets_no_ticket(older, cast):
    assert sign_in(Client(), cast.town).get("/cas/login", {"service": SERVICE}).status_code == 403
    assert SignOn.objects.count() == 0


def test_there_are_more_than_45_cases():
    cases = len(ASKED) + len(BROUGHT) + 2 * len(SERVICES) + len(TICKETS)
    assert cases > 45


def test_nothing_waits_for_guessing_without_end(settings, browser, older):
    settings.LIMITS = settings.LIMITS | {"sign_on": (2, 60)}
    answers = [Client().get("/cas/serviceValidate", {"ticket": "x", "service": "y"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
