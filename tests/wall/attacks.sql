-- Ways around row-level security that an injected statement could try, one statement a line. {t} is the table, {foreign} the
-- key of a row outside the scope. The attacker acts as portal_app with the scope of one community. A statement may fail; none
-- may bring up, tell or change a row outside.

-- # Reading

-- attack: plain
SELECT * FROM {t};

-- attack: star of a whole row
SELECT t FROM {t} t;

-- attack: table command
TABLE {t};

-- attack: only
SELECT * FROM ONLY {t};

-- attack: always true
SELECT * FROM {t} WHERE area_code = 0 OR 1 = 1;

-- attack: range of everything
SELECT * FROM {t} WHERE area_code BETWEEN 0 AND 999999999999999999;

-- attack: subquery
SELECT * FROM (SELECT * FROM {t}) s;

-- attack: subquery in the list
SELECT (SELECT json_agg(t) FROM {t} t);

-- attack: exists
SELECT 'WESTMARK seen' WHERE EXISTS (SELECT FROM {t} WHERE area_code / 1000000 = 310151101002);

-- attack: common table expression
WITH c AS (SELECT * FROM {t}) SELECT * FROM c;

-- attack: materialised expression
WITH c AS MATERIALIZED (SELECT * FROM {t}) SELECT * FROM c;

-- attack: recursive expression
WITH RECURSIVE c AS (SELECT t::text AS x, 1 AS n FROM {t} t UNION SELECT t::text, n + 1 FROM {t} t, c WHERE n < 3) SELECT * FROM c;

-- attack: lateral
SELECT l.* FROM (VALUES (1)) v, LATERAL (SELECT * FROM {t}) l;

-- attack: self join
SELECT a.*, b.* FROM {t} a JOIN {t} b ON true;

-- attack: left join from nothing
SELECT t.* FROM (VALUES (1)) v LEFT JOIN {t} t ON true;

-- attack: full join
SELECT * FROM {t} a FULL JOIN {t} b ON a.area_code = b.area_code + 1;

-- attack: union
SELECT t::text FROM {t} t UNION ALL SELECT t::text FROM {t} t;

-- attack: except
SELECT t::text FROM {t} t EXCEPT SELECT t::text FROM {t} t WHERE area_code = 310151101001001005;

-- attack: window
SELECT t, lag(t) OVER (), lead(t) OVER (), first_value(t) OVER (ORDER BY area_code DESC) FROM {t} t;

-- attack: grouping sets
SELECT area_code, count(*), string_agg(t::text, ',') FROM {t} t GROUP BY GROUPING SETS ((), (area_code));

-- attack: lowest and highest
SELECT min(area_code) FILTER (WHERE area_code NOT BETWEEN 310151101001000000 AND 310151101001999999) FROM {t};

-- attack: json of the row
SELECT to_jsonb(t), row_to_json(t) FROM {t} t;

-- attack: array of rows
SELECT array_agg(t) FROM {t} t;

-- attack: by physical place
SELECT * FROM {t} WHERE ctid IN ('(0,1)', '(0,2)', '(0,3)', '(0,4)');

-- attack: by range of places
SELECT * FROM {t} WHERE ctid >= '(0,0)';

-- attack: sample
SELECT * FROM {t} TABLESAMPLE BERNOULLI (100);

-- attack: locking
SELECT * FROM {t} FOR UPDATE;

-- attack: locking and skipping
SELECT * FROM {t} FOR NO KEY UPDATE SKIP LOCKED;

-- attack: query as XML
SELECT query_to_xml('SELECT * FROM {t}', true, true, '');

-- attack: table as XML
SELECT table_to_xml('{t}', true, true, '');

-- attack: schema as XML
SELECT schema_to_xml('public', true, true, '');

-- attack: text search statistics
SELECT * FROM ts_stat('SELECT to_tsvector(t::text) FROM {t} t');

-- attack: column statistics
SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE tablename = '{t}';

-- attack: raw statistics
SELECT stavalues1::text, stavalues2::text FROM pg_statistic WHERE starelid = '{t}'::regclass;

-- attack: copy of a query
COPY (SELECT * FROM {t}) TO STDOUT;

-- attack: copy of the table
COPY {t} TO STDOUT;

-- attack: copy to a program
COPY {t} TO PROGRAM 'cat';

-- attack: copy to a file
COPY {t} TO 'stolen';

-- attack: division by zero
SELECT * FROM {t} WHERE 1 / (area_code - 310151101002000000) > 0;

-- attack: cast that quotes
SELECT * FROM {t} WHERE t::text::int > 0;

-- attack: case that fails
SELECT CASE WHEN area_code >= 310151101002000000 THEN t::text::int END FROM {t} t;

-- attack: explain with rows
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, VERBOSE) SELECT * FROM {t} WHERE area_code > 310151101002000000;

-- attack: not in
SELECT g FROM generate_series(910000000000, 910000000300) g WHERE g NOT IN (SELECT 1) AND EXISTS (SELECT FROM {t} t WHERE to_jsonb(t)::text LIKE '%' || g || '%');

-- attack: cross-check of a key
SELECT 'WESTMARK seen' FROM {t} WHERE area_code = 310151101002000000 LIMIT 1;

-- attack: dynamic statement
DO $$DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT * FROM {t}' LOOP RAISE NOTICE '%', r; END LOOP; END$$;

-- attack: prepared
PREPARE p AS SELECT * FROM {t};
EXECUTE p;

-- attack: prepared with a parameter
PREPARE p (bigint) AS SELECT * FROM {t} WHERE area_code >= $1;
EXECUTE p (0);

-- attack: cursor
DECLARE c CURSOR FOR SELECT * FROM {t};
FETCH ALL FROM c;

-- attack: scrolling cursor
DECLARE c SCROLL CURSOR FOR SELECT * FROM {t};
MOVE LAST FROM c;
FETCH BACKWARD ALL FROM c;

-- attack: row security off
SET LOCAL row_security = off;
SELECT * FROM {t};

-- attack: replica role
SET LOCAL session_replication_role = replica;
SELECT * FROM {t};

-- attack: become the owner
SET LOCAL ROLE portal_owner;
SELECT * FROM {t};

-- attack: become the superuser
SET LOCAL ROLE postgres;
SELECT * FROM {t};

-- attack: session of the owner
SET LOCAL SESSION AUTHORIZATION portal_owner;
SELECT * FROM {t};

-- attack: become the auditor
SET LOCAL ROLE portal_audit;
SELECT * FROM {t};

-- attack: reset the role
RESET ROLE;
SELECT * FROM {t};

-- attack: take the table
ALTER TABLE {t} OWNER TO portal_app;
SELECT * FROM {t};

-- attack: lift the wall
ALTER TABLE {t} DISABLE ROW LEVEL SECURITY;
SELECT * FROM {t};

-- attack: not forced
ALTER TABLE {t} NO FORCE ROW LEVEL SECURITY;
SELECT * FROM {t};

-- attack: own policy
CREATE POLICY mine ON {t} USING (true);
SELECT * FROM {t};

-- attack: changed policy
ALTER POLICY within_scope ON {t} USING (true);
SELECT * FROM {t};

-- attack: bypass granted
ALTER ROLE portal_app BYPASSRLS;
SELECT * FROM {t};

-- attack: membership granted
GRANT portal_owner TO portal_app;
SET LOCAL ROLE portal_owner;
SELECT * FROM {t};

-- attack: view
CREATE TEMP VIEW v AS SELECT * FROM {t};
SELECT * FROM v;

-- attack: view without a barrier
CREATE TEMP VIEW v WITH (security_barrier = false) AS SELECT * FROM {t};
SELECT * FROM v;

-- attack: view in public
CREATE VIEW public.v AS SELECT * FROM {t};
SELECT * FROM v;

-- attack: kept as a table
CREATE TEMP TABLE k AS SELECT * FROM {t};
SELECT * FROM k;

-- attack: selected into
SELECT * INTO TEMP k FROM {t};
SELECT * FROM k;

-- attack: materialised view
CREATE MATERIALIZED VIEW m AS SELECT * FROM {t};
SELECT * FROM m;

-- attack: inherited
CREATE TEMP TABLE k () INHERITS ({t});
SELECT * FROM {t};

-- attack: foreign data
CREATE EXTENSION postgres_fdw;
SELECT * FROM {t};

-- attack: inspection of pages
CREATE EXTENSION pageinspect;
SELECT get_raw_page('{t}', 0);

-- attack: file of the table
SELECT pg_read_binary_file(pg_relation_filepath('{t}'));

-- attack: statements of others
SELECT query FROM pg_stat_activity;

-- attack: large objects
SELECT lo_import('/etc/passwd');

-- attack: type of the row
SELECT (jsonb_populate_recordset(NULL::{t}, (SELECT jsonb_agg(t) FROM {t} t))).*;


-- # Functions that tell what they are given

-- attack: leaky function in the condition
CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', x::text; RETURN true; END$$;
SELECT 1 FROM {t} t WHERE pg_temp.leak(t.area_code);

-- attack: leaky function on the whole row
CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', x::text; RETURN true; END$$;
SELECT 1 FROM {t} t WHERE pg_temp.leak(to_jsonb(t));

-- attack: leaky function behind a subquery
CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', x::text; RETURN true; END$$;
SELECT 1 FROM (SELECT * FROM {t} OFFSET 0) t WHERE pg_temp.leak(t.area_code);

-- attack: leaky function in a join
CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', x::text; RETURN true; END$$;
SELECT 1 FROM {t} a JOIN {t} b ON pg_temp.leak(b.area_code);

-- attack: leaky function in the order
CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', x::text; RETURN true; END$$;
SELECT 1 FROM {t} t ORDER BY pg_temp.leak(t.area_code);

-- attack: leaky function in an aggregate
CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', x::text; RETURN true; END$$;
SELECT count(*) FILTER (WHERE pg_temp.leak(t.area_code)) FROM {t} t;

-- attack: error that quotes the row
CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$BEGIN IF x::text LIKE '%WEST%' THEN RAISE EXCEPTION 'leaked %', x::text; END IF; RETURN true; END$$;
SELECT 1 FROM {t} t WHERE pg_temp.leak(to_jsonb(t));

-- attack: leaky function in a view
CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', x::text; RETURN true; END$$;
CREATE TEMP VIEW v AS SELECT * FROM {t};
SELECT 1 FROM v WHERE pg_temp.leak(v.area_code);

-- attack: own operator
CREATE FUNCTION pg_temp.leak(x bigint) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', x::text; RETURN true; END$$;
CREATE OPERATOR pg_temp.!! (FUNCTION = pg_temp.leak, RIGHTARG = bigint);
SELECT 1 FROM {t} t WHERE OPERATOR(pg_temp.!!) t.area_code;

-- attack: claimed to be leakproof
CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean LEAKPROOF COST 0.000001 LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', x::text; RETURN true; END$$;
SELECT 1 FROM {t} t WHERE pg_temp.leak(t.area_code);


-- # Functions, triggers and rules

-- attack: own function
CREATE FUNCTION pg_temp.f() RETURNS SETOF {t} LANGUAGE sql AS $$SELECT * FROM {t}$$;
SELECT * FROM pg_temp.f();

-- attack: own definer function
CREATE FUNCTION pg_temp.f() RETURNS SETOF {t} LANGUAGE sql SECURITY DEFINER AS $$SELECT * FROM {t}$$;
SELECT * FROM pg_temp.f();

-- attack: own function without row security
CREATE FUNCTION pg_temp.f() RETURNS SETOF {t} LANGUAGE sql SET row_security = off AS $$SELECT * FROM {t}$$;
SELECT * FROM pg_temp.f();

-- attack: own function with another scope's name
CREATE FUNCTION pg_temp.current_setting(text, boolean) RETURNS text LANGUAGE sql AS $$SELECT CASE WHEN $1 = 'app.scope_lo' THEN '0' ELSE '999999999999999999' END$$;
SET LOCAL search_path = pg_temp, public, pg_catalog;
SELECT * FROM {t};

-- attack: shadowed comparison
CREATE FUNCTION pg_temp.ge(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR pg_temp.>= (FUNCTION = pg_temp.ge, LEFTARG = bigint, RIGHTARG = bigint);
SET LOCAL search_path = pg_temp, public, pg_catalog;
SELECT * FROM {t};

-- attack: function in public
CREATE FUNCTION public.f() RETURNS SETOF {t} LANGUAGE sql SECURITY DEFINER AS $$SELECT * FROM {t}$$;
SELECT * FROM public.f();

-- attack: search function for everything
SELECT p.* FROM registry_search_people('', 100000) s(id) JOIN registry_person p USING (id);

-- attack: numbers of the search function
SELECT s FROM registry_search_people('', 100000) s;

-- attack: pattern in the search function
SELECT s FROM registry_search_people('%', 100000) s;

-- attack: owner of the search function
CREATE FUNCTION pg_temp.thief() RETURNS boolean LANGUAGE plpgsql AS $$DECLARE r record; BEGIN FOR r IN SELECT * FROM public.registry_person LOOP RAISE NOTICE '%', r; END LOOP; RETURN true; END$$;
CREATE TEMP VIEW registry_person AS SELECT 1::bigint AS id, 'x'::text AS name, 'x'::text AS residence_address, 310151101001001005 AS area_code, 310151101001001005 AS registered_area_code WHERE pg_temp.thief();
GRANT SELECT ON pg_temp.registry_person TO PUBLIC;
SELECT * FROM registry_search_people('', 100);

-- attack: owner of the taken numbers
CREATE FUNCTION pg_temp.thief() RETURNS boolean LANGUAGE plpgsql AS $$DECLARE r record; BEGIN FOR r IN SELECT * FROM public.registry_person LOOP RAISE NOTICE '%', r; END LOOP; RETURN true; END$$;
CREATE TEMP VIEW registry_person AS SELECT 310151 AS district, ''::bytea AS id_number_index WHERE pg_temp.thief();
GRANT SELECT ON pg_temp.registry_person TO PUBLIC;
SELECT * FROM registry_taken_id_numbers(310151, ARRAY[''::bytea]);

-- attack: changed function
CREATE OR REPLACE FUNCTION public.registry_search_people(wanted text, most integer) RETURNS SETOF bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT id FROM registry_person';
SELECT registry_search_people('', 100);

-- attack: trigger on the table
CREATE FUNCTION pg_temp.tell() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '%', OLD; RETURN NEW; END$$;
CREATE TRIGGER t BEFORE UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION pg_temp.tell();
UPDATE {t} SET district = district;

-- attack: rule on the table
CREATE RULE r AS ON SELECT TO {t} DO INSTEAD SELECT 1;

-- attack: trigger on a copy
CREATE TEMP TABLE k (LIKE {t});
CREATE FUNCTION pg_temp.tell() RETURNS trigger LANGUAGE plpgsql AS $$DECLARE r record; BEGIN FOR r IN SELECT * FROM {t} LOOP RAISE NOTICE '%', r; END LOOP; RETURN NULL; END$$;
CREATE TRIGGER t AFTER INSERT ON k EXECUTE FUNCTION pg_temp.tell();
INSERT INTO k SELECT * FROM {t};

-- attack: deferred trigger
CREATE TEMP TABLE k (n int);
CREATE FUNCTION pg_temp.tell() RETURNS trigger LANGUAGE plpgsql AS $$DECLARE r record; BEGIN FOR r IN SELECT * FROM {t} LOOP RAISE NOTICE '%', r; END LOOP; RETURN NULL; END$$;
CREATE CONSTRAINT TRIGGER t AFTER INSERT ON k DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.tell();
INSERT INTO k VALUES (1);

-- attack: index on an expression
CREATE FUNCTION pg_temp.tell(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', $1; RETURN $1; END$$;
CREATE INDEX ON {t} (pg_temp.tell(area_code));

-- attack: constraint that tells
CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean COST 0.000001 LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'leaked %', x::text; RETURN true; END$$;
ALTER TABLE {t} ADD CHECK (pg_temp.leak(area_code));


-- # Writing

-- attack: update of all
UPDATE {t} SET district = district RETURNING *;

-- attack: update told by another
UPDATE {t} SET district = {t}.district FROM (SELECT 1) s RETURNING {t}.*;

-- attack: update that moves
UPDATE {t} SET area_code = 310151101002000000 RETURNING *;

-- attack: delete of all
DELETE FROM {t} RETURNING *;

-- attack: delete using
DELETE FROM {t} USING {t} o RETURNING o.*;

-- attack: write in an expression
WITH w AS (UPDATE {t} SET district = district RETURNING *) SELECT * FROM w;

-- attack: delete in an expression
WITH w AS (DELETE FROM {t} RETURNING *) SELECT * FROM w;

-- attack: insert from itself
INSERT INTO {t} SELECT * FROM {t} RETURNING *;

-- attack: insert into the next village
INSERT INTO {t} SELECT (jsonb_populate_record(t, '{"area_code": 310151101002000000}'::jsonb)).* FROM {t} t RETURNING *;

-- attack: conflict that updates
INSERT INTO {t} SELECT (jsonb_populate_record(NULL::{t}, '{"id": {foreign}, "pgh_id": {foreign}, "report_id": {foreign}, "subject_id": {foreign}, "district": 310151}'::jsonb || to_jsonb(t) - 'id' - 'pgh_id' - 'report_id' - 'subject_id')).* FROM {t} t ON CONFLICT DO NOTHING RETURNING *;

-- attack: merge
MERGE INTO {t} USING (SELECT 310151101002000000 AS code) s ON {t}.area_code = s.code WHEN MATCHED THEN UPDATE SET district = 310151 WHEN NOT MATCHED THEN DO NOTHING;

-- attack: merge that deletes
MERGE INTO {t} USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE RETURNING {t}.*;

-- attack: truncate
TRUNCATE {t};

-- attack: copy into the table
COPY {t} FROM PROGRAM 'echo';

-- attack: drop
DROP TABLE {t} CASCADE;

-- attack: no triggers
ALTER TABLE {t} DISABLE TRIGGER ALL;
UPDATE {t} SET district = district RETURNING *;

-- attack: identity taken
ALTER TABLE {t} REPLICA IDENTITY FULL;
DELETE FROM {t} RETURNING *;


-- # One connection, two people: what follows `then` runs in a transaction of its own, without a scope or with the next village's

-- attack: scope left behind
SELECT count(*) FROM {t};
-- then
SELECT * FROM {t};

-- attack: prepared before
PREPARE p AS SELECT * FROM {t};
EXECUTE p;
-- then
EXECUTE p;

-- attack: prepared and planned for good
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT * FROM {t};
EXECUTE p;
-- then
SET LOCAL plan_cache_mode = force_generic_plan;
EXECUTE p;

-- attack: view made before
CREATE TEMP VIEW v AS SELECT * FROM {t};
SELECT * FROM v;
-- then
SELECT * FROM v;

-- attack: function made before
CREATE FUNCTION pg_temp.f() RETURNS SETOF {t} STABLE LANGUAGE sql AS $$SELECT * FROM {t}$$;
SELECT pg_temp.f();
-- then
SELECT pg_temp.f();

-- attack: compiled function made before
CREATE FUNCTION pg_temp.f() RETURNS SETOF text STABLE LANGUAGE plpgsql AS $$BEGIN RETURN QUERY SELECT t::text FROM {t} t; END$$;
SELECT pg_temp.f();
SELECT pg_temp.f();
SELECT pg_temp.f();
SELECT pg_temp.f();
SELECT pg_temp.f();
SELECT pg_temp.f();
-- then
SELECT pg_temp.f();

-- attack: plan of an immutable function
CREATE FUNCTION pg_temp.f() RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT string_agg(t::text, ',') FROM {t} t); END$$;
PREPARE p AS SELECT pg_temp.f();
EXECUTE p;
-- then
EXECUTE p;

-- attack: cursor without hold
DECLARE c CURSOR FOR SELECT * FROM {t};
-- then
FETCH ALL FROM c;

-- attack: after an error
SELECT 1 / 0;
-- then
SELECT * FROM {t};

-- attack: after a savepoint
SAVEPOINT s;
SELECT * FROM {t};
ROLLBACK TO s;
-- then
SELECT * FROM {t};

-- attack: after an error in a savepoint
SAVEPOINT s;
SET LOCAL app.scope_lo = 'x';
SELECT * FROM {t};
ROLLBACK TO s;
-- then
SELECT * FROM {t};
