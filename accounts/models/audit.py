from django.db import models


class AuditEntry(models.Model):
    """One line of the audit log (审计日志): append-only, read by the audit role alone. Ids, no personal data."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=60, blank=True)
    result = models.CharField(max_length=20, default="ok")
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = "审计日志"
        indexes = [models.Index(fields=["object_type", "object_id", "at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type}:{self.object_id}"
