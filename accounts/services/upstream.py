"""Logging in by an upstream identity, and linking one's own account with it."""

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest

from accounts.audit import record_system, record_user
from accounts.errors import Conflict
from accounts.models import UpstreamIdentity, User
from accounts.services.logins import open_session
from accounts.stale_passwords import WITHOUT_PASSWORD
from accounts.step_up import trust_upstream
from accounts.upstream.id_token import Identity
from accounts.upstream.refusals import NobodyThere

BACKEND = "django.contrib.auth.backends.ModelBackend"


def log_in_upstream(request: HttpRequest, *, identity: Identity) -> User:
    """Open a session for the user who is linked with the identity. Raises NobodyThere, after its audit line."""
    user = _user_of(identity)
    if user is None:
        record_system("login", result="refused", by="upstream")
        raise NobodyThere
    with transaction.atomic():
        auth.login(request, user, backend=BACKEND)
        open_session(request, user=user, by="upstream")
        request.session[WITHOUT_PASSWORD] = True
        if identity.methods & set(settings.OIDC_SECOND_FACTOR):
            trust_upstream(request.session)
            record_user(user.pk, "second_factor.passed", by="upstream")
    return user


@transaction.atomic
def link_identity(*, user: User, identity: Identity) -> None:
    """From now on the identity opens this account. Raises Conflict where either is linked already."""
    taken = UpstreamIdentity.objects.filter(issuer=identity.issuer, subject=identity.subject)
    if taken.exclude(user=user).exists():
        raise Conflict("这个统一身份账号已经绑定了另一个账号。请先在那个账号里解除绑定。")
    UpstreamIdentity.objects.update_or_create(user=user, issuer=identity.issuer, defaults={"subject": identity.subject})
    record_user(user.pk, "upstream.linked")


@transaction.atomic
def unlink_identity(*, user_id: int) -> None:
    """The identity opens this account no more. Nothing to do where there is none."""
    count, _ = UpstreamIdentity.objects.filter(user_id=user_id, issuer=settings.OIDC_ISSUER).delete()
    if count:
        record_user(user_id, "upstream.unlinked")


def _user_of(identity: Identity) -> User | None:
    links = UpstreamIdentity.objects.select_related("user")
    found = links.filter(issuer=identity.issuer, subject=identity.subject, user__is_active=True).first()
    return found.user if found else None
