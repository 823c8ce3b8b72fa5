"""Events in (变更通知): the door of a dataset, and what was said at it. No personal data: bodies are not kept."""

import uuid

from django.db import models
from django.utils.timezone import now

from accounts.models import Post
from accounts.sealing import open_sealed
from data_return.models.datasets import Dataset

SEALED_AS = "data_return.event_secret"
"""What the secrets are sealed under."""


class EventDoor(models.Model):
    """The door (通知入口) at which a department's system says that one dataset has changed.

    ticket: stands in the address, no secret. secret, previous_secret: sealed; the one before holds for a day.
    """

    dataset = models.OneToOneField(Dataset, models.PROTECT, related_name="event_door")
    ticket = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    secret = models.CharField(max_length=300)
    previous_secret = models.CharField(max_length=300, blank=True)
    previous_until = models.DateTimeField(null=True)
    is_on = models.BooleanField("启用", default=True)
    created_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "变更通知入口"

    def __str__(self) -> str:
        return f"变更通知入口 {self.pk}"

    @property
    def has_previous_secret(self) -> bool:
        return bool(self.previous_secret) and self.previous_until is not None and self.previous_until > now()

    def open_secrets(self) -> list[str]:
        """Secrets that hold now, in clear: for checking a signature, never for showing."""
        sealed = [self.secret, *([self.previous_secret] if self.has_previous_secret else [])]
        return [open_sealed(SEALED_AS, one) for one in sealed]


class DatasetEvent(models.Model):
    """One event (变更通知). number: the CloudEvent's id, so that none is taken twice."""

    class State(models.TextChoices):
        WAITING = "waiting", "已收到,等待处理"
        WOKEN = "woken", "已开始同步"
        UNHEARD = "unheard", "没有设置同步,未处理"

    door = models.ForeignKey(EventDoor, models.CASCADE, related_name="events")
    number = models.CharField("通知编号", max_length=100)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    received_at = models.DateTimeField("收到时间", auto_now_add=True)
    handled_at = models.DateTimeField("处理时间", null=True)

    class Meta:
        verbose_name = "变更通知"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["door"], name="event_waiting", condition=models.Q(state="waiting"))]
        constraints = [models.UniqueConstraint(fields=["door", "number"], name="event_once_per_door")]

    def __str__(self) -> str:
        return f"变更通知 {self.pk}"
