"""What a change leaves behind: differences (差异) to settle, and batches of an Excel import."""

from django.db import models

from accounts.models import Job, Post, ScopedModel
from registry.models.catalogue import DataItem, Entity


class Difference(ScopedModel):
    """A value that lost against the one kept (差异), for someone to settle. Sealed values stay sealed."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        TAKEN = "taken", "已采用"
        DROPPED = "dropped", "未采用"

    entity = models.CharField(max_length=20, choices=Entity)
    subject_id = models.BigIntegerField()
    item = models.ForeignKey(DataItem, models.PROTECT, related_name="+")
    offered = models.TextField("另一来源的值")
    source = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "差异"
        indexes = [
            models.Index(fields=["area_code", "state"]),
            models.Index(fields=["entity", "subject_id", "state"]),
            models.Index(fields=["id"], name="difference_id"),
        ]

    def __str__(self) -> str:
        return f"差异 {self.pk}"


class ImportBatch(ScopedModel):
    """One Excel brought into the registry: all rows checked first, then written as a whole (导入批次).

    area_code: where the people of rows without an area of their own are put. errors: [{"sheet", "row", "column",
    "message"}], 1-based Excel rows; at most 1,000 are kept, error_count counts all. written: [{"row", "id", "new"}], at
    most 1,000: ids only, names are read when they are shown. The file goes when the batch ends.
    """

    class Register(models.TextChoices):
        """Where the people of the sheet are registered (户籍)."""

        HERE = "here", "户籍都在本村居"
        ELSEWHERE = "elsewhere", "户籍都不在本村居"
        BY_TYPE = "by_type", "按表中的“居住类型”分别判断"

    class State(models.TextChoices):
        BINDING = "binding", "待核对列"
        CHECKING = "checking", "检查中"
        CHECKED = "checked", "待确认"
        WRITING = "writing", "写入中"
        DONE = "done", "已完成"
        REFUSED = "refused", "未通过"
        CANCELLED = "cancelled", "已取消"

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    filename = models.CharField("文件名", max_length=200)
    file = models.BinaryField(null=True)
    layout = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.BINDING)
    register = models.CharField("户籍", max_length=10, choices=Register, default=Register.HERE)
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    good_count = models.IntegerField(default=0)
    error_count = models.IntegerField(default=0)
    new_count = models.IntegerField(default=0)
    changed_count = models.IntegerField(default=0)
    errors = models.JSONField(default=list)
    written = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "导入批次"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["area_code", "-created_at"]), models.Index(fields=["id"], name="batch_id")]

    def __str__(self) -> str:
        return f"导入批次 {self.pk}"
