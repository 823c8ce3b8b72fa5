"""The catalogue: a data item (数据项) is defined once; everything else is an arrow to it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Entity(models.TextChoices):
    """What an item tells about (人户房组织车物事)."""

    PERSON = "person", "人员"
    HOUSEHOLD = "household", "家庭户"
    DWELLING = "dwelling", "房屋"
    ORGANIZATION = "organization", "组织"
    VEHICLE = "vehicle", "车辆"
    ASSET = "asset", "资产"
    EVENT = "event", "事件"
    AREA = "area", "区划"


class ItemType(models.TextChoices):
    TEXT = "text", "文本"
    CODE = "code", "代码"
    DATE = "date", "日期"
    DATETIME = "datetime", "日期时间"
    INTEGER = "integer", "整数"
    DECIMAL = "decimal", "小数"
    BOOLEAN = "boolean", "是否"
    PHONE = "phone", "电话"
    ID_NUMBER = "id_number", "公民身份号码"
    USCC = "uscc", "统一社会信用代码"
    PLATE = "plate", "车牌"
    DERIVED = "derived", "推算"


class CodeList(models.Model):
    """A code list (代码表), such as GB/T 2261.1-2003. `code` is the slug of its file."""

    code = models.CharField(max_length=60, primary_key=True)
    name = models.CharField("名称", max_length=100)

    class Meta:
        verbose_name = "代码表"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Code(models.Model):
    code_list = models.ForeignKey(CodeList, models.CASCADE, related_name="codes")
    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=100)
    synonyms = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        verbose_name = "代码"
        ordering = ["code_list_id", "position"]
        constraints = [models.UniqueConstraint(fields=["code_list", "code"], name="code_once_per_list")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DataItem(models.Model):
    """A standard data item. level: 1 to 4 (GB/T 43697-2024); mask: rule applied above a reader's clearance."""

    code = models.CharField("代码", max_length=80, primary_key=True)
    name = models.CharField("名称", max_length=50)
    entity = models.CharField("对象", max_length=20, choices=Entity)
    type = models.CharField("类型", max_length=20, choices=ItemType)
    format = models.CharField("格式", max_length=200, blank=True)
    level = models.PositiveSmallIntegerField("分级")
    mask = models.CharField("脱敏规则", max_length=20)
    steward = models.CharField("主管部门", max_length=20)
    synonyms = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    code_list = models.ForeignKey(CodeList, models.PROTECT, null=True, blank=True)
    derived = models.BooleanField("推算项", default=False)
    recheck_days = models.PositiveSmallIntegerField("复核周期(天)", null=True, blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        verbose_name = "数据项"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The part after the entity: `phone` of `person.phone`."""
        return self.code.partition(".")[2]

    @property
    def is_sealed(self) -> bool:
        """Identifying numbers of level 4: sealed at rest, found by blind index only."""
        return self.level == 4 and self.mask.startswith("keep:")
