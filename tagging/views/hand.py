"""Tags by hand: what was chosen on a list, which tag and why; and taking the last step back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import access, actor_of
from accounts.audit import record, those
from accounts.errors import NotFound
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.redirects import safe_next
from accounts.rights import ATTACH_TAGS
from registry.layouts import LAYOUTS
from tagging.forms import HandForm
from tagging.selectors.catalogue import list_basic_tags, list_hidden_tags
from tagging.selectors.subjects import check_entity, lines_of, list_subjects
from tagging.services.hand import MOST, attach_tag, remove_tag, undo_by_hand

STEPS = {"attach": (attach_tag, "打上"), "remove": (remove_tag, "去掉")}


@access(ATTACH_TAGS)
@require_POST
def hand(request: HttpRequest, entity: str) -> HttpResponse:
    """The page with who was chosen; with a tag, the step itself."""
    actor, entity = actor_of(request), check_entity(entity)
    ids, back = chosen_in(request), safe_next(request, reverse(f"registry:{entity}_list"))
    subjects = list_subjects(actor=actor, entity=entity, ids=ids[:MOST])
    tags, hidden = list_basic_tags(actor=actor, entity=entity), list_hidden_tags(actor=actor)
    form = HandForm(request.POST if "step" in request.POST else None, tags=tags, hidden=hidden)
    if form.is_valid():
        step, word = STEPS[form.cleaned_data["step"]]
        with refusals_on(form):
            tag = form.tags[form.cleaned_data["tag"]]
            done = step(actor=actor, tag=tag, ids=ids, reason=form.cleaned_data["reason"])
            noun = LAYOUTS[entity].noun
            told = f"已给 {done.changed} 个{noun}{word}“{tag.name}”,24 小时之内可以撤销。"
            tell(request, told, undo=reverse("tagging:hand_undo", args=[done.batch]) if done.changed else "")
            return redirect(back)
    record(actor, "tag.subjects_chosen", subjects=those(subjects))
    context = {
        "form": form,
        "lines": lines_of(subjects, entity, actor),
        "noun": LAYOUTS[entity].noun,
        "entity": entity,
        "back": back,
        "left_out": max(0, len(ids) - MOST),
        "most": MOST,
    }
    return render(request, "tagging/hand.html", context, status=422 if form.errors else 200)


@access(ATTACH_TAGS)
@require_POST
def hand_undo(request: HttpRequest, batch: UUID) -> HttpResponse:
    tag = undo_by_hand(actor=actor_of(request), batch=batch)
    tell(request, f"已撤销,“{tag.name}”恢复为原来的样子。")
    return go(request, "tagging:tag_detail", tag.pk)


def chosen_in(request: HttpRequest) -> list[int]:
    """Keys that were ticked, each once. Raises NotFound for what is no key."""
    given = dict.fromkeys(request.POST.getlist("subject"))
    if not all(key.isascii() and key.isdigit() and len(key) < 19 for key in given):
        raise NotFound
    return [int(key) for key in given]
