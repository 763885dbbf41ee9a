-- Modules: tables of every shape, their defaults, changes and removal.
SET client_min_messages = warning;
SET DateStyle = 'ISO, YMD';
CREATE SCHEMA catalog_test;
CREATE FUNCTION catalog_test.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text; detail text; hint text; rule text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
                            rule = CONSTRAINT_NAME;
    RETURN concat_ws(E'\n', concat_ws(' ', SQLSTATE, nullif(rule, '')) || ': ' || said, '  ' || nullif(detail, ''),
                     '  -> ' || nullif(hint, ''));
END $$;
SELECT relate.create_workspace('catalog_crm');
CREATE SCHEMA "Catalog Shop";
SET search_path = "Catalog Shop";

-- English, as far as it goes: singular and plural of what tables and labels are called.
SELECT word, relate.singular_of(word) AS singular, relate.plural_of(relate.singular_of(word)) AS plural
FROM regexp_split_to_table('contacts companies people addresses statuses classes boxes opportunity_lines children women
    salesmen series equipment knives shelves leads analyses quizzes movies heroes photos houses courses databases
    expenses licenses purchases caches branches news buses aliases matrices vertices criteria keys days ties shoes
    contact status address gas lens news bus user human potatoes staff_members loyalty_categories loaves analysis
    causes axes sales Order_Lines SLAs s as ids sales_s', '\s+') WITH ORDINALITY AS w (word, n) ORDER BY n;
SELECT words, relate.identifier_of(words) AS identifier, relate.label_of(relate.identifier_of(words)) AS label
FROM unnest(ARRAY['OrderLines', 'Weird "Table"', '  two  words ', '2nd_try', 'größe', '!!!', 'SLA', 'abc123Def']) AS words;

-- Little said, much found: key, name, labels, name columns, date.
CREATE TABLE contacts (id int PRIMARY KEY, title text, "First Name" text, "LastName" varchar, created_on date);
CREATE TABLE companies (code char(5) PRIMARY KEY, company_name text, created_at timestamptz);
CREATE TABLE people (uid uuid PRIMARY KEY, name varchar, full_name text);
CREATE TABLE "OpportunityLines" (opportunity int, line int, subject text, PRIMARY KEY (opportunity, line));
CREATE TABLE statuses (k bigint PRIMARY KEY, n int);
CREATE TABLE "Weird ""Table""" ("The Id" int PRIMARY KEY, "Näme %I" text);
CREATE TABLE events (id bigint, at date, label text, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE users (id int PRIMARY KEY, "Display_Name" text);
SELECT relate.register_module('contacts'), relate.register_module('companies'), relate.register_module('people'),
       relate.register_module('"OpportunityLines"'), relate.register_module('statuses'),
       relate.register_module('"Weird ""Table"""', name_columns => '{"Näme %I"}'), relate.register_module('events'),
       relate.register_module('users', is_system => true);
SELECT * FROM relate.modules() ORDER BY module_id;
-- Customer and Prospect for each, but not for users and the like.
SELECT m.name, string_agg(s.name, ', ' ORDER BY s.position) AS statuses
FROM catalog_crm.module m LEFT JOIN catalog_crm.status s USING (module_id) GROUP BY m.name ORDER BY m.name;
-- The trigger on each table, and on partitions made before and after.
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
SELECT tgrelid::regclass, tgname, tgfoid::regproc, tgdeferrable FROM pg_trigger
WHERE tgname = 'relate_record_deleted' ORDER BY tgrelid::regclass::text COLLATE "C";

-- No primary key: the replica identity, then the narrowest index that can do it.
CREATE TABLE keyless (a int NOT NULL, b text NOT NULL, c int, d int NOT NULL, e int NOT NULL, f int NOT NULL, UNIQUE (a, b));
CREATE UNIQUE INDEX ON keyless (c);
CREATE UNIQUE INDEX ON keyless (d) WHERE d > 0;
CREATE UNIQUE INDEX ON keyless (abs(e));
ALTER TABLE keyless ADD UNIQUE (f) DEFERRABLE;
SELECT relate.register_module('keyless', 'one');
CREATE UNIQUE INDEX keyless_e ON keyless (e) INCLUDE (c);
SELECT * FROM relate.find_keys('keyless');
CREATE UNIQUE INDEX keyless_wide ON keyless (b, e);
ALTER TABLE keyless REPLICA IDENTITY USING INDEX keyless_wide;
SELECT * FROM relate.find_keys('keyless');
SELECT relate.unregister_module('one');
SELECT relate.register_module('keyless', 'two'), relate.unregister_module('two');
SELECT relate.register_module('keyless', 'three', key_columns => '{b,a}');
SELECT key_columns FROM relate.modules() WHERE name = 'three';

-- Everything said.
CREATE TABLE parties (id int PRIMARY KEY, short varchar(9), number int, sort text, since date);
SELECT relate.register_module('parties', name => 'party', singular => 'Party', plural => 'Parties of ours',
    name_columns => '{short,number}', kind_column => 'sort', key_columns => '{id}', date_column => 'since',
    is_system => false);

-- Changes.
SELECT relate.alter_module('party', new_name => 'client', singular => 'Client', is_system => true);
SELECT relate.alter_module('client', plural => 'Clients', name_columns => '{}');
SELECT relate.alter_module('client', kind => 'organization', reset => '{kind_column}');
SELECT name, singular, plural, name_columns, kind, kind_column, date_column, is_system FROM relate.modules() WHERE name = 'client';
SELECT relate.alter_module('client', reset => '{singular,plural,kind,date_column,is_system}', name_columns => '{number}');
SELECT relate.alter_module('client');
SELECT name, singular, plural, name_columns, kind, kind_column, date_column, is_system FROM relate.modules() WHERE name = 'client';
-- Plain DML obeys the same rules, and fills the trigger in.
CREATE TABLE plain (id int PRIMARY KEY, v text);
INSERT INTO catalog_crm.module (name, singular, plural, table_name, key_columns) VALUES ('plain', 'Plain', 'Plains', 'plain', '{id}');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'plain'::regclass;
SELECT catalog_test.refusal($$UPDATE catalog_crm.module SET key_columns = '{v}' WHERE name = 'plain'$$);
CREATE TABLE plain2 (LIKE plain INCLUDING ALL);
UPDATE catalog_crm.module SET table_name = 'plain2' WHERE name = 'plain';
SELECT tgrelid::regclass FROM pg_trigger WHERE tgrelid IN ('plain'::regclass, 'plain2'::regclass);
DELETE FROM catalog_crm.module WHERE name = 'plain';
SELECT tgrelid::regclass FROM pg_trigger WHERE tgrelid IN ('plain'::regclass, 'plain2'::regclass);

-- A module in use keeps what its relationships and types need.
INSERT INTO contacts VALUES (1), (2);
SELECT relate.create_relationship_type('friendship', 'contact', 'contact');
SELECT catalog_test.refusal($$SELECT relate.unregister_module('contact')$$);
INSERT INTO catalog_crm.relationship_list (relationship_type, source_key, target_key) VALUES ('friendship', 1, 2);
SELECT catalog_test.refusal($$SELECT relate.alter_module('contact', kind => 'individual')$$);
SELECT catalog_test.refusal($$UPDATE catalog_crm.module SET table_name = 'plain' WHERE name = 'contact'$$);
SELECT catalog_test.refusal($$UPDATE catalog_crm.module SET module_id = 99 WHERE name = 'contact'$$);
SELECT relate.alter_module('contact', singular => 'Kontakt');
SELECT relate.create_relationship_type('anything');
INSERT INTO catalog_crm.relationship_list (relationship_type, source_module, source_key, target_module, target_key)
VALUES ('anything', 'contact', 1, 'contact', 2);
DELETE FROM catalog_crm.relationship WHERE type_id = 1;
SELECT relate.drop_relationship_type('friendship');
SELECT catalog_test.refusal($$SELECT relate.unregister_module('contact')$$);
DELETE FROM catalog_crm.relationship;
-- Types are held against what a module is about to become.
SELECT relate.create_relationship_type('employment', 'client', 'person', 'one_to_many');
SELECT catalog_test.refusal($$SELECT relate.alter_module('client', is_system => true)$$);
SELECT relate.alter_module('person', kind => 'individual');
SELECT relate.create_relationship_type('agency', 'person', 'client', source_kind => 'individual', source_may => '{sign}');
SELECT catalog_test.refusal($$SELECT relate.alter_module('person', kind => 'organization')$$);
SELECT catalog_test.refusal($$SELECT relate.alter_module('person', reset => '{kind}')$$);

-- Unregistered, a module leaves nothing behind.
INSERT INTO catalog_crm.record_status (module_id, key, status_id, since, set_at, set_by)
SELECT s.module_id, '1', s.status_id, '2024-01-01', '2024-01-01', 'me' FROM catalog_crm.status s JOIN catalog_crm.module m USING (module_id)
WHERE m.name = 'contact' AND s.name = 'Customer';
SELECT relate.unregister_module('contact');
SELECT (SELECT count(*) FROM catalog_crm.record_status) AS record_statuses,
       (SELECT count(*) FROM catalog_crm.status WHERE module_id = 1) AS statuses,
       (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'contacts'::regclass) AS triggers;
SELECT relate.unregister_module('event');
SELECT count(*) FROM pg_trigger WHERE tgname = 'relate_record_deleted' AND tgrelid::regclass::text LIKE '%events%';
RESET search_path;
SELECT relate.drop_workspace('catalog_crm', 'cascade');
SELECT count(*) FROM pg_trigger WHERE tgname = 'relate_record_deleted';
DROP SCHEMA "Catalog Shop" CASCADE;
DROP SCHEMA catalog_test CASCADE;
