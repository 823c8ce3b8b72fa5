"""Row-level security of the marks of rows that are entered in another system."""

from django.db import migrations

from accounts.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies = [("forms_engine", "0005_copy_packs")]

    operations = [ProtectTable("forms_engine_copymark", key=["district", "id"])]
