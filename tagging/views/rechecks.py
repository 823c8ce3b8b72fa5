"""Looking at assignments again (复核): which tags wait, and who carries them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access, actor_of
from accounts.audit import record, those
from accounts.errors import DomainError, NotAllowed
from accounts.forms import refusals_on
from accounts.notices import tell
from accounts.rights import ATTACH_TAGS
from registry.layouts import LAYOUTS
from tagging.forms import RecheckForm
from tagging.models import Tag
from tagging.selectors.catalogue import get_tag, may_see_carriers
from tagging.selectors.rechecks import list_due_of, list_due_tags
from tagging.selectors.subjects import lines_of, list_known
from tagging.services.hand import check_tag, remove_tag
from tagging.views.hand import chosen_in

SHOWN = 50


@access(ATTACH_TAGS)
@require_safe
def recheck_list(request: HttpRequest) -> HttpResponse:
    tags = list_due_tags(actor=actor_of(request))
    return render(request, "tagging/recheck_list.html", {"tags": tags})


@access(ATTACH_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
def recheck_tag(request: HttpRequest, pk: int) -> HttpResponse:
    """The longest waiting first; what was looked at leaves the page, so the next ones move up."""
    actor = actor_of(request)
    tag = get_tag(actor=actor, pk=pk)
    if not may_see_carriers(actor, tag):
        raise NotAllowed
    form = RecheckForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            tell(request, _take(request, tag, form))
            return redirect("tagging:recheck_tag", pk)
    return _page(request, tag, form)


def _take(request: HttpRequest, tag: Tag, form: RecheckForm) -> str:
    actor, ids, reason = actor_of(request), chosen_in(request), form.cleaned_data["reason"]
    if form.cleaned_data["answer"] == "yes":
        done = check_tag(actor=actor, tag=tag, ids=ids, reason=reason)
        return f"已复核 {done.changed} 个,下次在 {tag.recheck_days} 天后。"
    if not reason:
        raise DomainError("去掉标签要写明理由。", field="reason")
    done = remove_tag(actor=actor, tag=tag, ids=ids, reason=reason)
    return f"已给 {done.changed} 个去掉“{tag.name}”。"


def _page(request: HttpRequest, tag: Tag, form: RecheckForm) -> HttpResponse:
    actor = actor_of(request)
    waiting = list_due_of(actor=actor, tag=tag) if tag.recheck_days else None
    rows: list[Any] = list(waiting[:SHOWN]) if waiting is not None else []
    looked = {row.subject_id: row.looked_at for row in rows}
    subjects = sorted(
        list_known(actor=actor, entity=tag.subject, ids=looked), key=lambda one: list(looked).index(one.pk)
    )
    record(actor, "tag.rechecks_listed", tag, subjects=those(subjects))
    lines = lines_of(subjects, tag.subject, actor)
    context = {
        "tag": tag,
        "form": form,
        "lines": [(line, looked[line.pk]) for line in lines],
        "total": waiting.count() if waiting is not None else 0,
        "noun": LAYOUTS[tag.subject].noun,
    }
    return render(request, "tagging/recheck_tag.html", context, status=422 if form.errors else 200)
