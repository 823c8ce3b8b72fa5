"""The steps of the admission desk become approvals: states, who asked, and the trace are carried over."""

from datetime import date

from django.db import migrations
from django.utils.timezone import localdate

ADMISSION, DAYS_OF_THE_DESK = "form", 10
STATES = {"submitted": "submitted", "returned": "returned", "admitted": "approved", "refused": "refused"}


def read_action(state: str, note: str) -> str:
    """What a row of the old table was: a remark was written as a second `submitted` with words."""
    if state == "submitted":
        return "remarked" if note else "submitted"
    return {"draft": "withdrawn", "admitted": "approved"}.get(state, state)


def carry_over(apps, schema_editor):
    """One approval per version; its first step, the draft, is by whoever made the form."""
    version_model, step_model = (apps.get_model("forms_engine", name) for name in ("FormVersion", "AdmissionStep"))
    versions = version_model.objects.select_related("template__department").defer("workbook", "layout")
    for version in versions.order_by("pk").iterator():
        _carry(apps, version, list(step_model.objects.filter(version=version).order_by("pk")))
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with waiting checks cannot be dropped


def _carry(apps, version, old):
    approval_model, step_model = (apps.get_model("accounts", name) for name in ("Approval", "ApprovalStep"))
    template = version.template
    actions = [read_action(step.state, step.note) for step in old]
    last_submitted = max(
        (step.at for step, action in zip(old, actions, strict=True) if action == "submitted"), default=None
    )
    drafted = "withdrawn" if actions[-1:] == ["withdrawn"] else "drafted"
    approval = approval_model.objects.create(
        kind=ADMISSION,
        subject_id=version.pk,
        title=template.name,
        state=STATES.get(version.state, drafted),
        requester_id=template.created_by_id,
        department_id=template.department_id,
        area_id=template.department.area_id,
        round=actions.count("submitted"),
        version=1 + len(old),
        submitted_at=last_submitted,
        decided_at=version.decided_at,
        due_on=_due(localdate(last_submitted)) if last_submitted else None,
    )
    approval_model.objects.filter(pk=approval.pk).update(created_at=version.created_at)
    steps = [
        step_model(
            approval=approval,
            number=1,
            round=0,
            action="drafted",
            state="drafted",
            post_id=template.created_by_id,
            at=version.created_at,
        )
    ]
    for number, (step, action) in enumerate(zip(old, actions, strict=True), start=2):
        steps.append(
            step_model(
                approval=approval,
                number=number,
                round=actions[: number - 1].count("submitted"),
                action=action,
                state=STATES.get(step.state, "withdrawn"),
                post_id=step.post_id,
                note="" if action == "withdrawn" else step.note,
                at=step.at,
            )
        )
    step_model.objects.bulk_create(steps)


def _due(start: date) -> date:
    from accounts.approvals.clock import add_working_days  # the clock of the desk as it is now

    return add_working_days(start, DAYS_OF_THE_DESK)


class Migration(migrations.Migration):
    dependencies = [("forms_engine", "0003_close_dispatches"), ("accounts", "0006_approvals")]

    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.DeleteModel("AdmissionStep"),
    ]
