"""What the app role and the audit role may do. The roles themselves are made by deploy/roles.sql."""

from django.db import migrations

from accounts.rls import AppendOnly

GRANTS = """
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO portal_app, portal_audit;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO portal_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO portal_app;
GRANT SELECT ON accounts_auditentry, accounts_area, accounts_department, accounts_post TO portal_audit;
GRANT SELECT (id, username, full_name) ON accounts_user TO portal_audit;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM portal_app;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        AppendOnly("accounts_auditentry", readable=False),
    ]
