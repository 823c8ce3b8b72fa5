-- The four roles of the portal and what they may do by default in the present database. Run as superuser, in the
-- portal's database, before the first migration. Safe to repeat.
--   portal_owner  owns the tables, migrates, loads; never serves a page
--   portal_app    web and workers: no owner, no superuser, cannot pass by row-level security
--   portal_audit  reads the audit log, granted by its migration
--   portal_backup sees all rows and writes none: for `manage.py backup` and the comparison after a restore, nothing else
DO $roles$
DECLARE role text;
BEGIN
    PERFORM pg_advisory_xact_lock(5207721);  -- several databases may be made at once
    FOREACH role IN ARRAY ARRAY['portal_owner', 'portal_app', 'portal_audit', 'portal_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', role);
        END IF;
        EXECUTE format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION', role);
        -- Temporary names last: a temporary table cannot take the place of a real one. UTC is what Django expects, so
        -- that a connection which forgets its settings (accounts/connections.py) comes back to it.
        EXECUTE format('ALTER ROLE %I SET search_path = public, pg_temp', role);
        EXECUTE format('ALTER ROLE %I SET timezone = %L', role, 'UTC');
    END LOOP;
    ALTER ROLE portal_app SET idle_in_transaction_session_timeout = '10min';
    ALTER ROLE portal_audit SET default_transaction_read_only = on;
    ALTER ROLE portal_backup BYPASSRLS;
    ALTER ROLE portal_backup SET default_transaction_read_only = on;
    GRANT pg_read_all_data TO portal_backup;
    EXECUTE format('ALTER DATABASE %I OWNER TO portal_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO portal_app', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO portal_audit, portal_backup', current_database());
END
$roles$;

GRANT USAGE ON SCHEMA public TO portal_app, portal_audit;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_app;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO portal_app;
