"""Row-level security of the outbox: a message belongs to the area that it is about."""

from django.db import migrations

from accounts.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies = [("data_return", "0012_push")]

    operations = [ProtectTable("data_return_pushmessage", key=["district", "id"])]
