"""Which request about a tag a system asked for under which key (幂等键), so that asking again asks for nothing new."""

from django.db import models

from accounts.models import Post
from tagging.models.catalogue import TagChange


class ProposalKey(models.Model):
    """key: of the caller, once for each post. asked: SHA-256 of what was asked for, as hexadecimal digits."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    asked = models.CharField(max_length=64)
    change = models.OneToOneField(TagChange, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "标签申请的幂等键"
        constraints = [models.UniqueConstraint(fields=["post", "key"], name="proposal_key_once_per_post")]

    def __str__(self) -> str:
        return f"幂等键 {self.pk}"
