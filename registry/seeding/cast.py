"""The demo cast (演示人物): departments of the district, and a user for every role. Made-up people, fictional names."""

from dataclasses import dataclass

from django.db import transaction

from accounts.codes import SPAN, Level
from accounts.demo import DEMO_PASSWORD
from accounts.models import Department, GridKind, Post, User
from accounts.roles import Role
from registry.rules.pinyin import spell_name
from registry.seeding.districts import CHONGMING, DEMO_COMMUNITIES, DEMO_TOWN
from registry.seeding.grids import GRIDS, microgrids_of

DEPARTMENTS = {
    "区民政局": "民政",
    "区残联": "残联",
    "区医保局": "医保",
    "区卫生健康委": "卫健",
    "区消防救援支队": "消防",
    "区人力资源社会保障局": "人社",
    "区教育局": "教育",
    "区农业农村委": "农业农村",
    "区退役军人事务局": "退役军人",
    "区市场监管局": "市监",
    "区房管局": "住建",
    "崇明公安分局": "公安",
    "区数据局": "数据",
}
"""Name and short name: the short name is the steward that the catalogue names."""
NANMEN, HUAYUANLONG, XIMINGOU, DONGHEYAN, BEIMEN, XIMEN, CHENGQIAO_VILLAGE = DEMO_COMMUNITIES

FIRST_MICROGRID = microgrids_of(NANMEN)[0]
"""Its smallest unit (最小作战单元) is complete: one member of each kind."""


@dataclass(frozen=True, slots=True)
class CastMember:
    """areas: one post for each. department: name of a department of the district. kind: of a grid worker."""

    name: str
    role: Role
    areas: tuple[int, ...]
    department: str = ""
    kind: str = ""

    @property
    def username(self) -> str:
        return spell_name(self.name)[0].replace(" ", "").replace("·", "")


def _grids(community: int) -> tuple[int, ...]:
    return tuple(community + nth * SPAN[Level.GRID] for nth in range(1, GRIDS + 1))


CAST = (
    CastMember("陈秀英", Role.COMMUNITY_WORKER, (NANMEN, HUAYUANLONG)),
    CastMember("王建国", Role.COMMUNITY_WORKER, (NANMEN,)),
    CastMember("黄志明", Role.COMMUNITY_WORKER, (HUAYUANLONG,)),
    CastMember("沈丽娟", Role.COMMUNITY_WORKER, (XIMINGOU,)),
    CastMember("倪红", Role.COMMUNITY_WORKER, (DONGHEYAN,)),
    CastMember("茅晓燕", Role.COMMUNITY_WORKER, (BEIMEN,)),
    CastMember("朱永康", Role.COMMUNITY_WORKER, (XIMEN,)),
    CastMember("施汉平", Role.COMMUNITY_WORKER, (CHENGQIAO_VILLAGE,)),
    CastMember("施卫东", Role.GRID_WORKER, _grids(NANMEN)),
    CastMember("陆燕", Role.GRID_WORKER, _grids(HUAYUANLONG)),
    CastMember("袁军", Role.GRID_WORKER, _grids(XIMINGOU)),
    CastMember("龚芳", Role.GRID_WORKER, _grids(DONGHEYAN)),
    CastMember("蔡勇", Role.GRID_WORKER, _grids(BEIMEN)),
    CastMember("宋敏", Role.GRID_WORKER, _grids(XIMEN)),
    CastMember("樊国良", Role.GRID_WORKER, _grids(CHENGQIAO_VILLAGE)),
    CastMember("郁建平", Role.GRID_WORKER, (FIRST_MICROGRID,), kind=GridKind.POLICE),
    CastMember("顾菊珍", Role.GRID_WORKER, (FIRST_MICROGRID,), kind=GridKind.HEAD),
    CastMember("阿卜杜热合曼·买买提", Role.GRID_WORKER, (FIRST_MICROGRID,), kind=GridKind.WORKER),
    CastMember("黄海", Role.GRID_WORKER, (FIRST_MICROGRID,), kind=GridKind.ASSISTANT),
    CastMember("顾文杰", Role.TOWN_ADMIN, (DEMO_TOWN,)),
    CastMember("徐静", Role.DISTRICT_ADMIN, (CHONGMING,)),
    CastMember("张敏", Role.DEPARTMENT_STAFF, (CHONGMING,), "区民政局"),
    CastMember("李芳", Role.DEPARTMENT_STAFF, (CHONGMING,), "区残联"),
    CastMember("周颖", Role.DEPARTMENT_STAFF, (CHONGMING,), "区医保局"),
    CastMember("吴俊", Role.DEPARTMENT_STAFF, (CHONGMING,), "区卫生健康委"),
    CastMember("秦勇", Role.DEPARTMENT_STAFF, (CHONGMING,), "区消防救援支队"),
    CastMember("杨帆", Role.DEPARTMENT_STAFF, (CHONGMING,), "崇明公安分局"),
    CastMember("钱磊", Role.DATA_OFFICER, (CHONGMING,), "区数据局"),
    CastMember("范慧", Role.DATA_OFFICER, (CHONGMING,), "区残联"),
    CastMember("潘建华", Role.DATA_OFFICER, (CHONGMING,), "区民政局"),
    CastMember("韩松", Role.DISCIPLINE, (CHONGMING,)),
    CastMember("孟瑶", Role.DISCIPLINE, (CHONGMING,)),
    CastMember("俞涛", Role.SYSTEM_ADMIN, (CHONGMING,)),
    CastMember("汤洁", Role.SECURITY_ADMIN, (CHONGMING,)),
    CastMember("郭宁", Role.SECURITY_ADMIN, (CHONGMING,)),
    CastMember("季平", Role.AUDIT_ADMIN, (CHONGMING,)),
)


@transaction.atomic
def seed_cast() -> int:
    """Departments, users and posts that are not there yet; those that are stay as they are. Returns new users."""
    departments = _seed_departments()
    known = set(User.objects.filter(username__in=[one.username for one in CAST]).values_list("username", flat=True))
    missing = [one for one in CAST if one.username not in known]
    for one in missing:
        user = User.objects.create_user(one.username, DEMO_PASSWORD, full_name=one.name)
        department = departments.get(one.department)
        Post.objects.bulk_create(
            Post(user=user, role=one.role, area_id=area, department=department, kind=one.kind) for area in one.areas
        )
    return len(missing)


def _seed_departments() -> dict[str, Department]:
    found = {}
    for name, short_name in DEPARTMENTS.items():
        found[name], _ = Department.objects.get_or_create(
            area_id=CHONGMING, name=name, defaults={"short_name": short_name}
        )
    return found
