"""Login by a real OpenID Connect provider, run here; and everything that must not log anybody in."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from accounts.models import LoginSession, UpstreamIdentity, User
from accounts.upstream.id_token import read_id_token
from accounts.upstream.refusals import UpstreamRefused
from tests.doors import audited, sign_in, watching
from tests.oidc.running import CLIENT_ID, CLIENT_SECRET, provider, visit

pytestmark = pytest.mark.django_db
LOGIN, LINK = reverse("accounts:upstream_login"), reverse("accounts:upstream_link")
CALLBACK = reverse("accounts:upstream_callback")
REDIRECT = f"{configured.PORTAL_ORIGIN}{CALLBACK}"


@pytest.fixture(scope="module", params=["RS256", "ES256"])
def running(request):
    with provider(REDIRECT, algorithm=request.param) as issuer:
        yield issuer


@pytest.fixture
def issuer(running, settings):
    settings.OIDC_ISSUER, settings.OIDC_LABEL = running, "随申办"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    return running


@pytest.fixture
def linked(cast, issuer):
    """The worker's account, linked with `chen` there."""
    UpstreamIdentity.objects.create(user_id=cast.worker.user_id, issuer=issuer, subject="chen")
    return cast.worker


def go(client, person, *, start=LOGIN, method="", **data):
    """From the portal to the provider and back. Returns the address that came back and the answer to it."""
    sent = client.get(start, data)
    assert sent.status_code == 302, sent.content.decode()
    back = visit(sent["Location"], person, method=method)
    assert back.startswith(REDIRECT)
    return back, client.get(back.removeprefix(configured.PORTAL_ORIGIN))


def is_in(client):
    return "_auth_user_id" in client.session


def test_a_linked_user_logs_in_and_lands_on_the_page_that_was_asked_for(client, linked):
    with watching() as statements:
        _, answer = go(client, "chen", next="/residents/")
    assert answer["Location"] == "/residents/"
    assert client.get("/me/").status_code == 200
    assert audited(statements) == ["login"]
    assert LoginSession.objects.get(user_id=linked.user_id)


def test_the_portal_asks_with_code_pkce_state_and_nonce(client, issuer):
    asked = parse_qs(urlsplit(client.get(LOGIN)["Location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [REDIRECT]
    assert asked["scope"] == ["openid"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["nonce"][0]) >= 43
    assert len(asked["state"][0]) >= 30


def test_the_session_key_changes_and_keeps_no_token(client, linked):
    client.post(reverse("accounts:care"), {"care": "on"})
    before = client.session.session_key
    go(client, "chen")
    assert client.session.session_key != before
    keys = {"_auth_user_id", "_auth_user_backend", "_auth_user_hash", "care", "without_password"}
    assert set(client.session.keys()) == keys


@pytest.mark.parametrize("change", ["state", "nonce", "verifier"])
def test_a_wrong_state_nonce_or_verifier_logs_nobody_in(client, linked, change):
    sent = client.get(LOGIN)
    back = visit(sent["Location"], "chen")
    session = client.session
    session["upstream"] = session["upstream"] | {change: "x" * 60}
    session.save()
    answer = client.get(back.removeprefix(configured.PORTAL_ORIGIN))
    assert answer.status_code == 422
    assert "没有完成" in answer.content.decode()
    assert not is_in(client)


def test_a_callback_works_once_and_in_the_browser_that_set_out(client, linked):
    back, _ = go(client, "chen")
    address = back.removeprefix(configured.PORTAL_ORIGIN)
    client.post(reverse("accounts:logout"))
    for visitor in (client, Client()):
        assert visitor.get(address).status_code == 422
        assert not is_in(visitor)


def test_a_code_that_was_used_is_refused_by_the_provider(client, linked):
    back, _ = go(client, "chen")
    client.post(reverse("accounts:logout"))
    client.get(LOGIN)
    query = parse_qs(urlsplit(back).query)
    again = {"code": query["code"][0], "state": client.session["upstream"]["state"]}
    assert client.get(CALLBACK, again).status_code == 422
    assert not is_in(client)


def test_another_issuer_in_the_answer_is_refused(client, linked):
    back = visit(client.get(LOGIN)["Location"], "chen")
    query = {key: value[0] for key, value in parse_qs(urlsplit(back).query).items()} | {"iss": "https://evil.example"}
    assert client.get(CALLBACK, query).status_code == 422
    assert not is_in(client)


def test_whoever_comes_back_after_ten_minutes_starts_again(client, linked):
    back = visit(client.get(LOGIN)["Location"], "chen")
    session = client.session
    session["upstream"] = session["upstream"] | {"at": int(time.time()) - 601}
    session.save()
    assert client.get(back.removeprefix(configured.PORTAL_ORIGIN)).status_code == 422


def test_an_unknown_subject_and_a_closed_account_get_the_same_answer(client, cast, linked):
    _, unknown = go(client, "stranger")
    User.objects.filter(pk=linked.user_id).update(is_active=False)
    with watching() as statements:
        _, closed = go(client, "chen")
    assert unknown.status_code == closed.status_code == 403
    for answer in (unknown, closed):
        assert "还没有绑定" in answer.content.decode()
        assert "在“我的账号”里绑定" in answer.content.decode()
    assert audited(statements)[0] == "login"
    assert not is_in(client)


def test_the_subject_of_another_issuer_is_somebody_else(client, cast, issuer):
    UpstreamIdentity.objects.create(user_id=cast.worker.user_id, issuer="https://other.example", subject="chen")
    assert go(client, "chen")[1].status_code == 403


def test_a_user_links_the_own_account_after_a_step_up_and_ends_the_link(client, cast, issuer):
    sign_in(client, cast.worker, second_factor=False)
    assert client.get(LINK)["Location"].startswith(reverse("accounts:second_factor"))
    sign_in(client, cast.worker)
    with watching() as statements:
        _, answer = go(client, "chen", start=LINK)
        assert answer["Location"] == "/me/"
    assert "已绑定" in client.get("/me/").content.decode()
    assert go(Client(), "chen")[1].status_code == 302
    with watching() as more:
        client.post(reverse("accounts:upstream_unlink"))
    assert (audited(statements), audited(more)) == (["upstream.linked"], ["upstream.unlinked"])
    assert go(Client(), "chen")[1].status_code == 403


def test_one_identity_opens_one_account(client, cast, linked):
    sign_in(client, cast.colleague)
    answer = go(client, "chen", start=LINK)[1]
    assert answer.status_code == 409
    assert UpstreamIdentity.objects.get().user_id == linked.user_id


def test_a_link_begun_by_one_user_does_not_end_at_another(client, cast, issuer):
    sign_in(client, cast.worker)
    back = visit(client.get(LINK)["Location"], "chen")
    session = client.session
    session["_auth_user_id"] = str(cast.colleague.user_id)
    session["_auth_user_hash"] = User.objects.get(pk=cast.colleague.user_id).get_session_auth_hash()
    session.save()
    assert client.get(back.removeprefix(configured.PORTAL_ORIGIN)).status_code == 422
    assert not UpstreamIdentity.objects.exists()


@pytest.mark.parametrize(("trusted", "method", "opens"), [([], "otp", 302), (["otp"], "", 302), (["otp"], "otp", 200)])
def test_an_admin_still_gives_the_second_factor_unless_the_providers_is_trusted(
    client, cast, issuer, settings, trusted, method, opens
):
    settings.OIDC_SECOND_FACTOR = trusted
    UpstreamIdentity.objects.create(user_id=cast.town.user_id, issuer=issuer, subject="gu")
    go(client, "gu", method=method)
    assert client.get("/me/").status_code == opens


def test_an_old_password_does_not_matter_to_who_comes_without_one(client, linked):
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=400))
    go(client, "chen")
    assert client.get("/me/").status_code == 200


def test_the_button_is_there_only_with_a_provider(client, issuer, settings):
    assert "用随申办登录" in client.get("/login/?next=/residents/").content.decode()
    settings.OIDC_ISSUER = ""
    assert LOGIN not in client.get("/login/").content.decode()
    assert [client.get(url).status_code for url in (LOGIN, CALLBACK)] == [404, 404]


def test_a_provider_that_is_down_says_so(client, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    answer = client.get(LOGIN)
    assert answer.status_code == 503
    assert "暂时连不上" in answer.content.decode()


def test_neither_code_nor_token_reaches_the_log(client, linked, caplog):
    back, _ = go(client, "chen")
    code = parse_qs(urlsplit(back).query)["code"][0]
    said = " ".join(str(record.__dict__) for record in caplog.records)
    assert code not in said
    assert "id_token" not in said
    assert CLIENT_SECRET not in said


KEY = RSAKey.generate_key(2048, {"kid": "k"})


def token(key=KEY, algorithm="RS256", **changes):
    now = int(time.time())
    claims = {"iss": "https://i", "aud": "portal", "sub": "s", "nonce": "n", "iat": now, "exp": now + 300} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": "k"}, claims, key, algorithms=[algorithm])


def read(text):
    keys = KeySet([RSAKey.import_key(KEY.as_dict(private=False))])
    return read_id_token(text, keys, issuer="https://i", client_id="portal", nonce="n")


def test_a_token_that_holds_names_its_subject():
    assert read(token()).subject == "s"
    assert read(token(aud=["portal", "other"], azp="portal")).subject == "s"
    assert read(token(acr="mfa", amr=["otp"])).methods == {"mfa", "otp"}


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil"},
        {"aud": "other"},
        {"aud": ["portal", "other"]},
        {"azp": "other"},
        {"nonce": "other"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"iat": int(time.time()) + 3600},
    ],
)
def test_a_token_for_somebody_else_or_another_time_is_refused(changes):
    with pytest.raises(UpstreamRefused):
        read(token(**changes))


def test_a_token_signed_by_nobody_or_with_the_shared_secret_is_refused():
    unsigned = token().rsplit(".", 1)[0] + "."
    shared = token(OctKey.import_key(CLIENT_SECRET + "x" * 20, {"kid": "k"}), "HS256")
    other = token(RSAKey.generate_key(2048, {"kid": "k"}))
    for text in (unsigned, shared, other, "", "x.y.z", urlencode({"a": 1})):
        with pytest.raises(UpstreamRefused):
            read(text)
