import django.db.models.deletion
from django.db import migrations, models

# Whether ID numbers of a sheet are registered in the district, in sight or not: answers yes or no by blind index,
# and never who or where. The import counts what it asks.
TAKEN = """
CREATE FUNCTION registry_taken_id_numbers(in_district integer, wanted bytea[]) RETURNS SETOF bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT p.id_number_index FROM unnest(wanted) w(mark)
    JOIN registry_person p ON p.district = in_district AND p.id_number_index = w.mark
$$;
REVOKE ALL ON FUNCTION registry_taken_id_numbers(integer, bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION registry_taken_id_numbers(integer, bytea[]) TO portal_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_wall"),
        ("registry", "0002_wall"),
    ]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="register",
            field=models.CharField(
                choices=[
                    ("here", "户籍都在本村居"),
                    ("elsewhere", "户籍都不在本村居"),
                    ("by_type", "按表中的“居住类型”分别判断"),
                ],
                default="here",
                max_length=10,
                verbose_name="户籍",
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="written",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="state",
            field=models.CharField(
                choices=[
                    ("binding", "待核对列"),
                    ("checking", "检查中"),
                    ("checked", "待确认"),
                    ("writing", "写入中"),
                    ("done", "已完成"),
                    ("refused", "未通过"),
                    ("cancelled", "已取消"),
                ],
                default="binding",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="RefusedRegistration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.post"
                    ),
                ),
            ],
            options={
                "verbose_name": "重复登记",
                "indexes": [models.Index(fields=["post", "at"], name="registry_re_post_id_67997c_idx")],
            },
        ),
        migrations.RunSQL(TAKEN, migrations.RunSQL.noop),
    ]
