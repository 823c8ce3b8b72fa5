"""Row-level security of every table about residents, and the one reviewed search that applies the scope itself."""

from django.db import migrations

from accounts.rls import AppendOnly, ProtectTable, within_scope

BY_RESIDENCE = ["household", "dwelling", "organization", "difference", "importbatch", "event"]
PERSON_COLUMNS = ["area_code", "registered_area_code"]
SEEN_AS_PERSON = " OR ".join(within_scope(column) for column in PERSON_COLUMNS)

# LIKE is not leakproof: under a policy it would be tried on every row after a full scan. This function is owned by
# the tables' owner, may read past the policy, and repeats the policy's condition itself, so indexes are used.
SEARCH = f"""
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX registry_person_name_trgm ON registry_person USING gin (name gin_trgm_ops);
CREATE INDEX registry_person_address_trgm ON registry_person USING gin (residence_address gin_trgm_ops);
CREATE POLICY search_reads ON registry_person FOR SELECT TO portal_owner USING (true);
CREATE FUNCTION registry_search_people(wanted text, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT id FROM registry_person
    WHERE ({SEEN_AS_PERSON})
      AND (name LIKE '%' || wanted || '%' OR residence_address LIKE '%' || wanted || '%')
    LIMIT most
$$;
REVOKE ALL ON FUNCTION registry_search_people(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION registry_search_people(text, integer) TO portal_app;
"""


def protect(name: str, columns: list[str] | None = None) -> ProtectTable:
    return ProtectTable(f"registry_{name}", columns or ["area_code"], key=["district", "id"])


def protect_history(name: str, columns: list[str] | None = None) -> list[migrations.RunSQL]:
    table = f"registry_{name}history"
    return [ProtectTable(table, columns or ["area_code"], key=["district", "pgh_id"]), AppendOnly(table)]


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), ("accounts", "0002_wall")]

    operations = [
        protect("person", PERSON_COLUMNS),
        *protect_history("person", PERSON_COLUMNS),
        *[protect(name) for name in BY_RESIDENCE],
        *[protect(f"event{part}") for part in ("person", "step", "photo")],
        *protect_history("household"),
        *protect_history("dwelling"),
        *protect_history("organization"),
        migrations.RunSQL(SEARCH, migrations.RunSQL.noop),
    ]
