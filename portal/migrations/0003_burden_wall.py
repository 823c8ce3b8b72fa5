"""Row-level security of the burden account: a report's counts are seen where the report's village is."""

from django.db import migrations

from accounts.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_burden"), ("forms_engine", "0002_wall")]

    operations = [ProtectTable("portal_reportburden")]
