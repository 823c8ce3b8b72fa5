from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from registry.models.base import Subject, keep_history


@keep_history("OrganizationHistory")
class Organization(Subject):
    """An organization (组织) with a place in the community: company, shop, public body, small venue (九小场所)."""

    name = models.CharField("单位名称", max_length=100)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    type = models.CharField("单位类型", max_length=20, blank=True)
    address = models.CharField("单位地址", max_length=200, blank=True)
    legal_person = models.CharField("法定代表人", max_length=50, blank=True)
    legal_phone = models.CharField("负责人联系方式", max_length=20, blank=True)
    employee_count = models.IntegerField("从业人数", null=True, blank=True)
    extinguishers = models.IntegerField("灭火器数量", null=True, blank=True)

    class Meta:
        verbose_name = "组织"
        indexes = [
            models.Index(fields=["area_code", "name"]),
            models.Index(fields=["id"], name="organization_id"),
            BrinIndex(fields=["updated_at"], name="organization_updated", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"组织 {self.pk}"
