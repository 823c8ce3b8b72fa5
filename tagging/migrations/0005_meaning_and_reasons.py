"""What a tag is called, where it comes from and what it was merged into; who changed one by hand, and why."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_client_systems"),
        ("tagging", "0004_subjects"),
    ]

    operations = [
        migrations.AddField(
            model_name="tag",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="tagging.tag",
            ),
        ),
        migrations.AddField(
            model_name="tag",
            name="source",
            field=models.CharField(blank=True, db_default="", max_length=100, verbose_name="来源"),
        ),
        migrations.AddField(
            model_name="tag",
            name="standard_code",
            field=models.CharField(blank=True, db_default="", max_length=30, verbose_name="城市标准代码"),
        ),
        migrations.AddField(
            model_name="tag",
            name="subject",
            field=models.CharField(
                choices=[("person", "人员"), ("household", "家庭户"), ("dwelling", "房屋"), ("organization", "组织")],
                default="person",
                max_length=12,
                verbose_name="对象",
            ),
        ),
        migrations.AddField(
            model_name="tag",
            name="synonyms",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                blank=True,
                db_default=[],
                default=list,
                size=None,
                verbose_name="同义词",
            ),
        ),
        migrations.AddField(
            model_name="tagchange",
            name="decided_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="tagchange",
            name="into",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tagging.tag"
            ),
        ),
        migrations.AddField(
            model_name="tagchange",
            name="source",
            field=models.CharField(blank=True, db_default="", max_length=100, verbose_name="来源"),
        ),
        migrations.AddField(
            model_name="tagchange",
            name="standard_code",
            field=models.CharField(blank=True, db_default="", max_length=30, verbose_name="城市标准代码"),
        ),
        migrations.AddField(
            model_name="tagchange",
            name="subject",
            field=models.CharField(
                choices=[("person", "人员"), ("household", "家庭户"), ("dwelling", "房屋"), ("organization", "组织")],
                default="person",
                max_length=12,
                verbose_name="对象",
            ),
        ),
        migrations.AddField(
            model_name="tagchange",
            name="synonyms",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                blank=True,
                db_default=[],
                default=list,
                size=None,
                verbose_name="同义词",
            ),
        ),
        migrations.AddField(
            model_name="tagchange",
            name="version",
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="tagevent",
            name="batch",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="tagevent",
            name="checked",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SmallIntegerField(), db_default=[], size=None
            ),
        ),
        migrations.AddField(
            model_name="tagevent",
            name="post",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.post",
            ),
        ),
        migrations.AddField(
            model_name="tagevent",
            name="reason",
            field=models.CharField(db_default="", max_length=200, verbose_name="理由"),
        ),
        migrations.AlterField(
            model_name="tagchange",
            name="step",
            field=models.CharField(
                choices=[("add", "新增"), ("change", "修改"), ("merge", "合并"), ("retire", "停用")],
                max_length=10,
                verbose_name="事项",
            ),
        ),
        migrations.AlterField(
            model_name="tagevent",
            name="gained",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SmallIntegerField(), db_default=[], size=None
            ),
        ),
        migrations.AlterField(
            model_name="tagevent",
            name="lost",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SmallIntegerField(), db_default=[], size=None
            ),
        ),
        migrations.AddIndex(
            model_name="tagevent",
            index=models.Index(fields=["district", "entity", "subject_id"], name="tag_event_subject"),
        ),
        migrations.AddIndex(
            model_name="tagevent",
            index=models.Index(condition=models.Q(("batch__isnull", False)), fields=["batch"], name="tag_event_batch"),
        ),
        migrations.AddIndex(
            model_name="tagevent",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="tag_event_at", pages_per_range=32),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", None), ("is_live", False), _connector="OR"),
                name="merged_tags_are_retired",
            ),
        ),
    ]
