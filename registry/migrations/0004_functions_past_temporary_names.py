"""The definer functions look for temporary names last.

A temporary schema that is not named comes first: whoever could create a temporary view called registry_person had the
functions read it, and what the view called ran as the tables' owner, past the policy. Shown by tests/wall/attacks.sql.
"""

from django.db import migrations

PATH = "pg_catalog, public, pg_temp"
FUNCTIONS = ("registry_search_people(text, integer)", "registry_taken_id_numbers(integer, bytea[])")


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_refused_numbers_and_import_steps")]

    operations = [
        migrations.RunSQL(f"ALTER FUNCTION {function} SET search_path = {PATH}", migrations.RunSQL.noop)
        for function in FUNCTIONS
    ]
