"""Roles (角色): what a post is for. A user has none; a post has exactly one."""

from django.db.models import TextChoices


class Role(TextChoices):
    COMMUNITY_WORKER = "community_worker", "社区工作者"
    GRID_WORKER = "grid_worker", "网格员"
    TOWN_ADMIN = "town_admin", "镇街管理员"
    DISTRICT_ADMIN = "district_admin", "区管理员"
    DEPARTMENT_STAFF = "department_staff", "部门工作人员"
    DATA_OFFICER = "data_officer", "数据专员"
    DISCIPLINE = "discipline", "纪检监察"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


SECOND_FACTOR_ROLES = frozenset(
    {Role.TOWN_ADMIN, Role.DISTRICT_ADMIN, Role.DEPARTMENT_STAFF, Role.DATA_OFFICER, Role.DISCIPLINE}
    | {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
)
"""Roles that may open nothing until a second factor has been given in this session."""

UNSCOPED_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""The three separated administrators (三员): they see no row about a resident, whatever their area."""

HIGHEST_LEVEL = 4
CLEARANCE: dict[Role, int] = {
    Role.COMMUNITY_WORKER: 3,
    Role.GRID_WORKER: 3,
    Role.TOWN_ADMIN: 3,
    Role.DISTRICT_ADMIN: 2,
    Role.DEPARTMENT_STAFF: 2,
    Role.DATA_OFFICER: 2,
    Role.DISCIPLINE: 0,
    Role.SYSTEM_ADMIN: 0,
    Role.SECURITY_ADMIN: 0,
    Role.AUDIT_ADMIN: 0,
}
"""Highest classification level (GB/T 43697-2024, 1 to 4) that a role reads unmasked inside its scope."""
