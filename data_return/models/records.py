"""Records of a dataset, and the files that bring them. Both stand behind the wall: area range AND dataset.

Reading and writing are two sets of rows: see docs/decisions/0020. Reading begins at `visible_to(actor)`, writing at
`services.writing.open_writing`.
"""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.models import Job, Post, ScopedModel, ScopedQuerySet
from data_return.models.datasets import Dataset
from data_return.sight import reading_of, writing_of

if TYPE_CHECKING:
    from accounts.actors import Actor


class RecordQuerySet(ScopedQuerySet):
    def visible_to(self, actor: "Actor") -> Self:
        """Rows where the post's scope and what it may read meet. Tells the policies what that is."""
        reading = reading_of(actor)
        read = Q(dataset_id__in=reading.whole)
        for dataset_id, area in reading.parts:
            read |= Q(dataset_id=dataset_id, area_code__range=area)
        return super().visible_to(actor).filter(read)


class LoadQuerySet(ScopedQuerySet):
    def visible_to(self, actor: "Actor") -> Self:
        """Files of datasets that the post's own department publishes. Tells the policies which those are."""
        return super().visible_to(actor).filter(dataset_id__in=writing_of(actor).datasets)


class ReturnedRecord(ScopedModel):
    """One record of a dataset.

    area_code: of the matched person, else the department's. source_key: blind index (hex) of the item that names the
    subject, so that a second load finds the row. person_id: the person with that ID number (id_mark), if registered
    and open. values: item code -> canonical value, sealed where the item is. fingerprint: tells whether they changed.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+", db_index=False)
    source_key = models.CharField(max_length=64)
    person_id = models.BigIntegerField(null=True)
    id_mark = models.BinaryField(null=True)
    values = models.JSONField(default=dict)
    fingerprint = models.BinaryField()
    observed_on = models.DateField("数据日期")
    received_at = models.DateTimeField("收到时间")

    objects: ClassVar[RecordQuerySet] = RecordQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "回流数据"
        indexes = [
            models.Index(fields=["area_code", "dataset"], name="record_area"),
            models.Index(fields=["person_id"], name="record_person", condition=models.Q(person_id__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["district", "dataset", "source_key"], name="record_once_per_source_key")
        ]

    def __str__(self) -> str:
        return f"回流数据 {self.pk}"


class DatasetLoad(ScopedModel):
    """One file of records (数据文件). area_code: the department's. The file goes when its job ends.

    errors: [{"sheet", "row", "column", "message"}], at most 1,000; error_count counts all refused rows.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    filename = models.CharField("文件名", max_length=200)
    file = models.BinaryField(null=True)
    observed_on = models.DateField("数据日期")
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    row_count = models.IntegerField(default=0)
    written_count = models.IntegerField(default=0)
    error_count = models.IntegerField(default=0)
    errors = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[LoadQuerySet] = LoadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "回流数据文件"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"回流数据文件 {self.pk}"
