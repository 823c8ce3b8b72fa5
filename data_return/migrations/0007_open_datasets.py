"""Uses are only ever added. Datasets that were registered before are open to their own area, as new ones are."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts.rls import AppendOnly


def open_to_own_area(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    datasets = list(apps.get_model("data_return", "Dataset").objects.select_related("department"))
    if not datasets:
        return
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="data_return", model="dataset"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="apply_dataset", defaults={"name": "可申请使用这个数据集"}
    )
    for dataset in datasets:
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=f"area:{dataset.department.area_id}")
        apps.get_model("guardian", "GroupObjectPermission").objects.get_or_create(
            group=group, permission=permission, content_type=kind, object_pk=str(dataset.pk)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("data_return", "0006_grants"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("guardian", "0003_remove_groupobjectpermission_guardian_gr_content_ae6aec_idx_and_more"),
    ]

    operations = [
        AppendOnly("data_return_grantuse"),
        migrations.RunPython(open_to_own_area, migrations.RunPython.noop),
    ]
