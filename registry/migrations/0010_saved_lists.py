"""Lists of residents that a post saves, behind the wall."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_discipline"),
        ("registry", "0009_updated_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("district", models.IntegerField(editable=False, verbose_name="区县代码")),
                ("area_code", models.BigIntegerField(verbose_name="所在区划")),
                ("name", models.CharField(max_length=20, verbose_name="名称")),
                ("query", models.JSONField(default=dict)),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(null=True)),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.post",
                    ),
                ),
            ],
            options={
                "verbose_name": "保存的名单",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)),
                        fields=("district", "post", "name"),
                        name="saved_list_once_per_name",
                    )
                ],
            },
        ),
        ProtectTable("registry_savedlist", key=["district", "id"]),
    ]
