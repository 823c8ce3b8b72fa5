"""Channels (接入通道): how a department's system is reached, for what comes and for what goes. No personal data."""

import json
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import Department, Post
from accounts.rights import CONNECT_SYSTEMS, holds
from accounts.sealing import open_sealed, seal
from data_return.channels.every import KINDS
from data_return.channels.kinds import ChannelKind

if TYPE_CHECKING:
    from accounts.actors import Actor

SEALED_AS = "data_return.channel_secrets"
"""What the secrets are sealed under."""
FASTEST, LARGEST = 6000, 500


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, actor: "Actor") -> "ChannelQuerySet":
        """Those of the own department, for its data officers."""
        if actor.scope is None or actor.department_id is None or not holds(actor, CONNECT_SYSTEMS):
            return self.none()
        return self.filter(department=actor.department_id)


class Channel(models.Model):
    """One way to one system of a department.

    kind: a code of `channels.every.KINDS`. address: what the form of its kind asks, without the secrets. secrets: JSON,
    sealed, "" for none. per_minute: requests, queries or files. next_turn_at: none may go out before; see `pacing`.
    """

    department = models.ForeignKey(Department, models.PROTECT, related_name="channels")
    name = models.CharField("名称", max_length=100, help_text="对方系统的名称,如“民政救助系统”。")
    kind = models.CharField("类型", max_length=20)
    address = models.JSONField(default=dict)
    secrets = models.TextField(blank=True)
    per_minute = models.PositiveSmallIntegerField(
        "每分钟最多访问次数",
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(FASTEST)],
        help_text="请按对方的要求填写。",
    )
    most_megabytes = models.PositiveSmallIntegerField(
        "一次最多接收(MB)",
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST)],
        help_text="一页数据或一个文件超过它就停止接收。",
    )
    next_turn_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = "接入通道"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["department", "name"], name="one_channel_of_a_name_per_department")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def way(self) -> ChannelKind[Any]:
        return KINDS[self.kind]

    @property
    def summary(self) -> str:
        """Where it leads, without a secret."""
        return self.way.summary(self.address)

    def open_secrets(self) -> dict[str, str]:
        """In clear: for logging in over there, never for showing."""
        found: dict[str, str] = json.loads(open_sealed(SEALED_AS, self.secrets)) if self.secrets else {}
        return found

    def seal_secrets(self, secrets: dict[str, str]) -> None:
        self.secrets = seal(SEALED_AS, json.dumps(secrets)) if secrets else ""
