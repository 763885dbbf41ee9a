-- Functions that anyone may call tell a stranger nothing, and never crash.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE ROLE query_stranger;
GRANT query_stranger TO CURRENT_USER;
CREATE TABLE secret (email numeric PRIMARY KEY, name text);
INSERT INTO secret VALUES (42.10, 'Hidden');
CREATE TABLE open_record (id int PRIMARY KEY, name text);
INSERT INTO open_record VALUES (1, 'Seen');
SELECT relate.create_workspace('query_strangers');
SET relate.workspace = 'query_strangers';
SELECT count(relate.register_module(t)) FROM unnest('{secret,open_record}'::regclass[]) t;

-- OIDs of no table, and of other tables.
SELECT relate.record_name_in(0::regclass, 1, 1);
SELECT relate.record_name_in(99999999::regclass, 1, 1);
SELECT relate.record_name_in('pg_class', 1, 1);
SELECT relate.record_name_in('secret', 1, 1);

-- How a key is spelt is told to those who may read it.
SELECT relate.canonical_key(1, '42.1'), relate.canonical_key(1, '43.1');
SET ROLE query_stranger;
SELECT relate.canonical_key(1, '42.1'), relate.canonical_key(1, '43.1');
SELECT relate.record_name('secret', '42.1');
RESET ROLE;

-- A text that is no key is no record, in a parallel query too.
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT relate.record_name('secret', 'abc'), relate.record_name('secret', '42.1');
SELECT set_config(name, 'off', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');

-- A module whose table is closed to the workspace's owner, or gone.
SELECT relate.set_status('open_record', 1, 'Customer');
SELECT relate.create_relationship_type('pair', 'open_record', 'open_record');
CREATE ROLE query_owner;
GRANT query_owner TO CURRENT_USER;
GRANT CREATE ON SCHEMA query_strangers TO query_owner;
ALTER TABLE query_strangers.relationship OWNER TO query_owner;
SELECT relate.set_status('open_record', 1, 'Prospect');
SELECT relate.create_relationship('pair', 1, 1);
ALTER TABLE query_strangers.relationship OWNER TO CURRENT_USER;
SELECT relate.set_status('open_record', 1, 'Prospect');
SELECT relate.status_of('open_record', 1);

-- A workspace that was renamed is the same workspace.
ALTER SCHEMA query_strangers RENAME TO query_renamed;
SET relate.workspace = 'query_renamed';
SELECT relate.status_of('open_record', 1);
SELECT relate.set_status('open_record', 1, 'Customer');
SELECT relate.drop_workspace('query_renamed', 'cascade');
RESET relate.workspace;
DROP TABLE secret, open_record;
DROP ROLE query_stranger, query_owner;
