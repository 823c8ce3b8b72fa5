"""Grants (数据授权): which unit may read which items of a dataset, where, what for and how long. No personal data."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import BaseConstraint
from django.utils.timezone import localdate

from accounts.approvals.rules import State
from accounts.codes import Range, around, contains, level_of, subtree
from accounts.models import Area, Department, Post
from accounts.rights import DECIDE_DATASETS, holds
from accounts.roles import HIGHEST_LEVEL, Role
from data_return.models.datasets import Dataset

if TYPE_CHECKING:
    from accounts.actors import Actor

ENDING_DAYS = 14
"""So many days before its end a grant is shown as ending, so that it is renewed in time."""


OF_AREAS = (Role.DISTRICT_ADMIN, Role.TOWN_ADMIN, Role.COMMUNITY_WORKER, Role.GRID_WORKER)
"""Who works for an area, not for a department."""


class Scenario(models.TextChoices):
    """What the records are used for (使用场景)."""

    FILLING = "filling", "填报时预填和核对"
    SERVICE = "service", "走访服务和帮扶"
    CHECKING = "checking", "核对登记的信息"
    STATISTICS = "statistics", "统计分析"
    EMERGENCY = "emergency", "应急处置"


class Terms(models.Model):
    """What is asked for and what is granted. area, department: the unit; department None for an area's own posts.

    readers: roles of the unit and below that read. areas: codes of communities, towns or districts inside the unit's
    area, none inside another. clearance: level up to which a department reads unmasked under this grant; None for
    posts of areas, which read as their role does. since, until: first and last day.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    readers = ArrayField(models.CharField(max_length=30, choices=Role), verbose_name="使用人员")
    items = ArrayField(models.CharField(max_length=80), verbose_name="数据项")
    areas = ArrayField(models.BigIntegerField(), verbose_name="区域")
    clearance = models.PositiveSmallIntegerField("可见级别", null=True)
    scenario = models.CharField("使用场景", max_length=12, choices=Scenario)
    purpose = models.CharField("用途", max_length=200)
    since = models.DateField("起始日期")
    until = models.DateField("截止日期")

    class Meta:
        abstract = True

    def terms(self) -> dict[str, Any]:
        """The values, to write them into another one."""
        return {field.name: getattr(self, field.name) for field in Terms._meta.get_fields()}

    @property
    def unit(self) -> str:
        """Who reads: 城桥镇, or 区民政局. Needs area and department joined."""
        return str(self.department or self.area)

    @property
    def ranges(self) -> list[Range]:
        return [subtree(code, level_of(code)) for code in self.areas]

    def reaches(self, area_code: int) -> bool:
        """Whether a record there belongs to the granted areas."""
        return any(contains(area, area_code) for area in self.ranges)

    def readers_in_words(self) -> str:
        return "、".join(str(Role(role).label) for role in self.readers)


_TERMS: list[BaseConstraint] = [
    models.CheckConstraint(condition=Q(since__lte=F("until")), name="%(class)s_ends_after_its_beginning"),
    models.CheckConstraint(
        condition=Q(items__len__gt=0, areas__len__gt=0, readers__len__gt=0), name="%(class)s_opens_something"
    ),
    models.CheckConstraint(
        condition=Q(clearance=None) | Q(department__isnull=False, clearance__lt=HIGHEST_LEVEL),
        name="%(class)s_never_unmasks_the_highest_level",
    ),
]


class GrantRequest(Terms):
    """A request (授权申请). state: as its approval says, written by the hooks alone. renews: the grant it follows."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    renews = models.ForeignKey("Grant", models.PROTECT, null=True, related_name="renewals")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFTED)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "数据授权申请"
        ordering = ["-pk"]
        constraints = _TERMS

    def __str__(self) -> str:
        return f"{self.unit}使用“{self.dataset}”"

    @property
    def can_revise(self) -> bool:
        return self.state in (State.RETURNED, State.WITHDRAWN)


class GrantQuerySet(models.QuerySet["Grant"]):
    def live_on(self, day: date) -> "GrantQuerySet":
        return self.filter(since__lte=day, until__gte=day, revoked_at=None)

    def opening_to(self, actor: "Actor") -> "GrantQuerySet":
        """Those that the post reads under: its role, its department or an area around it."""
        areas = Q(department=None, area__in=around(actor.area_code))
        unit = areas | Q(department=actor.department_id) if actor.department_id else areas
        return self.filter(unit, readers__contains=[actor.role.value])

    def governed_by(self, actor: "Actor") -> "GrantQuerySet":
        """Those that the post's side may narrow and revoke: the source department, the data authority of the area."""
        found = Q(dataset__in=Dataset.objects.kept_by(actor).values("pk"))
        if holds(actor, DECIDE_DATASETS) and actor.scope is not None:
            found |= Q(area__code__range=actor.scope)
        return self.filter(found)

    def visible_to(self, actor: "Actor") -> "GrantQuerySet":
        """Those that the post reads under, governs, or that belong to its own unit."""
        own = of_unit(actor)
        mine = Q(pk__in=self.model.objects.opening_to(actor).values("pk"))
        return self.filter(mine | own | Q(pk__in=self.model.objects.governed_by(actor).values("pk")))


class Grant(Terms):
    """What both sides consented to. It opens records from the first to the last day, until it is revoked.

    Narrowed in place; the audit log tells what it was before.
    """

    request = models.OneToOneField(GrantRequest, models.PROTECT, related_name="grant")
    granted_at = models.DateTimeField("授权时间", auto_now_add=True)
    revoked_at = models.DateTimeField("撤销时间", null=True)
    revoked_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    revoke_reason = models.CharField("撤销原因", max_length=200, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = "数据授权"
        ordering = ["-pk"]
        constraints = _TERMS
        indexes = [models.Index(fields=["area", "until"], name="grant_of_area")]

    def __str__(self) -> str:
        return f"{self.unit}使用“{self.dataset}”"

    def state_on(self, day: date) -> str:
        """In a word, for lists."""
        if self.revoked_at is not None:
            return "已撤销"
        if self.until < day:
            return "已到期"
        return "未开始" if self.since > day else "使用中"

    def is_live_on(self, day: date) -> bool:
        return self.revoked_at is None and self.since <= day <= self.until

    @property
    def days_left(self) -> int:
        """Days from today to the last one; negative after it."""
        return (self.until - localdate()).days

    @property
    def is_ending(self) -> bool:
        return self.is_live_on(localdate()) and self.days_left <= ENDING_DAYS


class GrantUse(models.Model):
    """One reading of records under a grant; append-only. rows: how many were read. No personal data."""

    class How(models.TextChoices):
        CARD = "card", "查看居民和房屋"
        LIST = "list", "浏览名单"
        WHY = "why", "查询为什么看得到"
        PREFILL = "prefill", "预填报表"
        CONDITION = "condition", "按条件筛选"
        COMPARE = "compare", "比对"

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="uses")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    how = models.CharField("方式", max_length=12, choices=How)
    rows = models.IntegerField("条数")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "数据使用记录"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.get_how_display()


def of_unit(actor: "Actor") -> Q:
    """Requests and grants of the post's own unit: its department, else its area, if it works for that."""
    if actor.department_id is not None:
        return Q(department=actor.department_id)
    return Q(department=None, area=actor.area_code) if actor.role in OF_AREAS else Q(pk__in=[])
