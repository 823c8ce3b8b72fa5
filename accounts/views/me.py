"""One's own account: posts, password, second factor, background jobs."""

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rights
from accounts.access import access
from accounts.forms import PasswordForm
from accounts.htmx import page_or_part
from accounts.jobs import get_job
from accounts.known_browsers import browser_of
from accounts.models import User
from accounts.notices import tell
from accounts.redirects import safe_next
from accounts.selectors import (
    get_second_factor_state,
    is_linked_upstream,
    list_own_jobs,
    list_own_posts,
    list_own_sessions,
)
from accounts.services.passwords import change_password
from accounts.services.sessions import end_other_sessions, end_session
from accounts.stale_passwords import why_stale


@access(rights.WORK)
@never_cache
@require_safe
def my_account(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    context = {
        "actor": actor,
        "posts": list_own_posts(user_id=actor.user_id),
        "factor": get_second_factor_state(user_id=actor.user_id),
        "upstream": settings.OIDC_ISSUER and settings.OIDC_LABEL,
        "upstream_linked": is_linked_upstream(user_id=actor.user_id),
        "jobs": list_own_jobs(actor=actor),
    }
    return render(request, "accounts/me.html", context)


@access(rights.WORK, any_password=True)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    user, to = cast(User, request.user), safe_next(request, reverse("accounts:me"))
    form = PasswordForm(user, request.POST or None, browser=browser_of(request, user.username))
    if form.is_valid():
        change_password(request, user=user, password=form.cleaned_data["new_password1"])
        tell(request, "密码已修改。别处登录的同一账号需要重新登录。")
        return redirect(to)
    context = {"form": form, "next": to, "why": why_stale(request), "rules": password_validators_help_texts()}
    return render(request, "accounts/password.html", context, status=422 if form.is_bound else 200)


@access(rights.WORK)
@never_cache
@require_safe
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Where one is logged in now."""
    sessions = list_own_sessions(user_id=cast(int, request.user.pk))
    return render(request, "accounts/sessions.html", {"sessions": sessions, "here": request.session.session_key})


@access(rights.WORK)
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    end_session(user_id=cast(int, request.user.pk), ticket=request.POST.get("ticket", ""))
    tell(request, "已结束这处登录。")
    return redirect("accounts:sessions")


@access(rights.WORK)
@require_POST
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    count = end_other_sessions(request, user_id=cast(int, request.user.pk))
    tell(request, f"已结束其他 {count} 处登录。" if count else "没有别处的登录。")
    return redirect("accounts:sessions")


@access(rights.WORK, keeps_alive=False)
@never_cache
@require_safe
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress of one of the post's own jobs; the same fragment answers the progress bar of any page."""
    context: dict[str, Any] = {
        "job": get_job(actor=request.actor, pk=pk),  # type: ignore[attr-defined]
        "done_url": safe_next(request, ""),
        "done_label": request.GET.get("label", "")[:20],
    }
    return page_or_part(request, "accounts/job_detail.html", "_progress.html", context)
