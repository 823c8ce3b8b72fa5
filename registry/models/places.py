from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from registry.models.base import Subject, keep_history


@keep_history("DwellingHistory")
class Dwelling(Subject):
    """A dwelling (房): one door. The owner may live elsewhere and need not be in the registry."""

    code = models.CharField("房屋编码", max_length=30, blank=True)
    address = models.CharField("房屋地址", max_length=200)
    building = models.CharField("楼栋", max_length=30, blank=True)
    room = models.CharField("房号", max_length=30, blank=True)
    area_sqm = models.DecimalField("建筑面积(㎡)", max_digits=10, decimal_places=2, null=True, blank=True)
    use = models.CharField("房屋用途", max_length=20, blank=True)
    structure = models.CharField("房屋结构", max_length=20, blank=True)
    floors = models.IntegerField("层数", null=True, blank=True)
    safety_level = models.CharField("房屋安全等级", max_length=2, blank=True)
    owner_name = models.CharField("房主姓名", max_length=50, blank=True)
    owner_phone = models.CharField("房主联系方式", max_length=20, blank=True)
    owner_id_number_sealed = models.TextField("房主公民身份号码", blank=True, editable=False)
    owner_id_number_index = models.BinaryField(null=True, editable=False)
    is_rented = models.BooleanField("是否出租", null=True, blank=True)
    rented_rooms = models.IntegerField("出租间数", null=True, blank=True)
    tenant_count = models.IntegerField("承租人数", null=True, blank=True)

    class Meta:
        verbose_name = "房屋"
        indexes = [
            models.Index(fields=["area_code", "address"]),
            models.Index(fields=["id"], name="dwelling_id"),
            BrinIndex(fields=["updated_at"], name="dwelling_updated", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"房屋 {self.pk}"
