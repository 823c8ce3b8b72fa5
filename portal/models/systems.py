"""Systems of departments (信息系统) that villages work in, and what each was admitted for. No personal data."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from accounts.codes import Level, ancestor, subtree
from accounts.models import Area, Department, Post
from accounts.rights import ADMIT_SYSTEMS, APPLY_SYSTEMS, holds
from accounts.roles import Role
from portal.systems.functions import Function
from registry.models import DataItem

if TYPE_CHECKING:
    from accounts.actors import Actor


class SystemQuerySet(models.QuerySet["System"]):
    def visible_to(self, actor: "Actor") -> "SystemQuerySet":
        """What was admitted in the actor's district; the own department's; at the desk what was handed in."""
        district = subtree(ancestor(actor.area_code, Level.DISTRICT), Level.DISTRICT)
        admitted = Q(department__area__code__range=district) & ~Q(state__in=(State.APPLYING, State.REFUSED))
        return self.filter(admitted | _kept_by(actor) | _at_desk(actor))

    def kept_by(self, actor: "Actor") -> "SystemQuerySet":
        """Those of the post's department: it applies, changes and closes."""
        return self.filter(_kept_by(actor))

    def at_desk_of(self, actor: "Actor") -> "SystemQuerySet":
        return self.filter(_at_desk(actor))

    def answered_for_by(self, actor: "Actor") -> "SystemQuerySet":
        """Those that the post keeps, and those at its desk: who sees how much a system is used."""
        return self.filter(_kept_by(actor) | _at_desk(actor))

    def usable_on_the_day(self) -> "SystemQuerySet":
        """Admitted, and still valid today."""
        return self.filter(state=State.ADMITTED, live__valid_until__gte=localdate())


class System(models.Model):
    """A system of a department. Its state is written by the hooks of its filings and by suspending alone.

    live: the filing it works under. filing_number: given once, with the first admission.
    """

    class State(models.TextChoices):
        APPLYING = "applying", "申请中"
        ADMITTED = "admitted", "在用"
        SUSPENDED = "suspended", "已暂停"
        RETIRED = "retired", "已退出"
        REFUSED = "refused", "未准入"

    name = models.CharField("系统名称", max_length=60)
    department = models.ForeignKey(Department, models.PROTECT, related_name="systems")
    state = models.CharField("状态", max_length=10, choices=State, default=State.APPLYING)
    filing_number = models.CharField("备案号", max_length=30, blank=True)
    live = models.OneToOneField("Filing", models.PROTECT, null=True, blank=True, related_name="+")
    admitted_on = models.DateField("准入日期", null=True)
    retired_on = models.DateField("退出日期", null=True)
    suspended_for = models.CharField("暂停原因", max_length=200, blank=True)
    created_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SystemQuerySet.as_manager()

    class Meta:
        verbose_name = "信息系统"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["department", "name"], name="one_system_of_a_name_per_department"),
            models.UniqueConstraint(
                fields=["filing_number"], condition=~Q(filing_number=""), name="system_filing_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("admitted", "suspended", "retired"))
                | Q(live__isnull=False, admitted_on__isnull=False) & ~Q(filing_number=""),
                name="an_admitted_system_has_a_filing",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        """Admitted, but the validity has run out. Needs `live` joined."""
        return self.state == self.State.ADMITTED and self.live is not None and self.live.is_over


State = System.State


class Filing(models.Model):
    """What a system asks to be admitted for (准入申请): new, changed, or closed. The approval's subject.

    An admitted filing never changes: a change is the next one. roles, areas: who may enter the system. state: where
    its approval stands, written by the approval's hooks alone. closing_on, data_fate, data_note: of a closure.
    """

    class Purpose(models.TextChoices):
        NEW = "new", "新建准入"
        CHANGE = "change", "变更"
        CLOSURE = "closure", "退出"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待审"
        RETURNED = "returned", "退回补充"
        ADMITTED = "admitted", "已备案"
        REFUSED = "refused", "不予备案"

    class DataFate(models.TextChoices):
        """What becomes of the data when the system closes."""

        MOVED = "moved", "移交数据部门,作为回流数据继续使用"
        ARCHIVED = "archived", "按档案规定归档封存"
        DESTROYED = "destroyed", "到期销毁并留存销毁记录"

    system = models.ForeignKey(System, models.CASCADE, related_name="filings")
    number = models.PositiveIntegerField("次", default=1)
    purpose = models.CharField("事项", max_length=10, choices=Purpose, default=Purpose.NEW)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    summary = models.CharField("用途", max_length=300, blank=True)
    functions = ArrayField(models.CharField(max_length=20, choices=Function), verbose_name="功能", default=list)
    description = models.TextField("功能说明", max_length=2000, blank=True)
    roles = ArrayField(models.CharField(max_length=30, choices=Role), verbose_name="使用岗位", default=list)
    areas = models.ManyToManyField(Area, related_name="+", verbose_name="使用范围")
    items = models.ManyToManyField(DataItem, related_name="+", verbose_name="采集的数据项", blank=True)
    other_items = models.CharField("采集的其他内容", max_length=500, blank=True)
    legal_basis = models.CharField("建设依据", max_length=300, blank=True)
    building_cost = models.DecimalField("建设费用(万元)", max_digits=10, decimal_places=2, null=True, blank=True)
    yearly_cost = models.DecimalField("每年运行费用(万元)", max_digits=10, decimal_places=2, null=True, blank=True)
    necessity = models.CharField("为什么不能用现有的系统和数据", max_length=500, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    reason = models.CharField("变更或退出的理由", max_length=300, blank=True)
    closing_on = models.DateField("停止使用日期", null=True, blank=True)
    data_fate = models.CharField("数据去向", max_length=10, choices=DataFate, blank=True)
    data_note = models.CharField("数据去向说明", max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = "系统准入申请"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["system", "number"], name="filing_number_once_per_system"),
            models.UniqueConstraint(
                fields=["system"],
                condition=Q(state__in=("draft", "submitted", "returned")),
                name="one_open_filing_per_system",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}第 {self.number} 次"

    @property
    def is_open(self) -> bool:
        """The department may still change it."""
        return self.state in (self.State.DRAFT, self.State.RETURNED)

    @property
    def is_over(self) -> bool:
        return self.valid_until is not None and self.valid_until < localdate()

    @property
    def is_closure(self) -> bool:
        return self.purpose == self.Purpose.CLOSURE

    @property
    def function_names(self) -> list[str]:
        return [Function(one).label for one in self.functions]

    @property
    def role_names(self) -> list[str]:
        return [Role(one).label for one in self.roles]


HANDED_IN = (Filing.State.SUBMITTED, Filing.State.RETURNED, Filing.State.ADMITTED, Filing.State.REFUSED)
"""A draft is the department's own business."""


def _kept_by(actor: "Actor") -> Q:
    kept = actor.department_id if holds(actor, APPLY_SYSTEMS) else None
    return Q(department=kept) if kept is not None else Q(pk__in=[])


def _at_desk(actor: "Actor") -> Q:
    if not holds(actor, ADMIT_SYSTEMS) or actor.scope is None:
        return Q(pk__in=[])
    handed_in = Filing.objects.filter(system=OuterRef("pk"), state__in=HANDED_IN)
    return Q(Exists(handed_in), department__area__code__range=actor.scope)
