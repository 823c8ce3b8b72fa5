"""What a department asks: a form, its versions and their columns. How a version is admitted: `accounts.approvals`."""

from django.db import models

from accounts.models import Department, Post
from forms_engine.headers import split_header
from registry.models import DataItem, Entity, ItemType


class FormTemplate(models.Model):
    """A form (表单) of one department. Who besides its makers may collect it is a guardian grant."""

    name = models.CharField("名称", max_length=100)
    department = models.ForeignKey(Department, models.PROTECT, related_name="forms")
    created_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "表单"
        ordering = ["-pk"]
        permissions = [("collect_form", "可汇总和导出这张表")]

    def __str__(self) -> str:
        return self.name


class FormVersion(models.Model):
    """One version of a form: the brought workbook, what its columns mean, whom it asks about, on what basis.

    layout: `registry.binding.SheetLayout` as JSON. condition: condition tree of `registry.conditions`, {} for all.
    state: where its approval stands, written by the approval's hooks alone (`services.admission_hooks`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待审"
        RETURNED = "returned", "退回补充"
        ADMITTED = "admitted", "已准入"
        REFUSED = "refused", "不予准入"

    class Population(models.TextChoices):
        RESIDENT = "resident", "常住人口"
        REGISTERED = "registered", "户籍人口"
        BOTH = "both", "户籍和常住人口"

    class Cycle(models.TextChoices):
        ONCE = "once", "一次性"
        MONTH = "month", "每月"
        QUARTER = "quarter", "每季"
        HALF_YEAR = "half_year", "每半年"
        YEAR = "year", "每年"

    class AnswerMode(models.TextChoices):
        FILL = "fill", "下发村居填报"
        DATA = "data", "零打扰:由数据直接回答"

    template = models.ForeignKey(FormTemplate, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版本", default=1)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    workbook = models.BinaryField()
    filename = models.CharField("文件名", max_length=200)
    layout = models.JSONField(default=dict)
    subject = models.CharField("一行一个", max_length=20, choices=Entity, default=Entity.PERSON)
    population = models.CharField("口径", max_length=12, choices=Population, default=Population.RESIDENT)
    condition = models.JSONField("名册条件", default=dict, blank=True)
    cycle = models.CharField("周期", max_length=10, choices=Cycle, default=Cycle.ONCE)
    lead_days = models.PositiveSmallIntegerField("提前量(天)", default=5)
    legal_basis = models.CharField("法定依据", max_length=300, blank=True)
    purpose = models.CharField("用途", max_length=300, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    filing_number = models.CharField("备案号", max_length=30, blank=True)
    answer_mode = models.CharField("回答方式", max_length=10, choices=AnswerMode, default=AnswerMode.FILL)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "表单版本"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["filing_number"], condition=~models.Q(filing_number=""), name="filing_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} 第 {self.number} 版"

    @property
    def can_change(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.RETURNED)


class FormColumn(models.Model):
    """A column: bound to a data item, or the running number, or a new ask (新要) that needs a reason.

    letter: as in the workbook; it is also the key of the cell in `ReportRow.values`.
    """

    class Kind(models.TextChoices):
        ITEM = "item", "已绑定"
        NUMBER = "number", "序号"
        NEW_ASK = "new_ask", "新要"

    version = models.ForeignKey(FormVersion, models.CASCADE, related_name="columns")
    letter = models.CharField(max_length=3)
    position = models.PositiveSmallIntegerField()
    header = models.CharField("表头", max_length=200)
    kind = models.CharField(max_length=10, choices=Kind)
    item = models.ForeignKey(DataItem, models.PROTECT, null=True, blank=True, related_name="+")
    type = models.CharField("填写类型", max_length=20, choices=ItemType, default=ItemType.TEXT)
    required = models.BooleanField("必填", default=True)
    reason = models.CharField("新要的理由", max_length=300, blank=True)
    confidence = models.FloatField(default=0)
    why = models.CharField("绑定依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "列"
        ordering = ["version_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "letter"], name="letter_once_per_version"),
            models.CheckConstraint(
                condition=models.Q(kind="item", item__isnull=False) | (~models.Q(kind="item") & models.Q(item=None)),
                name="only_bound_columns_have_an_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.header}"

    @property
    def short_header(self) -> str:
        """Last part of the header path, for narrow places."""
        return split_header(self.header)[-1]
