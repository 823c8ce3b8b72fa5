"""Who carries which tags: one row a person, and the trace of every change. Both stand behind the wall like a person."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import ScopedModel
from registry.models.people import PersonQuerySet


class PersonTags(ScopedModel):
    """Tags of a person (居民的标签): keys of `Tag`, sorted. Without a row, or with an empty one: none.

    The codes are the person's, so that both communities of 人户分离 see the row; the key comes from the SELECT.
    """

    pk = models.CompositePrimaryKey("district", "person_id")
    person_id = models.BigIntegerField()
    registered_area_code = models.BigIntegerField()
    tags = ArrayField(models.SmallIntegerField())

    objects: ClassVar[Any] = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "居民标签"
        indexes = [models.Index(fields=["area_code"]), models.Index(fields=["registered_area_code"])]

    def __str__(self) -> str:
        return f"人员 {self.person_id} 的标签"


class TagEvent(ScopedModel):
    """Tags that a person gained and lost at one moment (标签变动): append-only, so since and until are told by it.

    person_version: of the person's record that the rules looked at; what it said stands in the history of people.
    """

    person_id = models.BigIntegerField()
    registered_area_code = models.BigIntegerField()
    gained = ArrayField(models.SmallIntegerField())
    lost = ArrayField(models.SmallIntegerField())
    person_version = models.IntegerField()
    at = models.DateTimeField()

    objects: ClassVar[Any] = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "标签变动"
        ordering = ["pk"]
        indexes = [models.Index(fields=["district", "person_id"])]

    def __str__(self) -> str:
        return f"标签变动 {self.pk}"


class TagWatch(models.Model):
    """One row: the moment up to which changed people have been looked at."""

    looked_until = models.DateTimeField()

    class Meta:
        verbose_name = "标签更新进度"

    def __str__(self) -> str:
        return f"{self.looked_until:%Y-%m-%d %H:%M}"
