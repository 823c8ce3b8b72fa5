"""The workbench (工作台)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import rights
from accounts.access import access
from accounts.actors import Actor
from accounts.roles import Role
from portal.selectors.workbench import get_workbench

NOTHING_LEFT = "要填、要审、要处理的都做完了。有新的任务会出现在这里。"
WHY_EMPTY = {
    Role.DEPARTMENT_STAFF: "没有被退回的表单。要收集数据,请到“表单设计”上传您现在用的 Excel。",
    Role.DATA_OFFICER: "目前没有待办。数据项的口径、分级和主管部门见“数据项目录”。",
    Role.SYSTEM_ADMIN: "目前没有待办。系统管理员负责运行,不接触居民数据;各项服务的情况见“运行状态”。",
    Role.SECURITY_ADMIN: "目前没有待办。安全管理员不接触居民数据;账号和岗位见“组织与人员”。",
    Role.AUDIT_ADMIN: "目前没有待办。审计管理员不接触居民数据;谁做过什么见“审计”。",
}
"""Why the list is empty: a department or an administrator is not somebody whose reports are all done."""


@access(rights.WORK)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    context = {
        "actor": actor,
        "now": now,
        "work": get_workbench(actor=actor, now=now),
        "why_empty": WHY_EMPTY.get(actor.role, NOTHING_LEFT),
    }
    return render(request, "portal/home.html", context)
