from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.http import urlencode

from accounts.models import Post, ScopedModel, ScopedQuerySet


class SavedListQuerySet(ScopedQuerySet):
    def live(self) -> "SavedListQuerySet":
        return self.filter(deleted_at=None)


class SavedList(ScopedModel):
    """Filters of the list of residents that a post keeps under a name (保存的名单); its own, nobody else's.

    query: name of a filter -> values, as in an address; what was typed to find somebody is never in it. codes: of the
    tags among them. area_code: of the post. deleted_at: for as long as the deletion may be taken back.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField("名称", max_length=20)
    query = models.JSONField(default=dict)
    codes = ArrayField(models.CharField(max_length=20), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = SavedListQuerySet.as_manager()

    class Meta:
        verbose_name = "保存的名单"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "post", "name"],
                condition=models.Q(deleted_at=None),
                name="saved_list_once_per_name",
            )
        ]

    @property
    def address(self) -> str:
        """The filters as the part of an address behind its question mark."""
        return urlencode(self.query, doseq=True)

    def __str__(self) -> str:
        return f"保存的名单 {self.pk}"
