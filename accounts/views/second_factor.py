"""Pages of the second factor: give it, bind an app by QR code, see the recovery codes once."""

import base64
from typing import cast

import qrcode
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from qrcode.image.svg import SvgPathImage

from accounts.access import SIGNED_IN, access
from accounts.forms import CodeForm, FirstCodeForm, refusals_on
from accounts.known_browsers import browser_of
from accounts.models import AppDevice, User
from accounts.redirects import safe_next
from accounts.selectors import get_second_factor_state
from accounts.services.second_factor import (
    begin_enrolment,
    confirm_enrolment,
    is_verified,
    pass_second_factor,
    renew_recovery_codes,
)
from accounts.step_up import is_fresh, logged_in_just_now


@access(SIGNED_IN)
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    user, to, back = cast(User, request.user), safe_next(request), safe_next(request, "", name="back")
    if is_fresh(request):
        return _go_on(request, to, back)
    if not get_second_factor_state(user_id=user.pk).exists:
        return redirect(f"{reverse('accounts:second_factor_setup')}?{urlencode({'next': to})}")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            pass_second_factor(request, user=user, code=form.cleaned_data["code"])
            return _go_on(request, to, back)
    context = {"form": form, "next": to, "back": back, "again": is_verified(user)}
    return render(request, "accounts/second_factor.html", context, status=422 if form.is_bound else 200)


@access(SIGNED_IN)
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_setup(request: HttpRequest) -> HttpResponse:
    user, to = cast(User, request.user), safe_next(request)
    if is_verified(user) and get_second_factor_state(user_id=user.pk).exists and not is_fresh(request):
        return redirect(f"{reverse('accounts:second_factor')}?{urlencode({'next': request.get_full_path()})}")
    device = begin_enrolment(user=user)
    form = _enrolment_form(request, user)
    if form.is_valid():
        with refusals_on(form):
            codes = confirm_enrolment(request, user=user, code=form.cleaned_data["code"])
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": to, "is_new": True})
    context = {"form": form, "next": to, "picture": _qr_code(device), "secret": _secret(device)}
    return render(request, "accounts/second_factor_setup.html", context, status=422 if form.is_bound else 200)


@access(SIGNED_IN, step_up=True)
@never_cache
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    codes = renew_recovery_codes(user=cast(User, request.user))
    context = {"codes": codes, "next": reverse("accounts:me"), "is_new": False}
    return render(request, "accounts/recovery_codes.html", context)


def _enrolment_form(request: HttpRequest, user: User) -> CodeForm:
    """Whoever logged in just now, or gave a code just now, is the person; of anybody else the password is asked for."""
    if is_fresh(request) or logged_in_just_now(request) or not user.has_usable_password():
        return CodeForm(request.POST or None)
    return FirstCodeForm(user, request.POST or None, browser=browser_of(request, user.username))


def _go_on(request: HttpRequest, to: str, back: str) -> HttpResponse:
    """On to the page that asked; a download instead starts on a page that leads back to where it was asked for."""
    if not back:
        return redirect(to)
    return render(request, "accounts/download_ready.html", {"file": to, "back": back})


def _qr_code(device: AppDevice) -> str:
    """Key URI of the device as an SVG picture in a data: address."""
    picture = qrcode.make(device.config_url, image_factory=SvgPathImage, border=2).to_string()
    return "data:image/svg+xml;base64," + base64.b64encode(picture).decode()


def _secret(device: AppDevice) -> str:
    """The secret in base32, in groups of four, for typing into an app without a camera."""
    text = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
