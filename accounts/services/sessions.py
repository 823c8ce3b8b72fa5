"""Ending sessions (会话): one of one's own, or all but the present one."""

from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import now

from accounts.audit import record_user
from accounts.errors import NotFound
from accounts.farewells import tell_sessions_ended
from accounts.models import LoginSession
from accounts.selectors import list_own_sessions


@transaction.atomic
def end_session(*, user_id: int, ticket: str) -> None:
    """ticket: of one of the user's own sessions (`LoginSession.ticket`). Raises NotFound."""
    wanted = next((one for one in list_own_sessions(user_id=user_id) if one.ticket == ticket), None)
    if wanted is None:
        raise NotFound("这个登录已经结束了。请刷新后再看一次。")
    wanted.delete()
    record_user(user_id, "session.ended", count=1)
    tell_sessions_ended()


@transaction.atomic
def end_other_sessions(request: HttpRequest, *, user_id: int) -> int:
    """End every session of the user but the one of the request. Returns how many."""
    forget_idle_sessions(user_id=user_id)
    others = LoginSession.objects.filter(user_id=user_id).exclude(session_key=request.session.session_key)
    count, _ = others.delete()
    if count:
        record_user(user_id, "session.ended", count=count)
        tell_sessions_ended()
    return count


def forget_idle_sessions(*, user_id: int) -> None:
    """What ran out by itself leaves nothing behind either, once its owner says that it is enough."""
    LoginSession.objects.filter(user_id=user_id, expire_date__lte=now()).delete()
