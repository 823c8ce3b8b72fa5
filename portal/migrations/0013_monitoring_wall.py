"""Row-level security of what monitoring points tell: seen where their village is."""

from django.db import migrations

from accounts.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies = [("portal", "0012_monitoring")]

    operations = [ProtectTable("portal_outsideask", key=["district", "id"])]
