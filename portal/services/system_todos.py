"""What a joined system does with its to-dos: ask, change, close. Each call may be repeated.

The system is locked for the length of a step, so that two calls about one reference come one after the other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from accounts.actors import Actor
from accounts.audit import record
from accounts.codes import Level, contains, level_of, subtree
from accounts.errors import Conflict, DomainError
from accounts.models import Area
from accounts.rights import SEND_TODOS, require
from accounts.roles import Role
from portal.models import System, SystemTodo
from portal.selectors.system_todos import get_sending_system, get_todo_of, list_todos_of

MOST_OPEN = 500
"""Open to-dos of one system for one role in one area: beyond that it is a second work system, not a reminder."""
WORKS_AT: Mapping[str, tuple[Level, ...]] = {
    Role.COMMUNITY_WORKER: (Level.COMMUNITY,),
    Role.GRID_WORKER: (Level.GRID, Level.MICROGRID),
    Role.TOWN_ADMIN: (Level.TOWN,),
}
"""Who can be asked, and the level of the area that the post stands at."""
_LONG_NUMBER = re.compile(r"\d{11}")
State = SystemTodo.State


class NotAdmitted(DomainError):
    code = "not_admitted"


class PersonalNumber(DomainError):
    code = "personal_number"
    default = "待办里不能写身份证号、手机号等号码:只写要办的事,人员在系统里看。"


class TooMany(DomainError):
    code = "too_many_open"
    default = f"这个岗位在本系统已有 {MOST_OPEN} 条待办,请先办结或取消一部分。"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a to-do says. area: 18-digit code."""

    title: str
    area: int
    role: str
    path: str = ""
    due_on: date | None = None


@transaction.atomic
def put_todo(*, actor: Actor, system_id: int, reference: str, asked: Asked) -> tuple[SystemTodo, bool]:
    """The to-do as asked, and whether it is new. The same call again changes nothing.

    Raises NotFound, NotAdmitted, PersonalNumber, TooMany, and Conflict for one that was closed or has another receiver.
    """
    require(actor, SEND_TODOS)
    system = _lock(actor, system_id)
    _check(actor, system, reference, asked)
    todo = list_todos_of(system, actor=actor).filter(reference=reference).first()
    if todo is None:
        return _create(actor, system, reference, asked), True
    _change(actor, todo, asked)
    return todo, False


@transaction.atomic
def close_todo(*, actor: Actor, system_id: int, reference: str, outcome: str) -> SystemTodo:
    """outcome: State.DONE or State.CANCELLED. Raises NotFound, and Conflict where it was closed the other way."""
    require(actor, SEND_TODOS)
    todo = get_todo_of(_lock(actor, system_id), actor=actor, reference=reference)
    if todo.state == outcome:
        return todo
    if todo.state != State.OPEN:
        raise Conflict(f"这条待办已经是“{todo.get_state_display()}”,不能再改。")
    todo.state, todo.closed_at = State(outcome), now()
    todo.save(update_fields=["state", "closed_at", "changed_at"])
    record(actor, "todo.closed", todo, system=todo.system_id, outcome=str(outcome))
    return todo


def _lock(actor: Actor, pk: int) -> System:
    system = get_sending_system(actor=actor, pk=pk)
    System.objects.select_for_update(no_key=True).get(pk=pk)
    return system


def _check(actor: Actor, system: System, reference: str, asked: Asked) -> None:
    if not System.objects.usable_on_the_day().filter(pk=system.pk).exists() or system.live is None:
        raise NotAdmitted("系统没有在用(已暂停、到期或退出),不能发待办。")
    if any(_LONG_NUMBER.search(text) for text in (reference, asked.title, asked.path)):
        raise PersonalNumber
    if asked.role not in system.live.roles:
        raise NotAdmitted("这个岗位不在系统准入的使用岗位里。", field="role")
    level = level_of(asked.area)
    known = Area.objects.filter(code=asked.area).exists() and actor.scope is not None
    if level not in WORKS_AT.get(asked.role, ()) or not known or not contains(actor.scope or (1, 0), asked.area):
        raise NotAdmitted("没有找到这个岗位所在的区划。", field="area")
    admitted = [subtree(area.code, area.level) for area in system.live.areas.all()]
    if not any(contains(one, asked.area) for one in admitted):
        raise NotAdmitted("这个区划不在系统准入的使用范围里。", field="area")


def _create(actor: Actor, system: System, reference: str, asked: Asked) -> SystemTodo:
    waiting = list_todos_of(system, actor=actor, state=State.OPEN).filter(area_code=asked.area, role=asked.role)
    if waiting.count() >= MOST_OPEN:
        raise TooMany
    todo: SystemTodo = SystemTodo.objects.create(
        system=system, reference=reference, area_code=asked.area, role=asked.role, **_words(asked)
    )
    record(actor, "todo.created", todo, system=system.pk)
    return todo


def _change(actor: Actor, todo: SystemTodo, asked: Asked) -> None:
    if (todo.area_code, todo.role) != (asked.area, asked.role):
        raise Conflict("这个编号的待办已经发给别的岗位。请取消它,用新的编号再发。")
    changed = [name for name, value in _words(asked).items() if getattr(todo, name) != value]
    if not changed:
        return
    if todo.state != State.OPEN:
        raise Conflict(f"这条待办已经是“{todo.get_state_display()}”,不能再改。")
    for name in changed:
        setattr(todo, name, _words(asked)[name])
    todo.save(update_fields=[*changed, "changed_at"])
    record(actor, "todo.changed", todo, system=todo.system_id)


def _words(asked: Asked) -> dict[str, Any]:
    return {"title": asked.title, "path": asked.path, "due_on": asked.due_on}
