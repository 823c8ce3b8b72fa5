"""Row-level security of what reports add up to."""

from django.db import migrations

from accounts.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies = [("forms_engine", "0008_report_totals")]

    operations = [ProtectTable("forms_engine_reporttotals", key=["district", "id"])]
