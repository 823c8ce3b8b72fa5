"""Row-level security of records and of the files that bring them: area range AND dataset in the transaction's setting."""

from django.db import migrations

from accounts.rls import ProtectTable, among

IN_SIGHT = among("dataset_id", "app.granted_datasets")


class Migration(migrations.Migration):
    dependencies = [("data_return", "0002_records"), ("registry", "0002_wall"), ("accounts", "0002_wall")]

    operations = [
        ProtectTable("data_return_returnedrecord", key=["district", "id"], only=IN_SIGHT),
        ProtectTable("data_return_datasetload", key=["district", "id"], only=IN_SIGHT),
    ]
