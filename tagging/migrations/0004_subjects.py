"""Tags of households, dwellings and organizations too."""

import django.contrib.postgres.fields
from django.db import migrations, models

ENTITIES = [
    ("person", "人员"),
    ("household", "家庭户"),
    ("dwelling", "房屋"),
    ("organization", "组织"),
    ("vehicle", "车辆"),
    ("asset", "资产"),
    ("event", "事件"),
    ("area", "区划"),
]
SMALL = models.SmallIntegerField()
NUMBERS = django.contrib.postgres.fields.ArrayField
# Renamed in place: the policy and the rights of the table go along, and no row is written again.
RENAME = [
    "ALTER TABLE tagging_persontags RENAME TO tagging_subjecttags",
    "ALTER TABLE tagging_subjecttags RENAME COLUMN person_id TO subject_id",
    "ALTER TABLE tagging_subjecttags RENAME CONSTRAINT tagging_persontags_district TO tagging_subjecttags_district",
    "ALTER TABLE tagging_subjecttags ADD COLUMN entity varchar(12) NOT NULL DEFAULT 'person'",
    "ALTER TABLE tagging_subjecttags ALTER COLUMN entity DROP DEFAULT",
    "ALTER TABLE tagging_subjecttags DROP CONSTRAINT tagging_persontags_pkey",
    "ALTER TABLE tagging_subjecttags ADD CONSTRAINT tagging_subjecttags_pkey PRIMARY KEY (district, entity, subject_id)",
    "ALTER INDEX tagging_per_area_co_7aaa86_idx RENAME TO subject_tags_area",
    "ALTER INDEX tagging_per_registe_4d8d85_idx RENAME TO subject_tags_registered",
]


class Migration(migrations.Migration):
    dependencies = [("tagging", "0003_wall"), ("accounts", "0010_client_systems")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(RENAME)],
            state_operations=[
                migrations.DeleteModel("PersonTags"),
                migrations.CreateModel(
                    name="SubjectTags",
                    fields=[
                        ("district", models.IntegerField(editable=False, verbose_name="区县代码")),
                        ("area_code", models.BigIntegerField(verbose_name="所在区划")),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "district",
                                "entity",
                                "subject_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("entity", models.CharField(choices=ENTITIES, max_length=12)),
                        ("subject_id", models.BigIntegerField()),
                        ("registered_area_code", models.BigIntegerField()),
                        ("tags", NUMBERS(base_field=SMALL, size=None)),
                    ],
                    options={
                        "verbose_name": "对象标签",
                        "indexes": [
                            models.Index(fields=["area_code"], name="subject_tags_area"),
                            models.Index(fields=["registered_area_code"], name="subject_tags_registered"),
                        ],
                    },
                ),
            ],
        ),
        migrations.RemoveIndex("tagevent", "tagging_tag_distric_408d5c_idx"),
        migrations.RenameField("tagevent", "person_id", "subject_id"),
        migrations.RenameField("tagevent", "person_version", "subject_version"),
        migrations.AddField(
            "tagevent",
            "entity",
            models.CharField(choices=ENTITIES, max_length=12, default="person"),
            preserve_default=False,
        ),
    ]
