"""A worker enters a department's system by the portal's login, over OpenID Connect."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from joserfc import jwt
from joserfc.jwk import KeySet

from accounts.models import LoginSession, Post, User
from portal.models import LaunchCount, SignOn, SystemAccount
from portal.services.sign_on.entrances import close_entrance
from portal.services.sign_on.farewells import end_what_is_over, tell_systems
from portal.services.systems.desk import suspend_system
from portal.sign_on.signing import LOGOUT_EVENT
from tests.doors import audited, sign_in, watching
from tests.factories import WEST
from tests.portal.entrances import CALLBACK, GOODBYE, Kind, connect, ear
from tests.portal.oidc_client import ask_code, ask_tokens, back, login_query, post_tokens, read_identity

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(cast):
    return connect(cast.department, cast.district, cast.security, Kind.OIDC)


@pytest.fixture
def browser(cast):
    return sign_in(Client(), cast.worker)


def enter(browser, system):
    """(answer of the token endpoint, claims of the identity)"""
    answer = ask_tokens(system, ask_code(browser, system))
    assert answer.status_code == 200, answer.content
    return answer.json(), read_identity(answer.json()["id_token"])


def test_the_system_learns_post_area_and_role_and_no_number_or_phone(browser, system, cast):
    tokens, claims = enter(browser, system)
    told = Client().get("/oidc/userinfo/", headers={"Authorization": f"Bearer {tokens['access_token']}"}).json()
    assert told == {name: claims[name] for name in told}
    assert told["area_code"] == f"{cast.worker.area_code:018d}"
    assert (told["role"], told["area_name"], told["name"]) == ("community_worker", "东村", "陈秀英")
    assert set(told) == {"sub", "sid", "name", "post", "role", "role_name", "area_code", "area_name", "area_level"}
    assert (claims["aud"], claims["nonce"], claims["amr"]) == (system.client_id, "a-nonce", ["pwd", "otp"])
    assert claims["exp"] - claims["iat"] <= 300


def test_department_staff_are_told_with_their_department(cast):
    roles = {"roles": ["department_staff"]}
    system = connect(cast.department, cast.district, cast.security, Kind.OIDC, system=roles)
    _, claims = enter(sign_in(Client(), cast.other_department), system)
    assert (claims["department_name"], claims["role"]) == ("区残联", "department_staff")


def test_one_person_is_another_subject_at_each_system_and_the_same_at_the_next_login(browser, system, cast):
    other = connect(cast.department, cast.district, cast.security, Kind.OIDC, name="救助平台")
    first, again = enter(browser, system)[1]["sub"], enter(browser, system)[1]["sub"]
    elsewhere = enter(browser, other)[1]["sub"]
    assert first == again != elsewhere
    assert str(cast.worker.user_id) not in (first, elsewhere)


def test_the_account_there_is_told_where_it_is_known(browser, system, cast):
    SystemAccount.objects.create(
        system=system.system, user_id=cast.worker.user_id, account="chenxy", entered_by_id=cast.department.post_id
    )
    assert enter(browser, system)[1]["account"] == "chenxy"


def test_every_entry_is_audited_and_counted_by_system_and_month(browser, system, cast):
    with watching() as statements:
        enter(browser, system)
    assert "system.entered" in audited(statements)
    kept = LaunchCount.objects.get()
    assert (kept.system_id, kept.count, kept.role, kept.month.day) == (system.system.pk, 1, "community_worker", 1)
    enter(sign_in(Client(), cast.colleague), system)
    assert LaunchCount.objects.get().count == 2


def test_a_stranger_logs_in_first_and_comes_back_to_the_same_request(system, cast):
    url = login_query(system)
    answer = Client().get(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=/oidc/authorize/")


def test_after_a_form_of_ours_a_page_goes_on_because_browsers_hold_redirects_back(browser, system):
    answer = browser.get(login_query(system), headers={"Referer": "http://testserver/login/"})
    assert answer.status_code == 200
    assert f'content="0;url={CALLBACK}?code=' in answer.content.decode().replace("&amp;", "&")


def test_a_renewal_gives_new_tokens_and_no_identity(browser, system):
    tokens, _ = enter(browser, system)
    answer = post_tokens(system, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert answer.status_code == 200
    assert answer.json().keys() >= {"access_token", "refresh_token"}
    assert "id_token" not in answer.json()


def test_nothing_that_opens_is_kept_in_clear(browser, system):
    code = ask_code(browser, system)
    kept = str(list(SignOn.objects.values())) + str(list(system.entrance.client.grant_set.values()))
    assert code not in kept
    tokens = ask_tokens(system, code).json()
    kept = str(list(system.entrance.client.accesstoken_set.values()) + list(SignOn.objects.values()))
    assert tokens["access_token"] not in kept
    assert tokens["refresh_token"] not in str(list(system.entrance.client.refreshtoken_set.values()))


def test_logging_out_of_the_portal_tells_the_system_by_a_signed_token(cast, settings, browser):
    with ear() as there:
        settings.OUTBOUND_HOSTS = [there.url]
        system = connect(
            cast.department, cast.district, cast.security, Kind.OIDC, logout_url=f"{there.url}/backchannel"
        )
        tokens, claims = enter(browser, system)
        browser.post("/logout/")
        assert (end_what_is_over(), tell_systems(), end_what_is_over(), tell_systems()) == (1, 1, 0, 0)
    [(path, sent)] = there.heard
    said = jwt.decode(sent["logout_token"], KeySet.import_key_set(Client().get("/oidc/keys/").json()))
    assert path == "/backchannel"
    assert said.header["typ"] == "logout+jwt"
    assert said.claims["events"] == {LOGOUT_EVENT: {}}
    assert (said.claims["sid"], said.claims["sub"]) == (claims["sid"], claims["sub"])
    assert (said.claims["aud"], "nonce" in said.claims) == (system.client_id, False)
    again = Client().get("/oidc/userinfo/", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert again.status_code == 401


def test_a_system_that_does_not_hear_is_told_again_later(cast, settings, browser):
    with ear() as there:
        settings.OUTBOUND_HOSTS, there.status = [there.url], 503
        system = connect(cast.department, cast.district, cast.security, Kind.OIDC, logout_url=f"{there.url}/out")
        enter(browser, system)
        browser.post("/logout/")
        end_what_is_over()
        assert (tell_systems(), tell_systems()) == (0, 0)
        assert len(there.heard) == 1
        there.status = 200
        SignOn.objects.update(next_try_at=now())
        assert tell_systems() == 1
    assert SignOn.objects.get().tries == 2


def end_the_post(cast, system):
    Post.objects.filter(pk=cast.worker.post_id).update(is_active=False)


def close_the_account(cast, system):
    User.objects.filter(pk=cast.worker.user_id).update(is_active=False)


def suspend(cast, system):
    suspend_system(actor=cast.district, system=system.system, reason="数据泄露")


def close(cast, system):
    close_entrance(actor=cast.security, pk=system.entrance.pk)


def end_the_session(cast, system):
    LoginSession.objects.all().delete()


def a_day_passes(cast, system):
    LoginSession.objects.update(since=now() - timedelta(hours=13))


@pytest.mark.parametrize("happens", [end_the_post, close_the_account, suspend, close, end_the_session, a_day_passes])
def test_a_sign_on_ends_with_what_it_rests_on(browser, system, cast, happens):
    tokens, _ = enter(browser, system)
    happens(cast, system)
    renewed = post_tokens(system, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    told = Client().get("/oidc/userinfo/", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert (renewed.status_code in (400, 401), told.status_code) == (True, 401)
    assert (end_what_is_over(), SignOn.objects.going_on().count()) == (1, 0)


def test_a_portal_session_that_idles_out_leaves_people_at_work_in_the_system(browser, system, cast):
    from accounts.tasks import clear_sessions_task

    enter(browser, system)
    LoginSession.objects.update(expire_date=now() - timedelta(minutes=1))
    clear_sessions_task()
    assert end_what_is_over() == 0
    sign_in(browser, cast.worker).post("/logout/")
    assert end_what_is_over() == 1


def test_the_system_logs_out_with_its_proof_and_the_browser_goes_where_it_says(browser, system):
    tokens, _ = enter(browser, system)
    query = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": GOODBYE, "state": "s"}
    answer = browser.get("/oidc/logout/", query)
    assert (answer.status_code, answer["Location"]) == (302, f"{GOODBYE}?state=s")
    assert browser.get("/").status_code == 302


def test_without_a_proof_of_this_session_the_person_is_asked(browser, system, cast):
    tokens, _ = enter(sign_in(Client(), cast.worker), system)
    for query in ({}, {"id_token_hint": tokens["id_token"]}, {"client_id": system.client_id}):
        answer = browser.get("/oidc/logout/", query)
        assert (answer.status_code, "退出统一登录?" in answer.content.decode()) == (200, True)
    assert browser.get("/").status_code == 200
    assert browser.post("/oidc/logout/").status_code == 302
    assert browser.get("/").status_code == 302


def test_a_silent_request_is_answered_without_a_page(browser, system, cast):
    assert back(Client().get(login_query(system, prompt="none")))["error"] == "login_required"
    assert "code" in back(browser.get(login_query(system, prompt="none")))
    unwanted = sign_in(Client(), cast.town)
    assert back(unwanted.get(login_query(system, prompt="none")))["error"] == "login_required"


def test_discovery_names_what_is_there_and_nothing_weaker(client, system):
    told = client.get("/.well-known/openid-configuration").json()
    assert told["issuer"] == "http://testserver"
    assert told["response_types_supported"] == ["code"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["id_token_signing_alg_values_supported"] == ["RS256"]
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"):
        assert client.get(told[name].removeprefix("http://testserver")).status_code != 404
    assert "d" not in client.get("/oidc/keys/").json()["keys"][0]


def test_an_older_key_is_still_believed_after_a_new_one_signs(browser, system, settings, cast):
    from portal.embedded.keys import make_keys
    from portal.env import signing_keys

    tokens, _ = enter(browser, system)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGN_ON_KEYS", make_keys()["SIGN_ON_KEYS"])
        settings.SIGN_ON_KEYS = [*signing_keys("SIGN_ON_KEYS"), *settings.SIGN_ON_KEYS]
    settings.OAUTH2_PROVIDER = settings.OAUTH2_PROVIDER | {"OIDC_RSA_PRIVATE_KEY": settings.SIGN_ON_KEYS[0]}
    assert read_identity(tokens["id_token"])["sub"] == enter(browser, system)[1]["sub"]
    assert browser.get("/oidc/logout/", {"id_token_hint": tokens["id_token"]}).status_code == 302


def test_in_another_post_it_is_another_sign_on_and_the_one_before_ends(cast, browser, system):
    _, before = enter(browser, system)
    second = Post.objects.create(user_id=cast.worker.user_id, role="community_worker", area_id=WEST)
    assert browser.post("/posts/switch/", {"post": second.pk}).status_code == 302
    _, now_there = enter(browser, system)
    assert (before["area_name"], now_there["area_name"]) == ("东村", "西村")
    assert (before["sub"] == now_there["sub"], before["sid"] == now_there["sid"]) == (True, False)
    assert SignOn.objects.going_on().count() == 1
