"""Demo tags (演示标签): a dozen that villages really use, through the same steps as any other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.actors import Actor
from accounts.jobs import run_job
from accounts.models import Job, Post
from accounts.scope import acting_as
from registry.models import Entity
from tagging.evaluation.keeping import REFRESH
from tagging.models import Colour, Kind, Tag, TagChange
from tagging.selectors.changes import get_approval_of
from tagging.services.desk import approve_change, propose_tag

DISTRICT_ADMIN = "xujing"
CIVIL, POLICE, TOWN = "zhangmin", "yangfan", "guwenjie"
"""Usernames of who asks: of departments for the district; the town for what departments see masked."""


def at_least(years: int) -> dict[str, Any]:
    return {"item": "person.age", "op": ">=", "value": years}


def is_so(item: str) -> dict[str, Any]:
    return {"item": item, "op": "=", "value": True}


@dataclass(frozen=True, slots=True)
class DemoTag:
    """condition: {} for a basic tag, whose level is typed. more: further values of the definition."""

    name: str
    asked_by: str
    meaning: str
    purpose: str
    condition: Mapping[str, Any] = field(default_factory=dict)
    group: str = "老人"
    subject: Entity = Entity.PERSON
    more: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        kind = Kind.DYNAMIC if self.condition else Kind.BASIC
        own = {name: getattr(self, name) for name in ("name", "meaning", "purpose", "group", "subject")}
        usual = {"level": 2, "colour": Colour.PLAIN, "synonyms": [], "valid_until": None, "recheck_days": None}
        return usual | own | {"kind": kind, "condition": dict(self.condition)} | dict(self.more)


TAGS = (
    DemoTag("老年人", CIVIL, "满 60 周岁的常住人口", "养老服务", {"all": [at_least(60)]}, more={"synonyms": ["老人"]}),
    DemoTag(
        "高龄老人",
        CIVIL,
        "满 80 周岁的常住人口",
        "高龄津贴、上门探访",
        {"all": [at_least(80)]},
        more={"colour": Colour.ACT, "synonyms": ["高龄", "80岁以上老人"]},
    ),
    DemoTag("百岁老人", CIVIL, "满 100 周岁的常住人口", "慰问、长寿保健费", {"all": [at_least(100)]}),
    DemoTag(
        "学龄前儿童",
        CIVIL,
        "未满 7 周岁的常住人口",
        "儿童关爱、入学摸底",
        {"all": [{"item": "person.age", "op": "<", "value": 7}]},
        group="儿童",
    ),
    DemoTag(
        "独居老人",
        TOWN,
        "满 60 周岁,独自居住",
        "定期探访",
        {"all": [at_least(60), is_so("person.is_elderly_alone")]},
        more={"colour": Colour.LATE, "recheck_days": 180, "synonyms": ["孤老"]},
    ),
    DemoTag(
        "空巢老人",
        TOWN,
        "满 60 周岁,子女都不在身边",
        "定期探访",
        {"all": [at_least(60), is_so("person.is_empty_nest")]},
        more={"recheck_days": 180},
    ),
    DemoTag("低保对象", TOWN, "正在领取最低生活保障金", "救助、慰问", {"all": [is_so("person.is_low_income")]}, "救助"),
    DemoTag("退役军人", TOWN, "登记为退役军人", "拥军优抚", {"all": [is_so("person.is_veteran")]}, group="优抚"),
    DemoTag(
        "出租房",
        POLICE,
        "登记为出租的房屋",
        "租赁管理、消防检查",
        {"all": [is_so("dwelling.is_rented")]},
        group="房屋",
        subject=Entity.DWELLING,
    ),
    DemoTag(
        "危房",
        POLICE,
        "安全等级为 C 级或 D 级的房屋",
        "汛期、台风转移",
        {"all": [{"item": "dwelling.safety_level", "op": "in", "value": ["C", "D"]}]},
        group="房屋",
        subject=Entity.DWELLING,
        more={"colour": Colour.LATE},
    ),
    DemoTag(
        "需要送餐",
        CIVIL,
        "行动不便、做饭困难,本人愿意由助餐点送餐的",
        "老年助餐",
        more={"recheck_days": 90, "source": "入户走访", "synonyms": ["助餐对象"]},
    ),
    DemoTag(
        "党员中心户",
        TOWN,
        "经村居党组织确定的党员中心户",
        "联系群众",
        group="党建",
        subject=Entity.HOUSEHOLD,
        more={"recheck_days": 365, "source": "村居党组织"},
    ),
)
CARED_FOR = DemoTag(
    "重点探访老人", TOWN, "高龄且独居的老人", "每周探访一次", more={"colour": Colour.LATE, "recheck_days": 90}
)
"""Made of two of the others, so its condition needs their codes."""
MADE_OF = ("高龄老人", "独居老人")


def seed_tags() -> int:
    """Ask for and approve the demo tags, and work them out. Returns how many were new; a second run adds nothing.

    Needs the demo people (`seed --demo`); raises Post.DoesNotExist without them.
    """
    new = sum(_seed(tag, tag.values()) for tag in TAGS)
    parts = [tag.code for tag in Tag.objects.live().filter(name__in=MADE_OF)]
    if len(parts) == len(MADE_OF):
        condition = {"all": [{"tag": code} for code in parts]}
        new += _seed(CARED_FOR, CARED_FOR.values() | {"kind": Kind.DYNAMIC, "condition": condition})
    for job in Job.objects.filter(kind=REFRESH, state=Job.State.WAITING).order_by("-pk")[:1] if new else ():
        run_job(job.pk)
    return new


def _seed(tag: DemoTag, values: Mapping[str, Any]) -> bool:
    """Whether it was new: one that somebody changed or ended since stays as it is."""
    if TagChange.objects.filter(name=tag.name).exists():
        return False
    maker, desk = _actor(tag.asked_by), _actor(DISTRICT_ADMIN)
    with acting_as(maker):
        change = propose_tag(actor=maker, values=values, reason="日常工作要用")
    with acting_as(desk):
        approve_change(actor=desk, change=change, seen=get_approval_of(actor=desk, change=change).version)
    return True


def _actor(username: str) -> Actor:
    post = Post.objects.with_context().filter(user__username=username).order_by("pk")[:1].get()
    return post.as_actor(second_factor=True)
