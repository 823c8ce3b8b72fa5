"""Row-level security of who carries which tags: seen from where the person lives and is registered."""

from django.db import migrations

from accounts.rls import AppendOnly, ProtectTable

COLUMNS = ["area_code", "registered_area_code"]


class Migration(migrations.Migration):
    dependencies = [("tagging", "0002_assignments"), ("registry", "0002_wall")]

    operations = [
        ProtectTable("tagging_persontags", COLUMNS),
        ProtectTable("tagging_tagevent", COLUMNS, key=["district", "id"]),
        AppendOnly("tagging_tagevent"),
    ]
