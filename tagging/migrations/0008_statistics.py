"""How many carry which tag, month by month, behind the wall."""

from django.db import migrations, models

from accounts.rls import ProtectTable


class Migration(migrations.Migration):
    dependencies = [
        ("tagging", "0007_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthlyCount",
            fields=[
                ("district", models.IntegerField(editable=False, verbose_name="区县代码")),
                ("area_code", models.BigIntegerField(verbose_name="所在区划")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "district",
                        "area_code",
                        "tag",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tag", models.BigIntegerField(verbose_name="标签")),
                ("month", models.DateField(verbose_name="月份")),
                ("count", models.IntegerField(verbose_name="数量")),
            ],
            options={
                "verbose_name": "标签月度数量",
                "indexes": [models.Index(fields=["tag", "area_code", "month"], name="tag_count_of_area")],
            },
        ),
        ProtectTable("tagging_monthlycount"),
    ]
