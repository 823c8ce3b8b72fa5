"""What joined systems ask the post to do (业务系统待办)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import rights
from accounts.access import access, actor_of
from accounts.paging import take_page
from portal.selectors.system_todos import get_waiting_todo, list_waiting_todos
from portal.services.sign_on.directory import open_system


@access(rights.RECEIVE_TODOS)
@require_safe
def todo_list(request: HttpRequest) -> HttpResponse:
    """The last sent first: a page is found again by its last row, which a missing due day cannot say."""
    found = list_waiting_todos(actor=actor_of(request))
    context = {"paging": take_page(found, request, key=["-pk"]), "today": localdate()}
    return render(request, "portal/todo_list.html", context)


@access(rights.RECEIVE_TODOS)
@never_cache
@require_POST
def todo_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens the page of the system where it is done, logged in by the portal; see `portal.views.directory`."""
    actor = actor_of(request)
    todo = get_waiting_todo(actor=actor, pk=pk)
    entrance, url = open_system(actor=actor, pk=todo.system_id, path=todo.path)
    return render(request, "portal/leaving.html", {"url": url, "name": entrance.system.name})
