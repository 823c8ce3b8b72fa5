"""A grant opens records for reading only, so reading and writing are two policies. Files belong to who writes."""

from django.db import migrations

from accounts.rls import ReadApartFromWriting, among, either_among, within_scope

PLACE = "dataset_id * 1000000000000 + area_code / 1000000"
READ = either_among("dataset_id", "app.datasets_read", PLACE, "app.places_read")
WRITTEN = among("dataset_id", "app.datasets_written")
FILES = f"{within_scope('area_code')} AND {WRITTEN}"


class Migration(migrations.Migration):
    dependencies = [("data_return", "0003_wall")]

    operations = [
        ReadApartFromWriting("data_return_returnedrecord", reads=READ, writes=WRITTEN),
        migrations.RunSQL(
            f"ALTER POLICY within_scope ON data_return_datasetload USING ({FILES}) WITH CHECK ({FILES})",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
