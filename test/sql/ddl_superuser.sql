-- What only a superuser can do to a database with a workspace in it.
SET client_min_messages = warning;
CREATE SCHEMA super_shop;
CREATE TABLE super_shop.people (id int PRIMARY KEY, name text);
CREATE TABLE super_shop.firms (code text PRIMARY KEY);
INSERT INTO super_shop.people VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO super_shop.firms VALUES ('A');
SELECT relate.create_workspace('super_crm');
SET relate.workspace = 'super_crm';
SELECT relate.register_module('super_shop.people', name => 'person'), relate.register_module('super_shop.firms');
SELECT relate.create_relationship_type('employment', 'person', 'firm', 'many_to_many');
SELECT relate.create_relationship('employment', 1, 'A');
RESET client_min_messages;
CREATE FUNCTION super_shop.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    d text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(E'\n', SQLSTATE || ': ' || SQLERRM, nullif(d, ''));
END $$;

-- A foreign table is no module.
CREATE FOREIGN DATA WRAPPER super_wrapper;
CREATE SERVER super_server FOREIGN DATA WRAPPER super_wrapper;
CREATE FOREIGN TABLE super_shop.remote (id int NOT NULL) SERVER super_server;
SELECT super_shop.refusal($$SELECT relate.register_module('super_shop.remote')$$);
DROP FOREIGN DATA WRAPPER super_wrapper CASCADE;

-- An index that is marked invalid is made again.
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'super_crm.record_status_status_idx'::regclass;
SELECT severity, object, finding, what_to_do FROM relate.health_check() WHERE workspace = 'super_crm';
SELECT severity, object FROM relate.repair('super_crm');
SELECT * FROM relate.health_check() WHERE workspace = 'super_crm';

-- Who may look into the schema as the database's owner may no more once another is.
CREATE ROLE super_one;
CREATE ROLE super_other;
CREATE FUNCTION super_shop.give_database_to(role name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), role);
END $$;
SELECT rolname AS owner FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE datname = current_database() \gset
GRANT USAGE ON SCHEMA super_crm TO pg_database_owner;
SELECT FROM super_shop.give_database_to('super_one');
SET ROLE super_one;
SELECT relate.module_id('person');
RESET ROLE;
SELECT FROM super_shop.give_database_to('super_other');
SET ROLE super_one;
SELECT relate.module_id('person');
RESET ROLE;
SELECT FROM super_shop.give_database_to(:'owner');
REVOKE USAGE ON SCHEMA super_crm FROM pg_database_owner;

-- The event triggers' functions, called in other ways than by their events: nothing happens but an error.
CREATE EVENT TRIGGER super_wrong ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION relate.objects_dropped();
CREATE TABLE super_shop.x ();
DROP EVENT TRIGGER super_wrong;
CREATE TABLE super_shop.y ();
CREATE EVENT TRIGGER super_wrong ON sql_drop EXECUTE FUNCTION relate.ddl_done();
DROP TABLE super_shop.y;
DROP EVENT TRIGGER super_wrong;
CREATE EVENT TRIGGER super_wrong ON ddl_command_end EXECUTE FUNCTION relate.ddl_started();
CREATE TABLE super_shop.x ();
DROP EVENT TRIGGER super_wrong;

-- The extension goes with CASCADE only; users' tables stay whole and usable.
BEGIN;
SELECT super_shop.refusal('DROP EXTENSION pg_relate') LIKE '2BP01%' AS refused;
SET LOCAL client_min_messages = warning;
DROP EXTENSION pg_relate CASCADE;
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE 'relate_%';
SELECT evtname FROM pg_event_trigger WHERE evtname LIKE 'relate_%';
UPDATE super_shop.people SET id = id + 100;
DELETE FROM super_shop.firms;
TRUNCATE super_shop.people;
DROP TABLE super_shop.people;
SELECT attname FROM pg_attribute WHERE attrelid = 'super_crm.relationship'::regclass AND attnum BETWEEN 3 AND 8 AND NOT attisdropped;
ROLLBACK;
SELECT count(*) FROM super_crm.relationship;
SELECT super_shop.refusal('DELETE FROM super_shop.firms') LIKE '23503%' AS refused;

SET client_min_messages = warning;
SELECT relate.drop_workspace('super_crm', 'cascade');
DROP SCHEMA super_shop CASCADE;
DROP ROLE super_one, super_other;
