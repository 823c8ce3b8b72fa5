"""Who is meant by an identity number, for the auditor: record ids, no name, no place, and only for a whole number."""

from django.db import migrations

# Reviewed: the blind index of a number is all that goes in, ids are all that comes out; the app's role cannot call it.
IDS_OF_NUMBER = """
CREATE FUNCTION registry_ids_of_number(mark bytea) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    low text := coalesce(current_setting('app.scope_lo', true), '');
    high text := coalesce(current_setting('app.scope_hi', true), '');
BEGIN
    -- The policy holds for the owner of the table too: the whole country for this one statement.
    PERFORM set_config('app.scope_lo', '0', true), set_config('app.scope_hi', '999999999999999999', true);
    RETURN QUERY SELECT id FROM public.registry_person WHERE id_number_index = mark ORDER BY id LIMIT 50;
    PERFORM set_config('app.scope_lo', low, true), set_config('app.scope_hi', high, true);
END $$;
REVOKE ALL ON FUNCTION registry_ids_of_number(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION registry_ids_of_number(bytea) FROM portal_app;
GRANT EXECUTE ON FUNCTION registry_ids_of_number(bytea) TO portal_audit;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_sight")]

    operations = [migrations.RunSQL(IDS_OF_NUMBER, migrations.RunSQL.noop)]
