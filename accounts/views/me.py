"""One's own account: posts, password, second factor, background jobs."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import rights
from accounts.access import access
from accounts.forms import PasswordForm
from accounts.htmx import page_or_part
from accounts.jobs import get_job
from accounts.models import User
from accounts.notices import tell
from accounts.redirects import safe_next
from accounts.selectors import get_second_factor_state, list_own_jobs, list_own_posts
from accounts.services.passwords import change_password


@access(rights.WORK)
@never_cache
@require_safe
def my_account(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    context = {
        "actor": actor,
        "posts": list_own_posts(user_id=actor.user_id),
        "factor": get_second_factor_state(user_id=actor.user_id),
        "jobs": list_own_jobs(actor=actor),
    }
    return render(request, "accounts/me.html", context)


@access(rights.WORK)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = PasswordForm(user, request.POST or None)
    if form.is_valid():
        change_password(request, user=user, password=form.cleaned_data["new_password1"])
        tell(request, "密码已修改。别处登录的同一账号需要重新登录。")
        return redirect("accounts:me")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.is_bound else 200)


@access(rights.WORK)
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
