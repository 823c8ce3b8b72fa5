"""One person: the card, and what concerns the whole account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, actor_of
from accounts.directory import get_managed_person, get_person
from accounts.forms import refusals_on
from accounts.notices import tell
from accounts.people_forms import NameForm, PersonForm, PlaceForm
from accounts.rights import MANAGE_PEOPLE, VIEW_PEOPLE
from accounts.services.first_passwords import Secret, issue_password, release_person, reset_second_factor
from accounts.services.people import create_person, reactivate_person, rename_person, suspend_person


@access(VIEW_PEOPLE)
@never_cache
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "accounts/person.html", {"person": get_person(actor=actor_of(request), pk=pk)})


@access(MANAGE_PEOPLE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_add(request: HttpRequest) -> HttpResponse:
    """Role and town by GET; then the account with its first post. Answers with the one-time password, once."""
    actor = actor_of(request)
    place = PlaceForm(request.GET if "role" in request.GET else None, actor=actor)
    context: dict[str, object] = {"place": place}
    if not place.is_valid():
        return render(request, "accounts/person_add.html", context, status=422 if place.is_bound else 200)
    form = PersonForm(request.POST or None, actor=actor, role=place.chosen_role, town=place.chosen_town)
    if form.is_valid():
        with refusals_on(form):
            user, secret = create_person(actor=actor, **form.account(), terms=form.terms())
            return _show_secret(request, user.pk, secret)
    return render(request, "accounts/person_add.html", context | {"form": form}, status=422 if form.is_bound else 200)


@access(MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def person_rename(request: HttpRequest, pk: int) -> HttpResponse:
    card = get_managed_person(actor=actor_of(request), pk=pk)
    form = NameForm(request.POST or None, initial={"full_name": card.user.full_name})
    if form.is_valid():
        rename_person(actor=actor_of(request), pk=pk, **form.cleaned_data)
        tell(request, "姓名已修改。")
        return redirect("accounts:person", pk)
    context = {"person": card, "form": form}
    return render(request, "accounts/person_rename.html", context, status=422 if form.is_bound else 200)


@access(MANAGE_PEOPLE)
@require_POST
def person_suspend(request: HttpRequest, pk: int) -> HttpResponse:
    user = suspend_person(actor=actor_of(request), pk=pk)
    undo = reverse("accounts:person_reactivate", args=[pk])
    tell(request, f"已停用{user.full_name}的账号,他已打开的页面也不能再用。", undo=undo)
    return redirect("accounts:person", pk)


@access(MANAGE_PEOPLE)
@require_POST
def person_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    user = reactivate_person(actor=actor_of(request), pk=pk)
    tell(request, f"已恢复{user.full_name}的账号,密码和岗位不变。")
    return redirect("accounts:person", pk)


@access(MANAGE_PEOPLE, step_up=True)
@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def person_password(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, pk, "password")
    _, secret = issue_password(actor=actor_of(request), pk=pk)
    return _show_secret(request, pk, secret)


@access(MANAGE_PEOPLE, step_up=True)
@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def person_release(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, pk, "release")
    _, secret = release_person(actor=actor_of(request), pk=pk)
    return _show_secret(request, pk, secret, is_code=True)


@access(MANAGE_PEOPLE, step_up=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, pk, "second_factor")
    user = reset_second_factor(actor=actor_of(request), pk=pk)
    tell(request, f"已重置{user.full_name}的第二步验证,下次登录时重新绑定。")
    return redirect("accounts:person", pk)


def _ask(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """What will happen, before a step that cannot be taken back."""
    card = get_managed_person(actor=actor_of(request), pk=pk)
    return render(request, "accounts/person_confirm.html", {"person": card, "step": step})


def _show_secret(request: HttpRequest, pk: int, secret: Secret, *, is_code: bool = False) -> HttpResponse:
    """Shown in the answer to the POST and nowhere else."""
    card = get_person(actor=actor_of(request), pk=pk)
    context = {"person": card, "secret": secret, "is_code": is_code}
    return render(request, "accounts/person_secret.html", context)
