"""The chain over the audit log, and the walls that keep both as they were written."""

import django.contrib.postgres.fields
from django.db import migrations, models

GROUND = """
REVOKE ALL ON accounts_auditseal FROM portal_app;
GRANT SELECT, INSERT ON accounts_auditseal TO portal_audit;

-- Whoever writes a line does not choose when it was written.
CREATE FUNCTION accounts_audit_stamp() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    NEW.at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON accounts_auditentry FOR EACH ROW EXECUTE FUNCTION accounts_audit_stamp();

-- For every role, the owner of the table among them: no change, and no removal before six months are over.
CREATE FUNCTION accounts_audit_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < clock_timestamp() - interval '6 months' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
"""
TRIGGERS = """
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION accounts_audit_kept();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_kept();
-- Also where a session sets session_replication_role.
ALTER TABLE {table} ENABLE ALWAYS TRIGGER kept;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER kept_whole;
"""
EXPIRE = """
-- Removes what lies before a local day and the seals up to a number; leaves a line itself. The trigger guards the rest.
CREATE FUNCTION accounts_expire_audit(first_day date, last_seal bigint, proof text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    removed bigint;
BEGIN
    DELETE FROM accounts_auditseal WHERE number <= last_seal;
    DELETE FROM accounts_auditentry WHERE at < first_day::timestamp AT TIME ZONE 'Asia/Shanghai';
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed > 0 THEN
        INSERT INTO accounts_auditentry (
            at, action, object_type, object_id, result, details,
            post_role, purpose, address, reference, subject_type, subject_ids
        ) VALUES (
            now(), 'audit.expired', '', '', 'ok',
            jsonb_build_object('before', first_day, 'lines', removed, 'seal', last_seal, 'proof', proof),
            '', '', '', '', '', '{}'
        );
    END IF;
    RETURN removed;
END $$;
REVOKE ALL ON FUNCTION accounts_expire_audit(date, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_expire_audit(date, bigint, text) TO portal_audit;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_logins"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("day", models.DateField(db_index=True)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "entry_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("digests", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("digest", models.BinaryField()),
            ],
            options={
                "verbose_name": "审计封存",
            },
        ),
        migrations.RunSQL(GROUND, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS.format(table="accounts_auditentry"), migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS.format(table="accounts_auditseal"), migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE accounts_auditentry ENABLE ALWAYS TRIGGER stamp", migrations.RunSQL.noop),
        migrations.RunSQL(EXPIRE, migrations.RunSQL.noop),
    ]
