"""Seeing masked items of one subject in full (查看完整信息)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Post, ScopedModel
from registry.models.catalogue import Entity


class Unmasking(ScopedModel):
    """Items of one subject that one session of a post reads in full until a moment. area_code: of the post.

    token: a secret that only that session keeps. The reason stands in the audit log alone.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    token = models.CharField(max_length=64)
    entity = models.CharField(max_length=20, choices=Entity)
    subject_id = models.BigIntegerField()
    items = ArrayField(models.CharField(max_length=60))
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "查看完整信息"
        indexes = [models.Index(fields=["area_code", "post", "expires_at"])]

    def __str__(self) -> str:
        return f"查看完整信息 {self.pk}"
