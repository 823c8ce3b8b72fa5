"""A list of users with posts from Excel: read and checked whole, each error with its row and column.

The columns are those of the template; a person with several posts takes several rows of the same user name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.actors import Actor
from accounts.codes import Level, ancestor
from accounts.delegation import AREA_LEVELS, Holding, clash, may_manage
from accounts.errors import DomainError
from accounts.models import Area, Department, GridKind, Post, User
from accounts.people_forms import USERNAME, USERNAME_RULE
from accounts.places import list_departments, list_open_areas
from accounts.roles import Role
from accounts.services.granting import PostTerms, check_terms
from accounts.xlsx import UploadRefused, Workbook

HEADERS = ("姓名", "用户名", "角色", "区划", "部门", "队员类别", "起始日期", "截止日期")
FIELDS = ("full_name", "username", "role", "area", "department", "kind", "valid_from", "valid_until")
COLUMN_OF = dict(zip(FIELDS, HEADERS, strict=True))
MOST_ROWS = 200
EXAMPLES = (
    ("阿卜杜热合曼·买买提", "abudu", "网格员", "南门居委会/第一网格", "", "专职网格员", "2026-12-01", ""),
    ("陈晓", "chenxiao", "社区工作者", "南门居委会", "", "", "", "2027-12-31"),
)
"""Rows of the template: two made-up people."""

ReadRow = dict[str, Any]
"""number: row as Excel shows it; the FIELDS as text."""
RowError = dict[str, Any]
"""row, column (header), message."""


@dataclass(frozen=True, slots=True)
class CheckedRow:
    number: int
    full_name: str
    username: str
    terms: PostTerms


class RowRefused(Exception):
    def __init__(self, field: str, message: str) -> None:
        self.field, self.message = field, message
        super().__init__(message)


def read_list(workbook: Workbook) -> list[ReadRow]:
    """Rows under the template's header in the first sheet that has it. Raises UploadRefused."""
    for sheet in workbook.sheets:
        for place, row in enumerate(sheet.rows[:20]):
            heads = [_text(cell) for cell in row]
            if all(header in heads for header in HEADERS):
                rows = list(_rows(sheet.rows[place + 1 :], [heads.index(header) for header in HEADERS], place + 2))
                return _counted(rows)
    raise UploadRefused(f"没有找到表头。请用下载的模板填写,表头是:{'、'.join(HEADERS)}。")


def _rows(lines: Iterable[Any], columns: list[int], first: int) -> Iterator[ReadRow]:
    for number, line in enumerate(lines, first):
        texts = [_text(line[column]) if column < len(line) else "" for column in columns]
        if any(texts):
            yield {"number": number, **dict(zip(FIELDS, texts, strict=True))}


def _counted(rows: list[ReadRow]) -> list[ReadRow]:
    if not rows:
        raise UploadRefused("表头下面没有内容。请填写后再上传。")
    if len(rows) > MOST_ROWS:
        raise UploadRefused(f"一次最多 {MOST_ROWS} 行,这个文件有 {len(rows)} 行。请分成几个文件上传。")
    return rows


def check_list(actor: Actor, rows: list[ReadRow]) -> tuple[list[CheckedRow], list[RowError]]:
    """The rows that can be written, and what is wrong with the others. Four queries, however many rows."""
    ground = _Ground(actor, rows)
    good: list[CheckedRow] = []
    errors: list[RowError] = []
    for row in rows:
        try:
            good.append(ground.check(row))
        except RowRefused as refusal:
            errors.append(
                {"row": row["number"], "column": COLUMN_OF.get(refusal.field, ""), "message": refusal.message}
            )
    return good, errors


class _Ground:
    """What the rows are checked against: areas and departments in reach, users of these names, rows before."""

    def __init__(self, actor: Actor, rows: list[ReadRow]) -> None:
        self.actor = actor
        self.areas = {area.pk: area for area in list_open_areas(actor)}
        self.departments: dict[str, list[Department]] = {}
        for department in list_departments(actor):
            self.departments.setdefault(department.name, []).append(department)
        self.by_name: dict[str, list[Area]] = {}
        for area in self.areas.values():
            self.by_name.setdefault(area.name, []).append(area)
        self.users = {
            user.username: user for user in User.objects.filter(username__in={row["username"] for row in rows})
        }
        self.posts: dict[str, list[Post]] = {}
        for post in Post.objects.filter(user__in=self.users.values(), is_active=True).select_related("user"):
            self.posts.setdefault(post.user.username, []).append(post)
        self.before: dict[str, list[CheckedRow]] = {}

    def check(self, row: ReadRow) -> CheckedRow:
        self._check_account(row)
        terms = PostTerms(
            role=(role := self._role(row)),
            area=self._area(row, role),
            department=self._department(row),
            kind=_choice(row, "kind", {kind.label: kind.value for kind in GridKind}) if row["kind"] else "",
            valid_from=_date(row, "valid_from"),
            valid_until=_date(row, "valid_until"),
        )
        self._check_post(row, terms)
        checked = CheckedRow(row["number"], row["full_name"], row["username"], terms)
        self.before.setdefault(row["username"], []).append(checked)
        return checked

    def _check_account(self, row: ReadRow) -> None:
        name, username = row["full_name"], row["username"]
        if not name or len(name) > 50:
            raise RowRefused("full_name", "请填写姓名,最多 50 个字。")
        if not re.fullmatch(USERNAME, username):
            raise RowRefused("username", USERNAME_RULE)
        known = [user.full_name for user in [self.users.get(username)] if user]
        known += [earlier.full_name for earlier in self.before.get(username, [])]
        if any(other != name for other in known):
            raise RowRefused("username", "这个用户名已属于另一个人,请换一个。")
        if username in self.users and not self._sees(username):
            raise RowRefused("username", "这个用户名已有人使用,请换一个。")

    def _sees(self, username: str) -> bool:
        """An account is known to who sees one of its posts; nobody adds to the own one."""
        user = self.users[username]
        return user.pk != self.actor.user_id and any(
            post.area_id in self.areas for post in self.posts.get(username, [])
        )

    def _role(self, row: ReadRow) -> Role:
        return Role(_choice(row, "role", {role.label: role.value for role in Role}))

    def _area(self, row: ReadRow, role: Role) -> Area:
        """By code (12 or 18 digits) or by name, the names above it before it where one name is not enough."""
        text = row["area"]
        if text.isascii() and text.isdigit():
            found = [area for area in [self.areas.get(int(text) * (10**6 if len(text) == 12 else 1))] if area]
        else:
            names = [part.strip() for part in re.split(r"[/、>]", text) if part.strip()]
            named = self.by_name.get(names[-1], []) if names else []
            found = [area for area in named if area.level in AREA_LEVELS[role] and self._is_below(area, names[:-1])]
        if not found:
            raise RowRefused("area", "在您的范围内没有这个区划。请写全名,如“南门居委会/第一网格”,或写代码。")
        if len(found) > 1:
            raise RowRefused("area", f"有 {len(found)} 个同名的区划。请在前面写上级的名称,用 / 分开,或写代码。")
        return found[0]

    def _is_below(self, area: Area, names: list[str]) -> bool:
        above = {
            self.areas[code].name
            for level in (Level.DISTRICT, Level.TOWN, Level.COMMUNITY, Level.GRID)
            if (code := ancestor(area.pk, level)) in self.areas
        }
        return all(name in above for name in names)

    def _department(self, row: ReadRow) -> Department | None:
        if not row["department"]:
            return None
        found = self.departments.get(row["department"], [])
        if len(found) != 1:
            raise RowRefused("department", "没有这个部门,或者有几个同名的。请写部门全称。")
        return found[0]

    def _check_post(self, row: ReadRow, terms: PostTerms) -> None:
        owner = self.users[row["username"]].pk if row["username"] in self.users else 0
        if not may_manage(self.actor, Holding(owner, terms.role, terms.area.pk)):
            raise RowRefused("role", "这个角色的岗位不归您管理。")
        try:
            check_terms(terms)
        except DomainError as refusal:
            raise RowRefused(refusal.field or "role", refusal.message) from refusal
        earlier = [one.terms for one in self.before.get(row["username"], [])]
        if any((one.role, one.area, one.department) == (terms.role, terms.area, terms.department) for one in earlier):
            raise RowRefused("username", "这个人的这个岗位在上面的行里已经有了。")
        held = {Role(post.role) for post in self.posts.get(row["username"], [])} | {one.role for one in earlier}
        if clash(held | {terms.role}):
            raise RowRefused("role", "系统、安全、审计三员必须分开,不能与其他岗位由同一人担任。")


def _choice(row: ReadRow, field: str, labels: dict[str, str]) -> str:
    if row[field] not in labels:
        raise RowRefused(field, f"“{COLUMN_OF[field]}”请填其中之一:{'、'.join(labels)}。")
    return labels[row[field]]


def _date(row: ReadRow, field: str) -> date | None:
    text = row[field]
    if not text:
        return None
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    try:
        return date(*map(int, parts.groups())) if parts else _refuse_date(field)
    except ValueError:
        return _refuse_date(field)


def _refuse_date(field: str) -> date:
    raise RowRefused(field, "日期请写成 2026-12-01 的样子。")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
