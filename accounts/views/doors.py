"""Login, logout, the post worked in, care mode. All of it works without script."""

from typing import cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PUBLIC, SIGNED_IN, access
from accounts.care import set_care_mode
from accounts.forms import LoginForm
from accounts.known_browsers import remember_browser
from accounts.notices import tell
from accounts.redirects import safe_next
from accounts.selectors import list_own_posts
from accounts.services.logins import log_in, log_out, record_refused_login
from accounts.services.posts import switch_post


@access(PUBLIC)
@transaction.non_atomic_requests  # a guess is written down, and its locks let go, before the hasher works
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(safe_next(request))
    form = LoginForm(request, data=request.POST or None)
    if form.is_valid():
        log_in(request, user=form.get_user())
        response = redirect(safe_next(request))
        remember_browser(request, response, form.cleaned_data["username"])
        return response
    if form.is_bound:
        record_refused_login(request, username=request.POST.get("username", ""))
    context = {"form": form, "next": safe_next(request), "upstream": settings.OIDC_ISSUER and settings.OIDC_LABEL}
    return render(request, "accounts/login.html", context, status=422 if form.is_bound else 200)


@access(PUBLIC)
@require_POST
def logout_now(request: HttpRequest) -> HttpResponse:
    log_out(request)
    response = redirect("accounts:login")
    response["Clear-Site-Data"] = '"storage"'
    return response


@access(SIGNED_IN)
@never_cache
@require_safe
def no_post(request: HttpRequest) -> HttpResponse:
    """For a user whose post ended, or who has none yet."""
    if request.actor is not None:  # type: ignore[attr-defined]
        return redirect("portal:home")
    posts = list_own_posts(user_id=cast(int, request.user.pk))
    return render(request, "accounts/no_post.html", {"posts": posts})


@access(SIGNED_IN)
@require_POST
def post_switch(request: HttpRequest) -> HttpResponse:
    post = switch_post(request, user_id=cast(int, request.user.pk), post_id=request.POST.get("post", ""))
    tell(request, f"已切换到岗位:{post.title}。")
    return redirect(safe_next(request, reverse("portal:home")))


@access(PUBLIC)
@require_POST
def care_switch(request: HttpRequest) -> HttpResponse:
    set_care_mode(request, on=request.POST.get("care") == "on")
    return redirect(safe_next(request))
