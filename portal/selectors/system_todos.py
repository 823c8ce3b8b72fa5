"""Reads of the to-dos of joined systems: those of one system, for its machine, and those that wait for a post."""

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.actors import Actor
from accounts.errors import NotFound
from portal.models import Entrance, System, SystemTodo


def list_sending_systems(*, actor: Actor, state: str = "") -> QuerySet[System]:
    """Systems of the actor's department that were admitted, with the filing in force. state: only those in it."""
    found = System.objects.kept_by(actor).filter(live__isnull=False).select_related("live")
    return found.filter(state=state) if state else found


def get_sending_system(*, actor: Actor, pk: int) -> System:
    """Raises NotFound for another department's, and for one that was never admitted."""
    system = list_sending_systems(actor=actor).filter(pk=pk).first()
    if system is None:
        raise NotFound
    return system


def list_todos_of(system: System, *, actor: Actor, state: str = "") -> QuerySet[SystemTodo]:
    found: QuerySet[SystemTodo] = SystemTodo.objects.visible_to(actor).filter(system=system)
    return found.filter(state=state) if state else found


def get_todo_of(system: System, *, actor: Actor, reference: str) -> SystemTodo:
    """Raises NotFound."""
    todo = list_todos_of(system, actor=actor).filter(reference=reference).first()
    if todo is None:
        raise NotFound
    return todo


def list_waiting_todos(*, actor: Actor) -> QuerySet[SystemTodo]:
    """What waits for the post in joined systems, the first due first, those without a day last.

    can_open: whether the post enters the system from here.
    """
    entrances = Entrance.objects.open_to(actor).filter(system=OuterRef("system_id"))
    found: QuerySet[SystemTodo] = SystemTodo.objects.waiting_for(actor).select_related("system__department")
    return found.annotate(can_open=Exists(entrances)).order_by(F("due_on").asc(nulls_last=True), "pk")


def get_waiting_todo(*, actor: Actor, pk: int) -> SystemTodo:
    """Raises NotFound for what waits for others, and for what was closed meanwhile."""
    todo: SystemTodo | None = SystemTodo.objects.waiting_for(actor).filter(pk=pk).first()
    if todo is None:
        raise NotFound("这件事已经办结或取消了,或者不是发给您这个岗位的。请返回待办刷新后再看。")
    return todo
