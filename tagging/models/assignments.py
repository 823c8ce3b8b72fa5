"""Who carries which tags: a row a subject, and the trace of every change. Both stand behind the wall like a person."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from accounts.models import Post, ScopedModel
from registry.models import Entity
from registry.models.base import Subject
from registry.models.people import PersonQuerySet

STRUCK_OFF, BACK = "已注销登记", "恢复登记"
"""Reasons that a pass gives: of the loss of all tags of who was closed, and of the return of those of hands."""
ENTITY: dict[str, Any] = {"max_length": 12, "choices": Entity}


class OfSubjects(PersonQuerySet):
    """Seen from both codes, like people; of anything else the two are the same."""

    def of(self, entity: str, subject: Subject) -> "OfSubjects":
        """Rows about one subject."""
        return self.filter(district=subject.district, entity=entity, subject_id=subject.pk)


class SubjectTags(ScopedModel):
    """Tags of a person, household, dwelling or organization (标签): keys of `Tag`, sorted. Without a row: none.

    The codes are the subject's; registered_area_code is that of a person, so that both communities of 人户分离 see the
    row, and of anything else its area_code. The key comes from the SELECT.
    """

    pk = models.CompositePrimaryKey("district", "entity", "subject_id")
    entity = models.CharField(**ENTITY)
    subject_id = models.BigIntegerField()
    registered_area_code = models.BigIntegerField()
    tags = ArrayField(models.SmallIntegerField())

    objects: ClassVar[Any] = OfSubjects.as_manager()

    class Meta:
        verbose_name = "对象标签"
        indexes = [
            models.Index(fields=["area_code"], name="subject_tags_area"),
            models.Index(fields=["registered_area_code"], name="subject_tags_registered"),
        ]

    def __str__(self) -> str:
        return f"{self.get_entity_display()} {self.subject_id} 的标签"


class TagEvent(ScopedModel):
    """Tags that a subject gained and lost at one moment, or that somebody looked at again (标签变动): append-only.

    Since, until, why and by what are told by it. subject_version: of the record that the rules looked at; what it said
    stands in its history. post, reason: of a change by hand; without a post the rules made it. batch: of one action
    over several subjects. checked: tags that were found still true (复核).
    """

    entity = models.CharField(**ENTITY)
    subject_id = models.BigIntegerField()
    registered_area_code = models.BigIntegerField()
    gained = ArrayField(models.SmallIntegerField(), db_default=[])
    lost = ArrayField(models.SmallIntegerField(), db_default=[])
    checked = ArrayField(models.SmallIntegerField(), db_default=[])
    subject_version = models.IntegerField()
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField("理由", max_length=200, db_default="")
    batch = models.UUIDField(null=True)
    at = models.DateTimeField()

    objects: ClassVar[Any] = OfSubjects.as_manager()

    class Meta:
        verbose_name = "标签变动"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["district", "entity", "subject_id"], name="tag_event_subject"),
            models.Index(fields=["batch"], name="tag_event_batch", condition=models.Q(batch__isnull=False)),
            models.Index(fields=["at"], name="tag_event_struck_off", condition=models.Q(reason__in=(STRUCK_OFF, BACK))),
            BrinIndex(fields=["at"], name="tag_event_at", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"标签变动 {self.pk}"


class TagWatch(models.Model):
    """One row: the moment up to which changed subjects have been looked at."""

    looked_until = models.DateTimeField()

    class Meta:
        verbose_name = "标签更新进度"

    def __str__(self) -> str:
        return f"{self.looked_until:%Y-%m-%d %H:%M}"
