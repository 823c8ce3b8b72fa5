"""Scopes (接口范围): the areas of the API that a machine may be opened for, and the right that each one needs."""

from collections.abc import Iterable

from django.db.models import TextChoices

from accounts import rights
from accounts.roles import Role


class ApiScope(TextChoices):
    """What a token says. A machine needs both: the scope in its token and the right in its post."""

    FORMS = "forms", "查看可汇总的表单、版本、下发和进度"
    TOTALS = "totals", "读取汇总数"
    ROWS = "rows", "逐页读取审核通过的明细行"
    EXPORTS = "exports", "生成和下载导出文件"
    REPORTS = "reports", "查看本辖区的报表和填报行"
    CELLS = "cells", "填写本辖区的报表"
    TAGS = "tags", "读取标签目录和本辖区的标签标注"
    PROPOSALS = "proposals", "申请新增、修改标签,查看申请办到哪一步"
    TODOS = "todos", "发送、办结和取消业务系统待办"


SCOPE_RIGHTS: dict[ApiScope, str] = {
    ApiScope.FORMS: rights.COLLECT_REPORTS,
    ApiScope.TOTALS: rights.COLLECT_REPORTS,
    ApiScope.ROWS: rights.COLLECT_REPORTS,
    ApiScope.EXPORTS: rights.COLLECT_REPORTS,
    ApiScope.REPORTS: rights.READ_REPORTS,
    ApiScope.CELLS: rights.FILL_REPORTS,
    ApiScope.TAGS: rights.VIEW_TAGS,
    ApiScope.PROPOSALS: rights.PROPOSE_TAGS,
    ApiScope.TODOS: rights.SEND_TODOS,
}
STANDS_FOR_STEP_UP = frozenset({ApiScope.ROWS, ApiScope.EXPORTS})
"""Scopes that open a view which asks a person for a fresh second factor. No other such view opens to a machine."""

MACHINE_ROLES = (Role.DEPARTMENT_STAFF, Role.COMMUNITY_WORKER)
"""Posts a machine may hold: those that the API has something for, and never an administrator's."""


def list_scopes_of(role: Role) -> list[ApiScope]:
    """Scopes that a post of the role can use."""
    return [scope for scope, right in SCOPE_RIGHTS.items() if right in rights.ROLE_RIGHTS[role]]


def list_misfits(role: Role, scopes: Iterable[str]) -> list[ApiScope]:
    """Those of `scopes` that the role holds no right for."""
    fitting = list_scopes_of(role)
    return [ApiScope(scope) for scope in scopes if scope not in fitting]
