# Each index of the largest table costs an import as much as writing the rows: those go that are there twice, that
# another one serves as well, or that hold mostly nothing. `id` leads the primary key, so that it serves joins by id
# alone too; `district` stays in it, as sharding needs (docs/scale.md).

import django.db.models.deletion
from django.db import migrations, models

from accounts.rls import within_scope

PRIMARY_KEY = """
ALTER TABLE registry_person DROP CONSTRAINT registry_person_pkey;
ALTER TABLE registry_person ADD PRIMARY KEY ({columns});
"""

# The search asks for three characters or more, and names that begin with them are found by other indexes: only a
# longer name can hold them further in.
SEARCH = """
DROP INDEX registry_person_name_trgm;
CREATE INDEX registry_person_name_trgm ON registry_person USING gin (name gin_trgm_ops) WHERE length(name) > 3;
CREATE OR REPLACE FUNCTION registry_search_people(wanted text, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM registry_person
    WHERE ({seen})
      AND ((length(name) > 3 AND name LIKE '%' || wanted || '%') OR residence_address LIKE '%' || wanted || '%')
    LIMIT most
$$;
""".format(seen=" OR ".join(within_scope(column) for column in ("area_code", "registered_area_code")))


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0006_ids_of_number"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="person",
            name="registry_pe_area_co_1b82fe_idx",
        ),
        migrations.RemoveIndex(
            model_name="person",
            name="registry_pe_area_co_e63f36_idx",
        ),
        migrations.RemoveIndex(
            model_name="person",
            name="person_id",
        ),
        migrations.RemoveIndex(
            model_name="person",
            name="registry_pe_househo_b886fb_idx",
        ),
        migrations.RemoveIndex(
            model_name="person",
            name="registry_pe_dwellin_4d47ec_idx",
        ),
        migrations.RunSQL(PRIMARY_KEY.format(columns="id, district"), PRIMARY_KEY.format(columns="district, id")),
        migrations.RunSQL(SEARCH, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="person",
            name="dwelling",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="residents",
                to="registry.dwelling",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="household",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="members",
                to="registry.household",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["area_code", "name", "birth_date"], name="person_area"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("household__isnull", False)), fields=["household"], name="person_household"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("dwelling__isnull", False)), fields=["dwelling"], name="person_dwelling"
            ),
        ),
    ]
