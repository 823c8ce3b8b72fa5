import math
import uuid

from django.db import models
from django.utils import timezone

from accounts.models.users import Post

MAX_ATTEMPTS = 5
"""Unexpected errors, after which nobody tries by himself any more."""


class Job(models.Model):
    """Background work (后台任务) in steps. The truth is this row and its lease; Redis only wakes a worker.

    done / total: steps for the progress bar. params: ids and codes, never personal data.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    kind = models.CharField(max_length=50)
    post = models.ForeignKey(Post, models.PROTECT, related_name="jobs")
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict)
    attempts = models.IntegerField(default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "后台任务"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "lease_until"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def gave_up(self) -> bool:
        """Ended by unexpected errors, not by a refusal that the next try would meet again."""
        return self.state == self.State.FAILED and self.attempts >= MAX_ATTEMPTS

    @property
    def percent(self) -> int:
        """0 to 100 of the steps done; 100 only when the job is done."""
        if self.state == self.State.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def time_left(self) -> str:
        """How long the rest takes at the pace so far, in words; "" before there is a pace."""
        if self.is_over or not self.started_at or not self.done or self.total <= self.done:
            return ""
        spent = (timezone.now() - self.started_at).total_seconds()
        seconds = math.ceil(spent / self.done * (self.total - self.done))
        return f"{seconds} 秒" if seconds < 90 else f"{math.ceil(seconds / 60)} 分钟"

    @staticmethod
    def new_lease() -> uuid.UUID:
        return uuid.uuid4()
