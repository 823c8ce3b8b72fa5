"""Monitoring points (监测点): chosen villages that tell what reached them past the portal. About issuers, no person."""

from django.db import models
from django.db.models import Q

from accounts.models import Area, Department, Post, ScopedModel


class MonitoringPoint(models.Model):
    """A village that the district has chosen, from when until when. ended_on: None while it goes on."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    chosen_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    chosen_on = models.DateField("设立日期")
    ended_on = models.DateField("结束日期", null=True)

    class Meta:
        verbose_name = "监测点"
        ordering = ["area"]
        constraints = [
            models.UniqueConstraint(fields=["area"], condition=Q(ended_on__isnull=True), name="one_point_per_village")
        ]

    def __str__(self) -> str:
        return str(self.area)


class OutsideAsk(ScopedModel):
    """What a department asked of a village past the portal (平台外任务). area_code: the village. No user, no post.

    minutes: as the village estimates it for the whole ask. repeated: the portal or the department had it already.
    """

    class Channel(models.TextChoices):
        CHAT = "chat", "微信、钉钉等工作群"
        PAPER = "paper", "纸质表格、文件"
        SYSTEM = "system", "其他系统、小程序"
        PHONE = "phone", "电话、会议口头"

    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="哪个部门要的")
    channel = models.CharField("怎么来的", max_length=10, choices=Channel)
    title = models.CharField("要什么", max_length=100)
    received_on = models.DateField("收到日期")
    due_on = models.DateField("要求完成日期", null=True, blank=True)
    minutes = models.PositiveIntegerField("估计用时(分钟)", null=True, blank=True)
    repeated = models.BooleanField("平台里已有,或以前给过", default=False)

    class Meta:
        verbose_name = "平台外任务"
        indexes = [models.Index(fields=["area_code", "received_on"], name="outside_ask_area")]

    def __str__(self) -> str:
        return self.title
