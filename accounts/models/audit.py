from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class IdsField(ArrayField):  # type: ignore[type-arg]  # the stubs alone make it generic
    """An array of ids that travels as one text: adapting each id by itself costs more than the insert."""

    def get_db_prep_value(self, value: Iterable[int] | None, connection: Any, prepared: bool = False) -> str | None:
        return None if value is None else f"{{{','.join(str(int(pk)) for pk in value)}}}"

    def deconstruct(self) -> Any:
        """For migrations an ArrayField like any other."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.contrib.postgres.fields.ArrayField", args, kwargs


class AuditEntry(models.Model):
    """One line of the audit log (审计日志): append-only, read by the audit role alone. Ids, no personal data.

    It stands by itself: role and area of the post are those of that moment, whatever becomes of the post.
    subject_type, subject_ids: of whom data was shown or taken along, such as the residents on a page of a list.
    reference: of the request (`X-Request-ID`), or `job:<number>`.
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=60, blank=True)
    result = models.CharField(max_length=20, default="ok")
    details = models.JSONField(default=dict)
    post_role = models.CharField(max_length=30, blank=True)
    post_area = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=45, blank=True)
    reference = models.CharField(max_length=40, blank=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_ids = IdsField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = "审计日志"
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"]),
            models.Index(fields=["user_id", "id"], name="audit_of_user"),
            GinIndex(fields=["subject_ids"], condition=~Q(subject_type=""), name="audit_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type}:{self.object_id}"


class AuditSeal(models.Model):
    """A link of the chain over the audit log (封存): some lines of one day, sealed together; append-only.

    number: 1, 2, 3 without a gap. day: local day of its lines. at: when they were sealed.
    digests: 32 bytes for each of entry_ids, in their order. digest: over all of this and `previous`, the digest of
    the link before. See `accounts.audit_chain`.
    """

    number = models.BigIntegerField(primary_key=True)
    day = models.DateField(db_index=True)
    at = models.DateTimeField(db_index=True)
    entry_ids = IdsField(models.BigIntegerField())
    digests = models.BinaryField()
    previous = models.BinaryField()
    digest = models.BinaryField()

    class Meta:
        verbose_name = "审计封存"

    def __str__(self) -> str:
        return f"封存 {self.number}"
