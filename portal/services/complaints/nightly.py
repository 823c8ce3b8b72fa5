"""Audit lines of reporters' steps: written the night after, so that their time and neighbours tell nothing."""

from django.db import transaction
from django.utils.timezone import localdate

from accounts.audit import record_system
from portal.models import ComplaintStep


@transaction.atomic
def record_reporters_steps() -> int:
    """One line for each step of a day before today, in the order of random keys. Returns how many. Safe to repeat."""
    due = ComplaintStep.objects.select_for_update().filter(audit_due=True, on__lt=localdate())
    steps = sorted(due, key=lambda step: (step.on, step.complaint_id, step.number))
    for step in steps:
        record_system(f"complaint.{step.action}", subject=step.complaint_id, day=f"{step.on:%Y-%m-%d}")
        ComplaintStep.objects.filter(complaint_id=step.complaint_id, number=step.number).update(audit_due=False)
    return len(steps)
