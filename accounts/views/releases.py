"""Accounts that wait for a release code (待放行), and their codes as a list, given once."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.access import access, actor_of
from accounts.directory import list_waiting
from accounts.exporting import as_download, write_table
from accounts.forms import refusals_on
from accounts.models import User
from accounts.rights import MANAGE_PEOPLE
from accounts.services.first_passwords import release_people

HEADERS = ("姓名", "用户名", "放行码")


class WaitingForm(forms.Form):
    people = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": "请先勾选要放行的人。", "invalid_choice": "名单刚刚变了,请重新勾选。"}
    )

    def __init__(self, data: Any, *, waiting: list[User]) -> None:
        super().__init__(data)
        self.fields["people"].choices = [(user.pk, user.full_name) for user in waiting]  # type: ignore[attr-defined]


@access(MANAGE_PEOPLE, step_up=True)
@never_cache
@sensitive_variables("given", "rows")
@require_http_methods(["GET", "HEAD", "POST"])
def people_waiting(request: HttpRequest) -> HttpResponse:
    """POST answers with the codes as Excel; they are shown nowhere else."""
    waiting = list_waiting(actor=actor_of(request))
    form = WaitingForm(request.POST if request.method == "POST" else None, waiting=waiting)
    if form.is_valid():
        with refusals_on(form):
            given = release_people(actor=actor_of(request), pks=form.cleaned_data["people"])
            rows = [(user.full_name, user.username, secret.text) for user, secret in given]
            return as_download(write_table("放行码", HEADERS, rows), "放行码.xlsx")
    context = {"waiting": waiting, "form": form, "error": form.errors.get("people", [])}
    return render(request, "accounts/people_waiting.html", context, status=422 if form.is_bound else 200)
