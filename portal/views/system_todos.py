"""What joined systems ask the post to do (业务系统待办)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.paging import take_page
from portal.selectors.system_todos import list_waiting_todos


@access(rights.RECEIVE_TODOS)
@require_safe
def todo_list(request: HttpRequest) -> HttpResponse:
    """The last sent first: a page is found again by its last row, which a missing due day cannot say."""
    found = list_waiting_todos(actor=actor_of(request))
    context = {"paging": take_page(found, request, key=["-pk"]), "today": localdate()}
    return render(request, "portal/todo_list.html", context)
