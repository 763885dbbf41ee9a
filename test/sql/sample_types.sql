-- The ready-made types: what is in the sets, that each does what it says, and the questions they answer.
SET client_min_messages = warning;
CREATE SCHEMA sample_types;
SET search_path = sample_types, public;
CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', SQLSTATE || ' ' || said, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE TABLE contact (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE company (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE opportunity (id int PRIMARY KEY, name text NOT NULL, is_open boolean NOT NULL);
INSERT INTO contact VALUES (1, 'Ada'), (2, 'Ben'), (3, 'Chiara'), (4, 'Dora');
INSERT INTO company VALUES (1, 'Mill'), (2, 'Mill North'), (3, 'Mill South'), (4, 'Bank');
INSERT INTO opportunity VALUES (1, 'Scales', true), (2, 'Belts', false), (3, 'Silo', true);
SELECT relate.create_workspace('sample_types_crm');
SET relate.workspace = 'sample_types_crm';
SELECT relate.register_module('contact'), relate.register_module('company'), relate.register_module('opportunity');

-- Every set, between any modules; a second time there is nothing new.
SELECT i.* FROM unnest('{business,family,social,sales}'::text[]) AS s, relate.install_types(s) AS i;
SELECT count(*), count(*) FILTER (WHERE is_new) AS new
FROM unnest('{business,family,social,sales}'::text[]) AS s, relate.install_types(s);
SELECT count(*) = (SELECT count(*) FROM relate.type_sets()) AS all_of_them,
       bool_and(source_module IS NULL AND target_module IS NULL AND category IS NOT NULL) AS are_open
FROM relate.relationship_types();

-- One's own type of that name stays as it is, and is told as it is.
BEGIN;
SELECT relate.alter_relationship_type('friendship', label => 'gets on with');
SELECT * FROM relate.install_types('social') WHERE type = 'friendship';
ROLLBACK;

-- Each label, either way, finds its own type.
BEGIN;
SELECT s.name, s.label, s.inverse_label
FROM relate.type_sets() AS s,
     LATERAL (SELECT relate.connect('contact', 1, s.label, 'opportunity', 1) AS there) AS f,
     LATERAL (SELECT relate.connect('company', 1, s.inverse_label, 'contact', 2) AS back) AS b
WHERE (SELECT relationship_type || ' ' || source_key FROM sample_types_crm.relationship_list WHERE relationship_id = there) <> s.name || ' 1'
   OR (SELECT relationship_type FROM sample_types_crm.relationship_list WHERE relationship_id = back) <> s.name;
SELECT count(*), count(DISTINCT type_id) FROM sample_types_crm.relationship;
ROLLBACK;

-- A head office and its branches are a hierarchy; loose links may be several.
SELECT relate.connect('company', 2, 'is a branch of', 'company', 1);
SELECT relate.connect('company', 1, 'is the head office of', 'company', 3);
SELECT refusal($$SELECT relate.connect('company', 1, 'is a branch of', 'company', 3)$$);
SELECT refusal($$SELECT relate.connect('company', 2, 'is a branch of', 'company', 4)$$);
SELECT relate.connect('company', 4, 'is an investor of', 'company', 1), relate.connect('company', 1, 'is a subsidiary of', 'company', 4),
       relate.connect('company', 4, 'other business', 'company', 1, description => 'share a building'),
       relate.connect('contact', 1, 'is an investor of', 'company', 1);
SELECT relationship_type, role, module, key, name, description FROM relate.related_records('company', 1)
ORDER BY 1, 2, 3, 4::int;

-- The standard questions.
SELECT relate.connect('contact', 1, 'is a friend of', 'contact', 2, description => 'rowing club'),
       relate.connect('contact', 1, 'Vendor', 'company', 2), relate.connect('contact', 1, 'Vendor', 'company', 3),
       relate.connect('contact', 2, 'Decision maker', 'opportunity', 1),
       relate.connect('contact', 2, 'Decision maker', 'opportunity', 2),
       relate.connect('contact', 2, 'Influencer', 'opportunity', 3);
\echo all connections of A
SELECT role, module, name FROM relate.related_records('contact', 1) ORDER BY role, name;
\echo all roles of A
SELECT DISTINCT own_role FROM relate.related_records('contact', 1) ORDER BY own_role;
\echo connections where A is Vendor
SELECT name FROM relate.related_records('contact', 1) WHERE own_role = 'Vendor' ORDER BY name;
\echo open opportunities where B is Decision maker
SELECT o.name FROM relate.related_records('contact', 2, '{decision maker}') AS r
JOIN opportunity AS o ON o.id = relate.as_bigint(r.key) WHERE r.module = 'opportunity' AND o.is_open;
\echo how many in each role
SELECT primary_role, count(DISTINCT (primary_module, primary_id)) AS records, count(*) AS connections
FROM relate.relationship_report() WHERE is_current GROUP BY primary_role ORDER BY primary_role;

-- Within one module only.
SELECT relate.create_workspace('sample_types_other');
SET relate.workspace = 'sample_types_other';
SELECT relate.register_module('sample_types.contact');
SELECT count(*) FROM relate.install_types('family', 'contact') WHERE is_new;
SELECT count(*) FROM relate.relationship_types() WHERE source_module = 'contact' AND target_module = 'contact';

-- What is not there.
SELECT refusal($$SELECT * FROM relate.install_types('busyness')$$);
SELECT refusal($$SELECT * FROM relate.install_types(NULL)$$);
SELECT refusal($$SELECT * FROM relate.install_types('sales', 'contakt')$$);
SELECT count(*) FROM relate.relationship_types() WHERE category = 'sales';

RESET relate.workspace;
SET client_min_messages = error;
SELECT relate.drop_workspace('sample_types_crm', 'cascade'), relate.drop_workspace('sample_types_other', 'cascade');
DROP SCHEMA sample_types CASCADE;
