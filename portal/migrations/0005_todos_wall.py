"""Row-level security of the to-dos of joined systems: seen and written where the receiving post's area is."""

from django.db import migrations

from accounts.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_system_todos")]

    operations = [ProtectTable("portal_systemtodo", key=("district", "id"))]
