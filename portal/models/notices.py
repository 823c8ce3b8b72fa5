"""Notices (通知) to areas and roles, what of them units have read, and the library of guides (操作指南)."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from accounts.codes import Level, ancestor, around, subtree
from accounts.models import Area, Department, Post
from accounts.rights import DECIDE_NOTICES, SEND_NOTICES, holds
from accounts.roles import UNSCOPED_ROLES, Role
from registry.evidence import Kind

if TYPE_CHECKING:
    from accounts.actors import Actor

READERS = [role for role in Role if role not in UNSCOPED_ROLES]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def addressed_to(self, actor: "Actor") -> "NoticeQuerySet":
        """Those in force today for the role and the area of the post."""
        today = localdate()
        here = Notice.areas.through.objects.filter(notice=OuterRef("pk"), area__in=around(actor.area_code))
        in_force = self.filter(state=Notice.State.PUBLISHED, since__lte=today, until__gte=today)
        return in_force.filter(Exists(here), roles__contains=[actor.role.value])

    def unread_by(self, actor: "Actor") -> "NoticeQuerySet":
        """Of these, those that nobody of the post's unit has opened."""
        read = NoticeReceipt.objects.filter(notice=OuterRef("pk"), **unit_of(actor))
        return self.addressed_to(actor).exclude(Exists(read))

    def sent_by(self, actor: "Actor") -> "NoticeQuerySet":
        """Those of the post's town, district or department."""
        if not holds(actor, SEND_NOTICES):
            return self.none()
        return self.filter(area=actor.area_code, department=actor.department_id)

    def at_desk_of(self, actor: "Actor") -> "NoticeQuerySet":
        """Those of departments that the district decides on, but for drafts."""
        if not holds(actor, DECIDE_NOTICES) or actor.scope is None:
            return self.none()
        return self.filter(area__code__range=actor.scope, department__isnull=False).exclude(state=Notice.State.DRAFT)


class Notice(models.Model):
    """A notice of a district, a town or a department. area: who sends it. department: None where the area does.

    areas, roles: to whom. since, until: days on which it is shown, both included. state: of a department's notice
    written by the hooks of its approval.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待区里审核"
        RETURNED = "returned", "退回修改"
        REFUSED = "refused", "未同意"
        PUBLISHED = "published", "已发布"
        RECALLED = "recalled", "已撤回"

    title = models.CharField("标题", max_length=80)
    body = models.TextField("内容", max_length=4000)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    areas = models.ManyToManyField(Area, related_name="+", verbose_name="发给哪里")
    roles = ArrayField(models.CharField(max_length=30, choices=Role), verbose_name="发给哪些岗位", default=list)
    since = models.DateField("起始日期")
    until = models.DateField("截止日期")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    published_at = models.DateTimeField("发布时间", null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "通知"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "until"], name="notice_in_force")]
        constraints = [
            models.CheckConstraint(condition=Q(since__lte=models.F("until")), name="notice_ends_after_its_beginning"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="published_notice_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def sender(self) -> str:
        """Needs area and department joined."""
        return str(self.department or self.area)

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.RETURNED)

    @property
    def role_names(self) -> list[str]:
        return [Role(one).label for one in self.roles]


class NoticeFile(models.Model):
    """An attachment: the pages of a PDF or a photo, made harmless at upload."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="files")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=5, choices=Kind)
    sealed = models.TextField(editable=False)

    class Meta:
        verbose_name = "通知附件"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class NoticeReceipt(models.Model):
    """That a unit has opened a notice (已读): a village, town, district or department, never a person."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="receipts")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    read_on = models.DateField("阅读日期")

    class Meta:
        verbose_name = "通知已读"
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "area", "department"], nulls_distinct=False, name="one_receipt_per_unit"
            )
        ]

    def __str__(self) -> str:
        return f"已读 {self.pk}"


class GuideQuerySet(models.QuerySet["Guide"]):
    def visible_to(self, actor: "Actor") -> "GuideQuerySet":
        """Guides of the post's district that are not taken off."""
        district = subtree(ancestor(actor.area_code, Level.DISTRICT), Level.DISTRICT)
        return self.filter(area__code__range=district, retired_on__isnull=True)


class Guide(models.Model):
    """A guide (操作指南) of the library: one PDF, found by category and words."""

    class Category(models.TextChoices):
        FILLING = "filling", "填报"
        RESIDENTS = "residents", "居民与房屋"
        RETURNED = "returned", "回流数据"
        BUSINESS = "business", "业务政策"
        ACCOUNT = "account", "账号与安全"
        OTHER = "other", "其他"

    title = models.CharField("标题", max_length=80)
    summary = models.CharField("说明", max_length=300, blank=True)
    category = models.CharField("类别", max_length=12, choices=Category)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    sealed = models.TextField(editable=False)
    added_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    added_on = models.DateField("上传日期")
    retired_on = models.DateField("下架日期", null=True)

    objects = GuideQuerySet.as_manager()

    class Meta:
        verbose_name = "操作指南"
        ordering = ["category", "-pk"]

    def __str__(self) -> str:
        return self.title


def unit_of(actor: "Actor") -> dict[str, int | None]:
    """The unit that reads: the department, else the village of a grid, else the area of the post."""
    if actor.department_id is not None:
        return {"area_id": actor.area_code, "department_id": actor.department_id}
    below = actor.area_level in (Level.GRID, Level.MICROGRID)
    area = ancestor(actor.area_code, Level.COMMUNITY) if below else actor.area_code
    return {"area_id": area, "department_id": None}
