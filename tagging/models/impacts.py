"""What a request would do, as one post was told (影响预览). Counts, withheld where the post may not know them."""

from django.db import models

from accounts.models import Job, Post
from tagging.models.catalogue import TagChange


class TagImpact(models.Model):
    """Kept with the request, one a post: each counts inside its own scope. A mended request loses them.

    result: as `tagging.impacts` reads it; {} until the job is done.
    """

    change = models.ForeignKey(TagChange, models.CASCADE, related_name="impacts")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    result = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "标签影响预览"
        constraints = [models.UniqueConstraint(fields=["change", "post"], name="one_impact_per_post")]

    def __str__(self) -> str:
        return f"影响预览 {self.pk}"
