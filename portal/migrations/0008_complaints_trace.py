"""The trace of a complaint is append-only; of a step only that its line was written may change."""

from django.db import migrations

from accounts.rls import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("portal", "0007_complaints")]

    operations = [
        AppendOnly("portal_complaintstep"),
        migrations.RunSQL(
            "GRANT UPDATE (audit_due) ON portal_complaintstep TO portal_app", reverse_sql=migrations.RunSQL.noop
        ),
    ]
