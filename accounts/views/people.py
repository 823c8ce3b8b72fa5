"""Who works in the area."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.chips import list_chips
from accounts.directory import PeopleFilter, list_posts
from accounts.forms import PeopleFilterForm
from accounts.paging import take_page
from accounts.rights import holds


@access(rights.VIEW_PEOPLE)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    form = PeopleFilterForm(request.GET)
    wanted = PeopleFilter(**form.cleaned_data) if form.is_valid() else PeopleFilter()
    found = list_posts(actor=request.actor, wanted=wanted)  # type: ignore[attr-defined]
    page = take_page(found, request, key=("area_id", "pk"), total=found.count())
    context = {
        "form": form,
        "page": page,
        "lines": [(post, post.state_on(localdate())) for post in page.rows],
        "chips": list_chips(request, form),
        "clear_url": request.path,
        "may_manage": holds(actor_of(request), rights.MANAGE_PEOPLE),
    }
    return render(request, "accounts/people.html", context)
