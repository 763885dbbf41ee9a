-- Names and rows of records whose keys are of unusual types, below SQL and by SQL.
SET client_min_messages = warning;
CREATE SCHEMA query_keys;
SET search_path = query_keys, pg_temp;
SET relate.workspace = 'query_keys_crm';
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE color AS ENUM ('red', 'green');
CREATE TYPE point3 AS (x int, y int);
CREATE DOMAIN positive AS bigint CHECK (value > 0);
CREATE DOMAIN paint AS color;

CREATE TABLE hub (id int PRIMARY KEY);
INSERT INTO hub VALUES (1);
SELECT relate.create_workspace('query_keys_crm');
SELECT relate.register_module('hub');
SELECT relate.create_relationship_type('has', 'hub', NULL);
CREATE ROLE regress_query_keys;
GRANT regress_query_keys TO CURRENT_USER;
GRANT USAGE ON SCHEMA query_keys TO regress_query_keys;
SELECT relate.grant_role('regress_query_keys', 'reader');

-- A table for each type of key, with one record, related to the hub.
CREATE TABLE kind (place serial, name text, type text, given text);
INSERT INTO kind (name, type, given) VALUES
    ('small', 'smallint', '-7'), ('text_c', 'text COLLATE "C"', 'a "b"'), ('nocase', 'text COLLATE nocase', 'Mixed'), ('varchar', 'varchar(9)', ''' x'),
    ('char', 'char(5)', 'ab'), ('numeric', 'numeric', '1.50'), ('date', 'date', '2020-02-29'), ('stamp', 'timestamptz', '2020-02-29 12:00:00+00'),
    ('enum', 'color', 'green'), ('paint', 'paint', 'green'), ('domain', 'positive', '12'), ('array', 'int[]', '{1,2}'), ('bytea', 'bytea', '\x00ff'), ('composite', 'point3', '(1,2)'),
    ('bool', 'boolean', 't'), ('double', 'float8', '0.1'), ('inet', 'inet', '10.0.0.1'), ('name', 'name', 'abc');
DO $$
DECLARE
    k record;
BEGIN
    FOR k IN SELECT * FROM kind ORDER BY place LOOP
        EXECUTE format('CREATE TABLE k_%s (id %s PRIMARY KEY, name text)', k.name, k.type);
        EXECUTE format('INSERT INTO k_%s VALUES (%L, %L)', k.name, k.given, 'name of ' || k.name);
        PERFORM relate.register_module(('k_' || k.name)::regclass, name_columns => '{name}');
        INSERT INTO query_keys_crm.relationship (type_id, source_key, target_module_id, target_key, importance)
        SELECT 1, 1, module_id, k.given, 3 FROM query_keys_crm.module AS m WHERE m.name = 'k_' || k.name;
    END LOOP;
END $$;
GRANT SELECT ON ALL TABLES IN SCHEMA query_keys TO regress_query_keys;
CREATE FUNCTION rows_of(module text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    EXECUTE format('SELECT string_agg(r::text, '','') FROM relate.related_rows(NULL::query_keys.%I, ''hub'', 1) AS r', module) INTO found;
    RETURN found;
END $$;
CREATE FUNCTION seen() RETURNS TABLE (module text, key text, name text, by_name text, backwards bigint, row_of text) LANGUAGE sql AS $$
    SELECT r.module, r.key::text, r.name, relate.record_name(r.module, r.key),
           (SELECT count(*) FROM relate.related_records(r.module, r.key)), query_keys.rows_of(r.module)
    FROM relate.related_records('hub', 1) AS r ORDER BY relationship_id
$$;
SELECT * FROM seen();
-- Other spellings of the same keys.
SELECT relate.record_name('k_nocase', 'mIXED') AS nocase, relate.record_name('k_numeric', '1.500') AS "numeric", relate.record_name('k_char', 'ab   ') AS "char",
       relate.record_name('k_date', 'Feb 29 2020') AS date, relate.record_name('k_domain', '-3') AS not_positive, relate.record_name('k_enum', 'blue') AS no_color,
       relate.record_name('k_array', '{ 1, 2 }') AS "array";
-- Also by a column, where PostgreSQL itself has no foreign key between such.
CREATE TABLE wall (id int PRIMARY KEY, paint_id paint);
INSERT INTO wall VALUES (1, 'green'), (2, NULL);
SELECT FROM relate.register_module('wall');
SELECT FROM relate.adopt_column('wall', '{paint_id}', 'k_paint', 'painted');
SELECT relate.create_relationship('painted', 2, 'green');
SELECT relationship_type, module, key FROM relate.related_records('k_paint', 'green');
CREATE SCHEMA query_keys_api;
SELECT function FROM relate.generate_functions('query_keys_api') WHERE relationship_type = 'painted';
SELECT w FROM k_paint AS k, query_keys_api.paint_walls(k) AS w;
SELECT k FROM wall AS w, query_keys_api.paint(w) AS k;
SELECT relate.delete_relationship('painted', 1, 'green');
TABLE wall ORDER BY id;

DO $$
DECLARE
    k record;
BEGIN
    FOR k IN SELECT * FROM query_keys.kind LOOP
        EXECUTE format('ALTER TABLE query_keys.k_%s ENABLE ROW LEVEL SECURITY', k.name);
        EXECUTE format('CREATE POLICY everything ON query_keys.k_%s USING (true)', k.name);
    END LOOP;
END $$;
SET ROLE regress_query_keys;
SELECT bool_and(row_security_active(('query_keys.k_' || name)::regclass)) FROM kind;
SELECT * FROM seen();
SELECT relate.record_name('k_nocase', 'mIXED') AS nocase, relate.record_name('k_numeric', '1.500') AS "numeric", relate.record_name('k_char', 'ab   ') AS "char",
       relate.record_name('k_date', 'Feb 29 2020') AS date, relate.record_name('k_domain', '-3') AS not_positive, relate.record_name('k_enum', 'blue') AS no_color,
       relate.record_name('k_array', '{ 1, 2 }') AS "array";
RESET ROLE;

SET client_min_messages = error;
DROP OWNED BY regress_query_keys;
DROP ROLE regress_query_keys;
DROP SCHEMA query_keys_crm, query_keys, query_keys_api CASCADE;
