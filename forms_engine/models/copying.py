"""Copy packs (复制录入): answers in the order of another system's screen, for systems that nobody can integrate."""

from django.db import models

from accounts.models import Post, ScopedModel
from forms_engine.models.reports import Report
from forms_engine.models.templates import FormVersion


class CopyPack(models.Model):
    """The fields of one screen in their order. lines: [{"letter": column, "label": as on that screen}]."""

    version = models.ForeignKey(FormVersion, models.CASCADE, related_name="copy_packs")
    system = models.CharField("系统名称", max_length=100)
    lines = models.JSONField(default=list)

    class Meta:
        verbose_name = "复制录入"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "system"], name="one_copy_pack_per_system")]

    def __str__(self) -> str:
        return self.system

    @property
    def letters(self) -> list[str]:
        return [line["letter"] for line in self.lines]


class CopyMark(ScopedModel):
    """One row of a report has been entered in the other system (已录入). area_code: the row's.

    seen: column letter -> its edit counter at that moment; a cell that was never edited is missing.
    """

    pack = models.ForeignKey(CopyPack, models.CASCADE, related_name="+")
    report = models.ForeignKey(Report, models.CASCADE, related_name="+", db_constraint=False)
    subject_id = models.BigIntegerField()
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seen = models.JSONField(default=dict)

    class Meta:
        verbose_name = "已录入"
        constraints = [
            models.UniqueConstraint(fields=["district", "report", "pack", "subject_id"], name="copied_once_per_row")
        ]

    def __str__(self) -> str:
        return f"已录入 {self.pk}"
