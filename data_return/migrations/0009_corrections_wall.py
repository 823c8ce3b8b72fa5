"""Row-level security of corrections: area range AND department. The steps of a correction cannot be changed."""

from django.db import migrations

from accounts.rls import AppendOnly, ProtectTable, inside_ranges

THEIRS = inside_ranges("department_id", "app.corrections_of")
TABLES = ("verification", "correction", "correctionstep", "evidence")


class Migration(migrations.Migration):
    dependencies = [("data_return", "0008_corrections"), ("accounts", "0002_wall")]

    operations = [
        *(ProtectTable(f"data_return_{table}", key=["district", "id"], only=THEIRS) for table in TABLES),
        AppendOnly("data_return_correctionstep"),
        AppendOnly("data_return_evidence"),
    ]
