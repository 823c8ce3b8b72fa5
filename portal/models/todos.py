"""To-dos of joined systems (业务系统待办): what a department's system asks a post to do over there."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models import ScopedModel, ScopedQuerySet
from accounts.roles import Role
from portal.models.systems import System

if TYPE_CHECKING:
    from accounts.actors import Actor


class SystemTodoQuerySet(ScopedQuerySet):
    def waiting_for(self, actor: "Actor") -> "SystemTodoQuerySet":
        """Open ones of the post's own role and area, of systems that may be entered today."""
        usable = System.objects.usable_on_the_day().order_by()
        found: SystemTodoQuerySet = self.visible_to(actor).filter(
            area_code=actor.area_code, role=actor.role, state=SystemTodo.State.OPEN, system__in=usable.values("pk")
        )
        return found


class SystemTodo(ScopedModel):
    """One thing to do in a system, for whoever holds a role in one area. area_code: of that very area.

    reference: the system's own number; the same one names the same to-do for ever, so a repeated call changes nothing.
    path: where in the system it is done, behind the system's own address. title: about the work, not about a person.
    """

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DONE = "done", "已办"
        CANCELLED = "cancelled", "已取消"

    system = models.ForeignKey(System, models.PROTECT, related_name="todos")
    reference = models.CharField("系统内编号", max_length=60)
    role = models.CharField("岗位", max_length=30, choices=Role)
    title = models.CharField("事项", max_length=60)
    path = models.CharField(
        "办理页面", max_length=300, blank=True, validators=[RegexValidator(r"^(/[!-~]*)?\Z", "以 / 开头的路径。")]
    )
    due_on = models.DateField("期限", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    closed_at = models.DateTimeField("办结时间", null=True)

    objects: ClassVar[Any] = SystemTodoQuerySet.as_manager()

    class Meta:
        verbose_name = "业务系统待办"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["district", "system", "reference"], name="a_reference_once_per_system"),
            models.CheckConstraint(condition=~Q(state="open") | Q(closed_at=None), name="an_open_todo_is_not_closed"),
        ]
        indexes = [
            models.Index(fields=["area_code", "role"], condition=Q(state="open"), name="system_todo_open"),
        ]

    def __str__(self) -> str:
        return f"待办 {self.pk}"
