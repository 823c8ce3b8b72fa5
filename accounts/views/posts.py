"""Posts of a person: add, change, move, end, hand over."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access, actor_of
from accounts.codes import Level, ancestor
from accounts.directory import get_managed_post, get_person
from accounts.forms import refusals_on
from accounts.handover import label_of
from accounts.notices import tell
from accounts.people_forms import MoveForm, PlaceForm, PostForm, SuccessorForm, ValidityForm
from accounts.rights import MANAGE_PEOPLE
from accounts.roles import Role
from accounts.services.granting import add_post, change_post, end_post, move_post, reopen_post
from accounts.services.handing_over import Moved, count_open_work, hand_over, list_successors


@access(MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def post_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Role and town by GET, then the post. pk: of the user."""
    actor = actor_of(request)
    place = PlaceForm(request.GET if "role" in request.GET else None, actor=actor)
    context: dict[str, object] = {"person": get_person(actor=actor, pk=pk), "place": place}
    if not place.is_valid():
        return render(request, "accounts/post_add.html", context, status=422 if place.is_bound else 200)
    form = PostForm(request.POST or None, actor=actor, role=place.chosen_role, town=place.chosen_town)
    if form.is_valid():
        with refusals_on(form):
            post = add_post(actor=actor, user_id=pk, terms=form.terms())
            tell(request, "已增加岗位。", undo=reverse("accounts:post_end", args=[post.pk]))
            return redirect("accounts:person", pk)
    return render(request, "accounts/post_add.html", context | {"post": form}, status=422 if form.is_bound else 200)


@access(MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def post_edit(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_managed_post(actor=actor_of(request), pk=pk)
    form = ValidityForm(request.POST or None, post=post)
    if form.is_valid():
        with refusals_on(form):
            change_post(actor=actor_of(request), post_id=pk, **form.cleaned_data)
            tell(request, "岗位已修改。")
            return redirect("accounts:person", post.user_id)
    context = {"post": post, "form": form}
    return render(request, "accounts/post_edit.html", context, status=422 if form.is_bound else 200)


@access(MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def post_move(request: HttpRequest, pk: int) -> HttpResponse:
    """To another area of the same kind; `town` by GET where it lies in another town."""
    actor, post = actor_of(request), get_managed_post(actor=actor_of(request), pk=pk)
    town = ancestor(post.area_id, Level.TOWN)
    place = PlaceForm({"role": post.role, "town": request.GET.get("town", town)}, actor=actor)
    context: dict[str, object] = {"post": post, "place": place, "work": _in_words(count_open_work(post))}
    if not place.is_valid():
        return render(request, "accounts/post_move.html", context, status=422)
    form = MoveForm(request.POST or None, actor=actor, role=Role(post.role), town=place.chosen_town)
    if form.is_valid():
        with refusals_on(form):
            moved = move_post(actor=actor, post_id=pk, to_area=form.cleaned_data["area"])
            tell(request, f"已调动到{moved.area.name},原岗位已结束。")
            return redirect("accounts:person", post.user_id)
    return render(request, "accounts/post_move.html", context | {"form": form}, status=422 if form.is_bound else 200)


@access(MANAGE_PEOPLE)
@require_POST
def post_end(request: HttpRequest, pk: int) -> HttpResponse:
    post = end_post(actor=actor_of(request), post_id=pk)
    left = _in_words(count_open_work(post))
    sentence = f"已结束岗位:{post.title}。" + (f"还有未完的工作没有交接:{left}。" if left else "")
    tell(request, sentence, undo=reverse("accounts:post_reopen", args=[pk]))
    return redirect("accounts:person", post.user_id)


@access(MANAGE_PEOPLE)
@require_POST
def post_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    post = reopen_post(actor=actor_of(request), post_id=pk)
    tell(request, f"已恢复岗位:{post.title}。")
    return redirect("accounts:person", post.user_id)


@access(MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def post_handover(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_managed_post(actor=actor_of(request), pk=pk)
    form = SuccessorForm(request.POST or None, successors=list(list_successors(post)))
    if form.is_valid():
        with refusals_on(form):
            given = form.cleaned_data
            moved = hand_over(actor=actor_of(request), post_id=pk, to_post_id=given["successor"], end=given["end"])
            tell(request, f"已交接:{_in_words(moved) or '没有未完的工作'}。")
            return redirect("accounts:person", post.user_id)
    context = {"post": post, "form": form, "work": _in_words(count_open_work(post))}
    return render(request, "accounts/post_handover.html", context, status=422 if form.is_bound else 200)


def _in_words(work: Moved) -> str:
    return "、".join(f"{label_of(code)} {count} 件" for code, count in work.items())
