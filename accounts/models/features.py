"""Which optional parts of the portal are switched off, since when, by whom and why."""

from django.db import models
from django.db.models import Q

from accounts.features import Feature


class FeaturePauseQuerySet(models.QuerySet["FeaturePause"]):
    def going_on(self) -> "FeaturePauseQuerySet":
        return self.filter(ended_at=None)


class FeaturePause(models.Model):
    """A time for which a feature is, or was, switched off (停用). It goes on while `ended_at` is None."""

    feature = models.CharField("功能", max_length=20, choices=Feature)
    reason = models.CharField("停用原因", max_length=200)
    begun_by = models.ForeignKey("accounts.Post", models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)
    end_reason = models.CharField("恢复原因", max_length=200, blank=True)
    ended_by = models.ForeignKey("accounts.Post", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = FeaturePauseQuerySet.as_manager()

    class Meta:
        verbose_name = "功能停用"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["feature"], condition=Q(ended_at=None), name="a_feature_pauses_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, end_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="a_pause_ends_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_feature_display()} 停用"
