"""Seeing more than the clearance of a post: how often, and the emergency views of an area."""

from django.db import models

from accounts.models.areas import ScopedModel
from accounts.models.users import Post


class SightCount(models.Model):
    """How often a post saw masked items in full on one day (查看次数): counts only, never whom or what.

    opened: subjects unmasked; emergencies: emergency views; alarmed_at: when the day's limit of the user was reached.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    day = models.DateField("日期")
    opened = models.IntegerField("查看人次", default=0)
    emergencies = models.IntegerField("应急次数", default=0)
    alarmed_at = models.DateTimeField("告警时间", null=True)

    class Meta:
        verbose_name = "查看完整信息次数"
        constraints = [models.UniqueConstraint(fields=["post", "day"], name="one_sight_count_a_day")]
        indexes = [models.Index(fields=["day"])]

    def __str__(self) -> str:
        return f"{self.post_id} {self.day}"


class Emergency(ScopedModel):
    """An emergency view (应急查看): for minutes a post reads its own area unmasked. area_code: of the post."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    reason = models.CharField("原因", max_length=200)
    opened_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField("到期")
    ended_at = models.DateTimeField("提前结束", null=True)

    class Meta:
        verbose_name = "应急查看"
        indexes = [models.Index(fields=["area_code", "-opened_at"]), models.Index(fields=["id"], name="emergency_id")]

    def __str__(self) -> str:
        return f"应急查看 {self.pk}"


class EmergencyReceipt(ScopedModel):
    """A head of the area has taken note of an emergency view (已知悉). area_code: of the emergency."""

    emergency = models.ForeignKey(Emergency, models.DO_NOTHING, db_constraint=False, related_name="receipts")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "应急查看知悉"
        constraints = [
            models.UniqueConstraint(fields=["district", "emergency", "post"], name="one_receipt_per_emergency_and_post")
        ]

    def __str__(self) -> str:
        return f"{self.emergency_id} {self.post_id}"
