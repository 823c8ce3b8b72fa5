"""Row-level security of quarantined rows: they belong to who writes the dataset, as files of records do."""

from django.db import migrations

from accounts.rls import ProtectTable, among

WRITTEN = among("dataset_id", "app.datasets_written")


class Migration(migrations.Migration):
    dependencies = [("data_return", "0014_pull")]

    operations = [ProtectTable("data_return_quarantinedrow", key=["district", "id"], only=WRITTEN)]
