-- Bad input to modules and relationship types: what is said of each, and that nothing is changed.
SET client_min_messages = warning;
CREATE SCHEMA catalog_test;
GRANT USAGE ON SCHEMA catalog_test TO PUBLIC;
CREATE FUNCTION catalog_test.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text; detail text; hint text; rule text; place text; col text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
                            rule = CONSTRAINT_NAME, place = TABLE_NAME, col = COLUMN_NAME;
    RETURN concat_ws(E'\n', concat_ws(' ', SQLSTATE, nullif(rule, ''), nullif(concat_ws('.', nullif(place, ''), nullif(col, '')), '')) || ': ' || said, '  ' || nullif(detail, ''),
                     '  -> ' || nullif(hint, ''));
END $$;
\pset format unaligned
\pset tuples_only on

-- No workspace yet.
SELECT catalog_test.refusal($$SELECT relate.register_module('pg_class')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('x')$$);
SELECT relate.create_workspace('catalog_crm');
CREATE TABLE catalog_test.contacts (id int PRIMARY KEY, name text, sort text, born date, at time, photo bytea, doc jsonb);
CREATE TABLE catalog_test.tickets (id int PRIMARY KEY, subject text);
CREATE TABLE catalog_test.companies (id int PRIMARY KEY, name text);
CREATE TABLE catalog_test.users (id int PRIMARY KEY, name text);
CREATE TABLE catalog_test.groups (id int PRIMARY KEY, name text);
SELECT relate.register_module('catalog_test.contacts', kind_column => 'sort'), relate.register_module('catalog_test.tickets'),
       relate.register_module('catalog_test.companies', kind => 'organization'),
       relate.register_module('catalog_test.users', is_system => true),
       relate.register_module('catalog_test.groups', is_system => true);
SELECT relate.create_relationship_type('ownership', 'contact', 'ticket', 'one_to_many');
CREATE TABLE catalog_test.before AS SELECT (SELECT jsonb_agg(m) FROM catalog_crm.module m) AS modules,
    (SELECT jsonb_agg(t) FROM catalog_crm.relationship_type t) AS types, (SELECT jsonb_agg(s) FROM catalog_crm.status s) AS statuses;

-- ---- what cannot be a module
CREATE TABLE catalog_test.bare (id int, name text);
CREATE TABLE catalog_test.loose (id int UNIQUE, late int UNIQUE DEFERRABLE, part int);
CREATE UNIQUE INDEX ON catalog_test.loose (part) WHERE part > 0;
CREATE UNIQUE INDEX ON catalog_test.loose (abs(part));
CREATE VIEW catalog_test.view AS SELECT * FROM catalog_test.contacts;
CREATE MATERIALIZED VIEW catalog_test.matview AS SELECT 1 AS id;
CREATE SEQUENCE catalog_test.sequence;
CREATE TYPE catalog_test.composite AS (id int);
CREATE TEMP TABLE temporary (id int PRIMARY KEY);
CREATE TABLE catalog_test.parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE catalog_test.part PARTITION OF catalog_test.parts DEFAULT;
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.bare')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.loose')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.view')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.matview')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.sequence')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.composite')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.contacts_pkey')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('temporary')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.part')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('pg_catalog.pg_class')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('information_schema.sql_features')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_crm.relationship')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_crm.status')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.nowhere')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module(4)$$);
SELECT catalog_test.refusal($$SELECT relate.register_module(NULL)$$);

-- ---- names, keys and columns of a module
CREATE TABLE catalog_test.things (id int PRIMARY KEY, name text, sort text, born date, at time, photo bytea, doc jsonb);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.contacts', 'other')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', 'contact')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', 'My Thing')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', '1thing')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', '')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', repeat('x', 64))$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', singular => ' ')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', kind => '')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', key_columns => '{name}')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', key_columns => '{id,name}')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', key_columns => '{}')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', key_columns => '{nothing}')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', key_columns => '{ctid}')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', key_columns => '{id,NULL}')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', name_columns => '{name,name}')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', name_columns => '{surname}')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', name_columns => '{photo}')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', name_columns => '{doc}')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', kind_column => 'born')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', kind_column => 'species')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', kind => 'individual', kind_column => 'sort')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', date_column => 'at')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', date_column => 'name')$$);
SELECT catalog_test.refusal($$SELECT relate.alter_module('nobody')$$);
SELECT catalog_test.refusal($$SELECT relate.alter_module(NULL)$$);
SELECT catalog_test.refusal($$SELECT relate.alter_module('contact', new_name => 'ticket')$$);
SELECT catalog_test.refusal($$SELECT relate.alter_module('contact', reset => '{table_name}')$$);
SELECT catalog_test.refusal($$SELECT relate.alter_module('contact', reset => '{NULL}')$$);
SELECT catalog_test.refusal($$SELECT relate.alter_module('contact', kind => 'x', reset => '{kind}')$$);
SELECT catalog_test.refusal($$SELECT relate.unregister_module('nobody')$$);
SELECT catalog_test.refusal($$SELECT relate.unregister_module(NULL)$$);
SELECT catalog_test.refusal($$SELECT relate.unregister_module('contact')$$);

-- ---- rights: of the one who registers, and of the workspace's owner
CREATE ROLE regress_catalog_cay;
CREATE ROLE regress_catalog_dan;
GRANT regress_catalog_cay, regress_catalog_dan TO CURRENT_USER;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_catalog_cay', current_database()); END $$;
SET ROLE regress_catalog_cay;
SET client_min_messages = error;
SELECT relate.create_workspace('catalog_cays');
SET relate.workspace = 'catalog_cays';
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things')$$);
RESET ROLE;
GRANT REFERENCES (id), SELECT (name) ON catalog_test.things TO regress_catalog_cay;
SET ROLE regress_catalog_cay;
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things', kind_column => 'sort')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_test.things')$$);
RESET ROLE;
GRANT TRIGGER ON catalog_test.things TO regress_catalog_cay;
SET ROLE regress_catalog_cay;
SELECT relate.register_module('catalog_test.things');
SELECT relate.grant_role('regress_catalog_dan', 'administrator');
-- An administrator gets no further than his own rights, even where the owner's would do.
SET ROLE regress_catalog_dan;
SELECT relate.alter_module('thing', singular => 'Item');
SELECT catalog_test.refusal($$UPDATE catalog_cays.module SET name_columns = '{}'$$);
RESET ROLE;
RESET relate.workspace;
SELECT relate.grant_role('regress_catalog_cay', 'reader');
SET ROLE regress_catalog_cay;
SET client_min_messages = notice;
\set VERBOSITY terse
-- Who registered it cannot drop the trigger of another's table: it stays, and does nothing.
SELECT relate.drop_workspace('catalog_cays');
RESET ROLE;
SET client_min_messages = warning;
RESET relate.workspace;
DELETE FROM catalog_test.things;
DROP TRIGGER relate_record_deleted ON catalog_test.things;
DROP OWNED BY regress_catalog_cay, regress_catalog_dan;
DROP ROLE regress_catalog_cay, regress_catalog_dan;

-- ---- relationship types
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type(NULL)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type(' ')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type(repeat('x', 101))$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('ownership')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'kontakt', 'ticket')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'Ticket')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', cardinality => 'some_to_many')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', cardinality => '1:2')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', cardinality => '')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', label => '  ')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', target_role => '')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'ticket', 'one_to_many', max_sources_per_target => 2)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'ticket', 'many_to_one', max_targets_per_source => 2)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'ticket', 'one_to_one', max_targets_per_source => 0)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'ticket', max_targets_per_source => 0)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'ticket', max_sources_per_target => -1)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', default_importance => 6)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', default_importance => 0)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', default_importance => 99999)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', hierarchy_parent => 'top')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', hierarchy_parent => 'source', allow_self => true)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', on_source_delete => 'cascade')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', on_target_delete => '')$$);
-- symmetric
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', is_symmetric => true, cardinality => 'one_to_many')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', is_symmetric => true, hierarchy_parent => 'source')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'ticket', is_symmetric => true)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', is_symmetric => true, source_kind => 'a', target_kind => 'b',
    source_role => 'A', target_role => 'B', label => 'a', inverse_label => 'b', max_targets_per_source => 2, max_sources_per_target => 3,
    source_may => '{a}', target_may => '{b}', on_source_delete => 'restrict', on_target_delete => 'remove_link')$$);
-- kinds and acting rights
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'company', 'contact', source_kind => 'individual')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'ticket', target_kind => 'individual')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'ticket', source_kind => '')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'company', 'contact', source_may => '{sign}')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'contact', target_kind => 'organization', target_may => '{*}')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', target_kind => 'organization', target_may => '{*}')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'ticket', source_may => '{sign,NULL}')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'contact', 'ticket', source_may => '{""}')$$);
-- system modules: every refused form, with the lookup to declare
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'user', 'ticket', 'one_to_many')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'user', 'ticket', 'many_to_one')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'ticket', 'user', 'one_to_many')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', 'user', 'group', 'one_to_many')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('new', NULL, 'user', 'one_to_many')$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('it''s', 'user', NULL, 'one_to_many')$$);
-- Deleting, and asking.
SELECT catalog_test.refusal($$SELECT relate.drop_relationship_type('nothing')$$);
SELECT catalog_test.refusal($$SELECT relate.drop_relationship_type(NULL)$$);
SELECT catalog_test.refusal($$SELECT * FROM relate.possible_types('contact', 1, 'nobody', 1)$$);
SELECT catalog_test.refusal($$SELECT * FROM relate.possible_types('contact', 1, 'contact', NULL::relate.record_key)$$);
SELECT catalog_test.refusal($$SELECT * FROM relate.possible_types(NULL, 1, 'contact', 1)$$);

-- Nothing of all this has left a trace.
SELECT (SELECT jsonb_agg(m) FROM catalog_crm.module m) = modules, (SELECT jsonb_agg(t) FROM catalog_crm.relationship_type t) = types,
    (SELECT jsonb_agg(s) FROM catalog_crm.status s) = statuses FROM catalog_test.before;
SELECT count(*) FROM pg_trigger WHERE tgname = 'relate_record_deleted';
SELECT relate.drop_workspace('catalog_crm');
DROP SCHEMA catalog_test CASCADE;
