"""Row-level security of reports and their rows."""

from django.db import migrations

from accounts.rls import AppendOnly, ProtectTable, scope_around

# A grid worker sees the report of the community around the grid; of its rows only those inside the grid.
AROUND = scope_around("area_code", 1_000_000)


class Migration(migrations.Migration):
    dependencies = [("forms_engine", "0001_initial"), ("registry", "0002_wall")]

    operations = [
        ProtectTable("forms_engine_report", key=["district", "id"], also_read=AROUND),
        ProtectTable("forms_engine_reportrow"),
        ProtectTable("forms_engine_celledit", key=["district", "id"]),
        AppendOnly("forms_engine_celledit"),
    ]
