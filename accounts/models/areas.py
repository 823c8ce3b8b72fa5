"""Areas (行政区划), departments, and the base of every table whose rows belong to an area."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.models import Group
from django.db import models

from accounts.codes import Level, Range, ancestor, district_of, subtree

if TYPE_CHECKING:
    from accounts.actors import Actor


class AreaQuerySet(models.QuerySet["Area"]):
    def within(self, area: Range) -> Self:
        return self.filter(code__range=area)

    def visible_to(self, actor: "Actor") -> Self:
        """Areas inside the post's scope. Names of areas are public; this is for lists and pickers."""
        return self.none() if actor.scope is None else self.within(actor.scope)


class Area(models.Model):
    """An administrative division, grid (网格) or microgrid (微网格). `code`: 18 digits, see `accounts.codes`."""

    code = models.BigIntegerField("代码", primary_key=True)
    name = models.CharField("名称", max_length=100)
    level = models.CharField("级别", max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = "区划"
        ordering = ["code"]
        indexes = [models.Index(fields=["level", "code"])]

    def __str__(self) -> str:
        return self.name

    @property
    def range(self) -> Range:
        return subtree(self.code, self.level)

    @property
    def official_code(self) -> str:
        """The 12-digit code for people and other systems; the 18-digit one below a community."""
        return f"{self.code:018d}" if self.code % 10**6 else f"{self.code // 10**6:012d}"


class Department(models.Model):
    """A department (部门) of a district or town. Object grants go to its guardian group."""

    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=20, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="departments")
    group = models.OneToOneField(Group, models.PROTECT, related_name="department", editable=False)

    class Meta:
        verbose_name = "部门"
        ordering = ["area_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["area", "name"], name="one_department_of_a_name_per_area")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.group_id is None:
            self.group = Group.objects.create(name=f"department:{self.area_id}:{self.name}")
        super().save(*args, **kwargs)


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows that belong to an area. Every read for a person starts at `visible_to`."""

    scope_columns: tuple[str, ...] = ("area_code",)

    def within(self, area: Range) -> Self:
        """Rows in a range of area codes. Row-level security is the wall behind it; this is for the planner."""
        either = models.Q()
        for column in self.scope_columns:
            either |= models.Q(**{f"{column}__range": area})
        return self.filter(either)

    @classmethod
    def parts_of(cls, area: Range) -> list[models.Q]:
        """The rows of `within`, apart: those of the first column, those of the second that are not among them, ..."""
        parts: list[models.Q] = []
        others = models.Q()
        for column in cls.scope_columns:
            parts.append(models.Q(**{f"{column}__range": area}) & others)
            low, high = area
            others &= models.Q(**{f"{column}__lt": low}) | models.Q(**{f"{column}__gt": high})
        return parts

    def visible_to(self, actor: "Actor") -> Self:
        """Rows inside the post's scope; none without a scope."""
        return self.none() if actor.scope is None else self.within(actor.scope)


class ScopedModel(models.Model):
    """Base of a table under row-level security. The migration adds `accounts.rls.ProtectTable`.

    `district` is plain, not generated, and part of every unique key: it is the shard key of a grown system.
    """

    district = models.IntegerField("区县代码", editable=False)
    area_code = models.BigIntegerField("所在区划")

    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.district = district_of(self.area_code)
        super().save(*args, **kwargs)

    @property
    def community_code(self) -> int:
        return ancestor(self.area_code, Level.COMMUNITY)
