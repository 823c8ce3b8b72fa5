"""Datasets (回流数据集): what a department gives back, described before any record comes. No personal data."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast
from guardian.models import GroupObjectPermission
from guardian.shortcuts import get_objects_for_group

from accounts.codes import around
from accounts.models import Department, Post
from accounts.rights import DECIDE_DATASETS, PUBLISH_DATASETS, REQUEST_GRANTS, holds
from registry.catalogue import SUBJECTS
from registry.models import DataItem, Entity

if TYPE_CHECKING:
    from accounts.actors import Actor

SUBJECT_CHOICES = [(one.value, one.label) for one in SUBJECTS]
PUBLISH = "data_return.publish_dataset"
"""Object grant of a department's group: its data officers register, change and publish this dataset."""
APPLY = "data_return.apply_dataset"
"""Object grant of an area's or a department's group: units of that area, or that department, may apply for records."""


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, actor: "Actor") -> "DatasetQuerySet":
        """Published ones of departments around or inside the post's area, the own ones, and those at its desk."""
        if actor.scope is None:
            return self.none()
        near = Q(department__area__in=around(actor.area_code)) | Q(department__area__code__range=actor.scope)
        published = Q(live__isnull=False) & near
        return self.filter(published | Q(pk__in=self.kept_by(actor).values("pk")) | _at_desk(actor))

    def kept_by(self, actor: "Actor") -> "DatasetQuerySet":
        """Those that a data officer's department publishes, by its object grant; none for other roles."""
        if not holds(actor, PUBLISH_DATASETS):
            return self.none()
        department = Department.objects.select_related("group").filter(pk=actor.department_id or 0).first()
        if department is None:
            return self.none()
        granted = get_objects_for_group(department.group, PUBLISH, klass=self.model)
        return self.filter(pk__in=granted.values("pk"))

    def open_to(self, actor: "Actor") -> "DatasetQuerySet":
        """Published ones that the post may apply for: opened to its department or to an area around it, not its own."""
        if not holds(actor, REQUEST_GRANTS):
            return self.none()
        opened = GroupObjectPermission.objects.filter(
            group__in=groups_around(actor),
            permission__content_type__app_label=Dataset._meta.app_label,
            permission__codename=APPLY.partition(".")[2],
        )
        keys = opened.annotate(key=Cast("object_pk", models.BigIntegerField())).values("key")
        found = self.filter(live__isnull=False, pk__in=keys)
        return found.exclude(department=actor.department_id) if actor.department_id else found


class Dataset(models.Model):
    """A dataset of one department. live: the version that holds now, None before the first was published.

    system: where the department keeps it. subject: what one record tells about. quality: counted by the last load,
    {"rows", "matched", "filled": {item code: rows}}, {} before the first.
    """

    name = models.CharField("名称", max_length=100)
    department = models.ForeignKey(Department, models.PROTECT, related_name="datasets")
    system = models.CharField("来源系统", max_length=100)
    subject = models.CharField("对象", max_length=20, choices=SUBJECT_CHOICES)
    live = models.ForeignKey("DatasetVersion", models.PROTECT, null=True, related_name="+")
    quality = models.JSONField(default=dict, editable=False)
    loaded_at = models.DateTimeField("最近更新", null=True, editable=False)
    created_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name = "回流数据集"
        ordering = ["-pk"]
        permissions = [
            ("publish_dataset", "可登记和发布这个数据集"),
            ("apply_dataset", "可申请使用这个数据集"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["department", "name"], name="one_dataset_of_a_name_per_department")
        ]

    def __str__(self) -> str:
        return self.name


class DatasetVersion(models.Model):
    """What a dataset holds and on what basis. A published version never changes: a change is the next version.

    state: where its approval stands, written by the approval's hooks alone. freshness_days: the department promises
    that no record is older. covers: condition tree of whom it should hold, {} where nobody says.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待审"
        RETURNED = "returned", "退回补充"
        PUBLISHED = "published", "已发布"
        REFUSED = "refused", "不同意发布"

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("版本", default=1)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    legal_basis = models.CharField("共享依据", max_length=300, blank=True)
    freshness_days = models.PositiveSmallIntegerField("更新周期(天)", null=True)
    covers = models.JSONField("应包含", default=dict, blank=True)
    items = models.ManyToManyField(DataItem, through="DatasetField", related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField("发布时间", null=True)

    class Meta:
        verbose_name = "回流数据集版本"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="dataset_version_number_once")]

    def __str__(self) -> str:
        return f"第 {self.number} 版"

    @property
    def is_open(self) -> bool:
        """The department may still change it."""
        return self.state in (self.State.DRAFT, self.State.RETURNED)


class DatasetField(models.Model):
    """One field of a version: an arrow to the data item that says its name, type, level and mask."""

    version = models.ForeignKey(DatasetVersion, models.CASCADE, related_name="fields")
    item = models.ForeignKey(DataItem, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "回流数据项"
        ordering = ["item__position"]
        constraints = [models.UniqueConstraint(fields=["version", "item"], name="item_once_per_dataset_version")]

    def __str__(self) -> str:
        return self.item_id


DESK_STATES = (
    DatasetVersion.State.SUBMITTED,
    DatasetVersion.State.RETURNED,
    DatasetVersion.State.PUBLISHED,
    DatasetVersion.State.REFUSED,
)
"""A draft is the department's own business."""
NAMED_BY: dict[str, str] = {
    Entity.PERSON: "person.id_number",
    Entity.HOUSEHOLD: "household.number",
    Entity.DWELLING: "dwelling.address",
    Entity.ORGANIZATION: "organization.uscc",
}
"""The item that says which subject of the registry a record is about."""


def area_group_name(area_code: int) -> str:
    """Name of the guardian group that stands for every unit inside an area."""
    return f"area:{area_code}"


def groups_around(actor: "Actor") -> models.QuerySet[Group]:
    """Groups the post belongs to: of its department, and of the areas around it."""
    names = [area_group_name(code) for code in around(actor.area_code)]
    return Group.objects.filter(Q(name__in=names) | Q(department=actor.department_id or 0))


def _at_desk(actor: "Actor") -> Q:
    if not holds(actor, DECIDE_DATASETS) or actor.scope is None:
        return Q(pk__in=[])
    handed_in = DatasetVersion.objects.filter(dataset=OuterRef("pk"), state__in=DESK_STATES)
    return Q(Exists(handed_in), department__area__code__range=actor.scope)
