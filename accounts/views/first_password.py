"""The first page of an account that was opened with a one-time password."""

from typing import cast

from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access import FIRST_PASSWORD, access
from accounts.forms import FirstPasswordForm, refusals_on
from accounts.models import User
from accounts.notices import tell
from accounts.redirects import safe_next
from accounts.services.first_passwords import choose_first_password


@access(FIRST_PASSWORD)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first_password(request: HttpRequest) -> HttpResponse:
    user, to = cast(User, request.user), safe_next(request)
    if not user.must_change_password:
        return redirect(to)
    form = FirstPasswordForm(user, request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            choose_first_password(
                request,
                user=user,
                password=form.cleaned_data["new_password1"],
                code=form.cleaned_data.get("code", ""),
            )
            tell(request, "密码已设置好,以后请用它登录。")
            return redirect(to)
    context = {"form": form, "next": to, "rules": password_validators_help_texts()}
    return render(request, "accounts/first_password.html", context, status=422 if form.is_bound else 200)
