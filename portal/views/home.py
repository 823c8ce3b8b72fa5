"""The workbench (工作台)."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from accounts import rights
from accounts.access import access
from accounts.actors import Actor
from accounts.audit import record
from accounts.roles import Role
from portal.context import todo_of
from portal.navigation import url_of
from portal.selectors.workbench import get_workbench
from registry.models import Entity, Person


@dataclass(frozen=True, slots=True)
class Empty:
    """Why the list is empty, and where to go instead."""

    why: str
    url_name: str = ""
    label: str = ""

    @property
    def url(self) -> str:
        return url_of(self.url_name) if self.url_name else ""


NOTHING_LEFT = Empty("要填、要审、要处理的都做完了。有新的任务会出现在这里。")
WHY_EMPTY = {
    Role.DEPARTMENT_STAFF: Empty(
        "没有被退回的表单。要收集数据,请上传您现在用的 Excel。", "forms_engine:template_list", "去表单设计"
    ),
    Role.DATA_OFFICER: Empty("目前没有待办。", "registry:item_list", "看数据项目录"),
    Role.DISCIPLINE: Empty("目前没有待办的举报。纪检监察不接触居民数据。", "portal:discipline_list", "看举报受理"),
    Role.SYSTEM_ADMIN: Empty("目前没有待办。系统管理员负责运行,不接触居民数据。", "portal:status", "看运行状态"),
    Role.SECURITY_ADMIN: Empty("目前没有待办。安全管理员不接触居民数据。", "accounts:people", "看组织与人员"),
    Role.AUDIT_ADMIN: Empty("目前没有待办。审计管理员不接触居民数据。", "portal:audit_list", "看审计"),
}
"""A department or an administrator is not somebody whose reports are all done."""


@access(rights.WORK)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    work = get_workbench(actor=actor, now=now, todo=todo_of(request, actor))
    people = sorted({one.difference.subject_id for one in work.differences if one.difference.entity == Entity.PERSON})
    if people:  # their names stand in the list of differences
        record(actor, "home.read", subjects=(Person._meta.label_lower, people))
    context = {
        "actor": actor,
        "now": now,
        "today": localdate(now),
        "work": work,
        "empty": WHY_EMPTY.get(actor.role, NOTHING_LEFT),
    }
    return render(request, "portal/home.html", context)
