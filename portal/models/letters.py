"""Letters to the owner of a system that is hardly used: a reminder (提醒函), then a supervision letter (督办单)."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from accounts.models import Post
from portal.models.systems import System


class LetterQuerySet(models.QuerySet["SystemLetter"]):
    def waiting(self) -> "LetterQuerySet":
        """Not answered, and no later one about the same system in its place."""
        later = SystemLetter.objects.filter(system=OuterRef("system"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(later), answered_on=None)


class SystemLetter(models.Model):
    """One letter of the desk about one system. It never changes but for its answer. No personal data, no village.

    since, until: first days of the first and the last month that were looked at. launches: entries in them.
    due_on: until when the department answers.
    """

    class Kind(models.TextChoices):
        REMINDER = "reminder", "提醒函"
        SUPERVISION = "supervision", "督办单"

    system = models.ForeignKey(System, models.PROTECT, related_name="letters")
    kind = models.CharField("种类", max_length=11, choices=Kind)
    filing_number = models.CharField("文号", max_length=30, unique=True)
    since = models.DateField("起始月份")
    until = models.DateField("截止月份")
    launches = models.PositiveIntegerField("进入次数")
    note = models.CharField("要求", max_length=300, blank=True)
    issued_by = models.ForeignKey(Post, models.PROTECT, related_name="+")
    issued_on = models.DateField("发出日期")
    due_on = models.DateField("答复期限")
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_by = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField("答复日期", null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "系统使用函件"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on=None, answer="") | Q(answered_on__isnull=False) & ~Q(answer=""),
                name="an_answered_letter_has_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.filing_number}"

    @property
    def is_overdue(self) -> bool:
        return self.answered_on is None and self.due_on < localdate()
