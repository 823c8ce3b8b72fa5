"""Joint review (联审意见) as the asked department sees it: the forms of others, and its own opinion on each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.approvals.pages import seen_in
from accounts.approvals.selectors import is_requester
from accounts.errors import Conflict
from accounts.forms import refusals_on
from accounts.htmx import go
from accounts.notices import tell
from accounts.paging import take_page
from forms_engine.desk_forms import OpinionForm
from forms_engine.selectors.admissions import get_opinion, list_opinions, list_opinions_to_give
from forms_engine.selectors.facts import get_facts
from forms_engine.services.admit import give_opinion_on_version


@access(rights.GIVE_OPINIONS)
@require_safe
def opinion_list(request: HttpRequest) -> HttpResponse:
    """What waits for the department comes first, then everything it was ever asked."""
    actor = actor_of(request)
    asked = list_opinions(actor=actor)
    context = {
        "waiting": list_opinions_to_give(actor=actor).select_related("approval__department").order_by("due_on", "pk"),
        "paging": take_page(asked, request, key=["-pk"], total=asked.count()),
    }
    return render(request, "forms_engine/opinion_list.html", context)


@access(rights.GIVE_OPINIONS)
@require_http_methods(["GET", "POST"])
def opinion_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the form asks, and the opinion that is posted to it. A second opinion is answered 409."""
    actor = actor_of(request)
    review, version = get_opinion(actor=actor, pk=pk)
    form = OpinionForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form, past=(Conflict,)):
            give_opinion_on_version(actor=actor, version=version, seen_round=seen_in(request), **form.cleaned_data)
            tell(request, f"{review.name}对“{version.template.name}”的意见已提交,由区里汇总后决定。")
            return go(request, "forms_engine:opinion_list")
    context = {
        "review": review,
        "approval": review.approval,
        "version": version,
        "form": form,
        "facts": get_facts(version=version, on=localdate(), clearance=actor.clearance),
        "own": is_requester(actor=actor, approval=review.approval),
    }
    return render(request, "forms_engine/opinion_detail.html", context, status=422 if form.errors else 200)
