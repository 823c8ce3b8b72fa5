from typing import Any, ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from accounts.codes import Level, ancestor
from accounts.models import Post, ScopedQuerySet
from registry.models.base import Subject, keep_history


@keep_history("HouseholdHistory")
class Household(Subject):
    """A household (户) of the household register (户籍). Head and members are people; counts are derived."""

    number = models.CharField("户号", max_length=9, blank=True)
    type = models.CharField("户别", max_length=20, blank=True)
    address = models.CharField("户籍地址", max_length=200, blank=True)
    head = models.ForeignKey(
        "Person", models.DO_NOTHING, null=True, blank=True, related_name="heads", db_constraint=False
    )

    class Meta:
        verbose_name = "家庭户"
        indexes = [
            models.Index(fields=["area_code", "number"]),
            models.Index(fields=["id"], name="household_id"),
            BrinIndex(fields=["updated_at"], name="household_updated", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"户 {self.number or self.pk}"


class PersonQuerySet(ScopedQuerySet):
    """Both communities see a person who lives in one and is registered in another (人户分离)."""

    scope_columns = ("area_code", "registered_area_code")


@keep_history("PersonHistory")
class Person(Subject):
    """A person (人): one record, whoever sees it.

    area_code: where they live, down to the microgrid. registered_area_code: 户籍; 0 where it is outside the areas
    known here. id_number is sealed; id_number_index (HMAC-SM3) finds it. Columns are the items that every form asks.
    """

    registered_area_code = models.BigIntegerField("户籍所在区划", default=0)
    name = models.CharField("姓名", max_length=50)
    pinyin = models.CharField("拼音", max_length=200, blank=True, editable=False)
    initials = models.CharField("拼音首字母", max_length=50, blank=True, editable=False)
    former_name = models.CharField("曾用名", max_length=50, blank=True)
    id_number_sealed = models.TextField("公民身份号码", blank=True, editable=False)
    id_number_index = models.BinaryField(null=True, editable=False)
    sex = models.CharField("性别", max_length=1, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    ethnicity = models.CharField("民族", max_length=2, blank=True)
    marital_status = models.CharField("婚姻状况", max_length=2, blank=True)
    political_status = models.CharField("政治面貌", max_length=2, blank=True)
    education = models.CharField("学历", max_length=2, blank=True)
    phone = models.CharField("联系方式", max_length=20, blank=True)
    workplace = models.CharField("服务处所", max_length=100, blank=True)
    employment_status = models.CharField("就业状况", max_length=20, blank=True)
    registered_address = models.CharField("户籍地址", max_length=200, blank=True)
    residence_address = models.CharField("现住址", max_length=200, blank=True)
    residency_type = models.CharField("居住类型", max_length=20, blank=True)
    move_in_date = models.DateField("入住日期", null=True, blank=True)
    household = models.ForeignKey(
        Household,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="members",
        db_constraint=False,
        db_index=False,
    )
    relation_to_head = models.CharField("与户主关系", max_length=3, blank=True)
    dwelling = models.ForeignKey(
        "Dwelling",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="residents",
        db_constraint=False,
        db_index=False,
    )
    health_status = models.CharField("健康状况", max_length=3, blank=True)
    self_care_ability = models.CharField("生活自理能力", max_length=20, blank=True)
    is_elderly_alone = models.BooleanField("是否独居老人", null=True, blank=True)
    is_empty_nest = models.BooleanField("是否空巢老人", null=True, blank=True)
    is_disabled = models.BooleanField("是否残疾", null=True, blank=True)
    is_low_income = models.BooleanField("是否低保", null=True, blank=True)
    death_date = models.DateField("死亡日期", null=True, blank=True)

    objects: ClassVar[Any] = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "人员"
        # Few: each costs an import as much as writing the rows themselves. The primary key is (id, district).
        indexes = [
            models.Index(fields=["area_code", "name", "birth_date"], name="person_area"),
            models.Index(fields=["registered_area_code"]),
            models.Index(fields=["district", "name"]),
            models.Index(fields=["district", "initials"]),
            models.Index(fields=["household"], name="person_household", condition=models.Q(household__isnull=False)),
            # Who changed lately: a few pages instead of an entry a row.
            BrinIndex(fields=["updated_at"], name="person_updated", pages_per_range=32),
            models.Index(fields=["dwelling"], name="person_dwelling", condition=models.Q(dwelling__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["district", "id_number_index"], name="one_person_per_id_number"),
        ]

    def __str__(self) -> str:
        return f"人员 {self.pk}"

    @property
    def is_separated(self) -> bool:
        """Lives in one community and is registered in another (人户分离)."""
        return self.community_code != self.registered_community_code

    @property
    def registered_community_code(self) -> int:
        return ancestor(self.registered_area_code, Level.COMMUNITY)


class RefusedRegistration(models.Model):
    """A try to register an ID number that is taken: counted per post, so that nobody can feel around for numbers."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "重复登记"
        indexes = [models.Index(fields=["post", "at"])]

    def __str__(self) -> str:
        return f"重复登记 {self.pk}"
