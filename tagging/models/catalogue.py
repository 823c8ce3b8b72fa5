"""The catalogue of tags (标签目录), and the requests that change it. No personal data."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.approvals.rules import State
from accounts.codes import SPAN
from accounts.models import Area, Department
from registry.catalogue import SUBJECTS
from registry.models import Entity
from tagging.codes import code_of

if TYPE_CHECKING:
    from accounts.actors import Actor


SUBJECT_CHOICES = [(one.value, one.label) for one in SUBJECTS]


class Kind(models.TextChoices):
    """A basic tag (基础标签) is attached by hand; a dynamic one (动态标签) follows from its condition."""

    BASIC = "basic", "基础标签"
    DYNAMIC = "dynamic", "动态标签"


class Colour(models.TextChoices):
    """Its value is the style of the chip; the word of the tag always stands on it."""

    PLAIN = "plain", "灰"
    ACT = "act", "蓝"
    DONE = "done", "绿"
    LATE = "late", "红"


class Definition(models.Model):
    """What a tag means. level: classification (GB/T 43697-2024), of a dynamic tag the highest of its items' and tags'.

    condition: tree of `registry.conditions`, {} for a basic tag. valid_until: last day that it is used.
    recheck_days: after how many days somebody looks at an assignment again. source: where a basic tag comes from, such
    as a register of a department. standard_code: of the city's catalogue, "" for a tag of our own.
    """

    name = models.CharField("名称", max_length=20)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    subject = models.CharField("对象", max_length=12, choices=SUBJECT_CHOICES, default=Entity.PERSON)
    level = models.PositiveSmallIntegerField("分级")
    meaning = models.CharField("含义", max_length=200)
    purpose = models.CharField("用途", max_length=200)
    source = models.CharField("来源", max_length=100, blank=True, db_default="")
    synonyms = ArrayField(
        models.CharField(max_length=20), verbose_name="同义词", default=list, blank=True, db_default=[]
    )
    standard_code = models.CharField("城市标准代码", max_length=30, blank=True, db_default="")
    condition = models.JSONField(default=dict, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    recheck_days = models.PositiveSmallIntegerField("复核周期(天)", null=True, blank=True)
    group = models.CharField("分组", max_length=20, blank=True)
    colour = models.CharField("颜色", max_length=10, choices=Colour, default=Colour.PLAIN)

    class Meta:
        abstract = True

    @property
    def is_dynamic(self) -> bool:
        return self.kind == Kind.DYNAMIC

    def definition(self) -> dict[str, Any]:
        """The values of a definition, to write them into another one."""
        return {field.name: getattr(self, field.name) for field in Definition._meta.get_fields()}


class TagQuerySet(models.QuerySet["Tag"]):
    def visible_to(self, actor: "Actor") -> "TagQuerySet":
        """Tags that hold somewhere in the post's scope: its area's, those around it and those inside it."""
        if actor.scope is None:
            return self.none()
        around = {actor.area_code - actor.area_code % span for span in SPAN.values()}
        return self.filter(Q(area__in=around) | Q(area__code__range=actor.scope))

    def live(self) -> "TagQuerySet":
        return self.filter(is_live=True)


class Tag(Definition):
    """A tag that the desk approved. It holds inside `area`; its key is small, because people carry it in arrays.

    version: how often it was approved. A retired tag (停用) stays: the history names it. merged_into: the live tag that
    it was merged into; whatever names the retired one means that one.
    """

    id = models.SmallAutoField(primary_key=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveSmallIntegerField("版本", default=1)
    is_live = models.BooleanField("在用", default=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    changed_at = models.DateTimeField("变更时间", auto_now=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = "标签"
        ordering = ["group", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["area", "name"], condition=Q(is_live=True), name="tag_name_once_per_area"),
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="tag_level_is_of_the_standard"),
            models.CheckConstraint(condition=Q(merged_into=None) | Q(is_live=False), name="merged_tags_are_retired"),
            models.CheckConstraint(
                condition=Q(kind=Kind.BASIC, condition={}) | Q(kind=Kind.DYNAMIC) & ~Q(condition={}),
                name="dynamic_tags_have_a_condition",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """How conditions and other systems name it."""
        return code_of(self.pk)

    @property
    def owner(self) -> str:
        """Needs area and department joined."""
        return str(self.department or self.area)


class TagChange(Definition):
    """A request to add, change, merge or retire a tag (标签申请).

    state: as its approval says, written by the hooks alone. tag: None until a new one is approved. into: of a merge,
    the tag that stays. area, department: of the requester.
    version, decided_at: that the tag got by it, and when; None until approved.
    """

    class Step(models.TextChoices):
        ADD = "add", "新增"
        CHANGE = "change", "修改"
        MERGE = "merge", "合并"
        RETIRE = "retire", "停用"
        IMPORT = "import", "导入"

    step = models.CharField("事项", max_length=10, choices=Step)
    tag = models.ForeignKey(Tag, models.PROTECT, null=True, blank=True, related_name="changes")
    into = models.ForeignKey(Tag, models.PROTECT, null=True, blank=True, related_name="+")
    bundle = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="parts")
    rows = models.JSONField(default=list, editable=False)
    reason = models.CharField("理由", max_length=200)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFTED)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveSmallIntegerField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "标签申请"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tag"],
                condition=Q(state__in=(State.SUBMITTED, State.RETURNED, State.WITHDRAWN)),
                name="one_open_change_per_tag",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}标签“{self.name}”"

    @property
    def can_revise(self) -> bool:
        return self.state in (State.DRAFTED, State.RETURNED, State.WITHDRAWN)
