-- The preview of a relationship type: every sentence it can say, and that it changes nothing.
SET client_min_messages = warning;
CREATE SCHEMA catalog_test;
SELECT relate.create_workspace('catalog_crm');
CREATE TABLE catalog_test.contacts (id int PRIMARY KEY, name text, sort text);
CREATE TABLE catalog_test.tickets (id int PRIMARY KEY, subject text);
CREATE TABLE catalog_test.assets (id int PRIMARY KEY);
CREATE TABLE catalog_test.companies (id int PRIMARY KEY, name text);
CREATE TABLE catalog_test.users (id int PRIMARY KEY, name text);
SELECT relate.register_module('catalog_test.contacts', kind_column => 'sort'),
       relate.register_module('catalog_test.tickets'), relate.register_module('catalog_test.assets'),
       relate.register_module('catalog_test.companies', kind => 'organization'),
       relate.register_module('catalog_test.users', is_system => true);
\pset format unaligned
\pset tuples_only on

-- The four cardinalities, perpetual, dated, and with limits.
SELECT format(E'%s%s%s\n    %s', c, CASE WHEN perpetual THEN ', perpetual' ELSE ', dated' END,
              CASE WHEN targets IS NOT NULL OR sources IS NOT NULL
                   THEN format(', limits %s and %s', coalesce(targets::text, '-'), coalesce(sources::text, '-')) ELSE '' END, p.sentence)
FROM (VALUES (1, 'one_to_one', NULL::int, NULL::int), (2, 'one_to_many', NULL, NULL), (3, 'one_to_many', 3, NULL),
             (4, 'many_to_one', NULL, NULL), (5, 'many_to_one', NULL, 3), (6, 'many_to_many', NULL, NULL),
             (7, 'many_to_many', 3, NULL), (8, 'many_to_many', NULL, 1), (9, 'many_to_many', 2, 3)) AS v (n, c, targets, sources)
CROSS JOIN (VALUES (true), (false)) AS d (perpetual)
CROSS JOIN LATERAL relate.preview_relationship_type('new', 'contact', 'ticket', c, is_perpetual => perpetual,
    max_targets_per_source => targets, max_sources_per_target => sources) AS p
ORDER BY n, perpetual DESC;

-- Symmetric types.
SELECT format(E'%s%s%s%s\n    %s', c, CASE WHEN perpetual THEN ', perpetual' ELSE ', dated' END,
              ', limit ' || most, CASE WHEN self THEN ', self' END, p.sentence)
FROM (VALUES (1, 'one_to_one', NULL::int, false), (2, 'many_to_many', NULL, false), (3, 'many_to_many', 3, false),
             (4, 'many_to_many', 1, false), (5, 'many_to_many', NULL, true)) AS v (n, c, most, self)
CROSS JOIN (VALUES (true), (false)) AS d (perpetual)
CROSS JOIN LATERAL relate.preview_relationship_type('new', 'contact', cardinality => c, is_symmetric => true,
    is_perpetual => perpetual, max_targets_per_source => most, allow_self => self) AS p
ORDER BY n, perpetual DESC;

-- The same module on both sides: roles keep the sides apart. Any module: records.
\pset expanded on
\pset tuples_only off
SELECT * FROM relate.preview_relationship_type('parenthood', 'contact', 'contact', 'one_to_many', 'Parent', 'Child',
    'is a parent of', 'is a child of', is_perpetual => true);
SELECT * FROM relate.preview_relationship_type('tree', 'contact', 'contact', 'many_to_one', hierarchy_parent => 'target');
SELECT * FROM relate.preview_relationship_type('referral', 'contact', 'contact', source_role => 'Referrer', label => 'refers');
SELECT * FROM relate.preview_relationship_type('like', 'contact', 'contact', label => 'likes', inverse_label => 'is liked by');
SELECT * FROM relate.preview_relationship_type('employment', 'contact', 'contact', 'many_to_one', 'Employee', 'Employer',
    'is employed by', 'employs', source_kind => 'individual', target_kind => 'organization');
SELECT * FROM relate.preview_relationship_type('attachment', NULL, 'ticket', 'many_to_one');
SELECT * FROM relate.preview_relationship_type('anything');
SELECT * FROM relate.preview_relationship_type('advice', source_kind => 'individual', target_kind => 'organization');
-- The parent: the side of which there is one; in a hierarchy the parent side.
SELECT c, p.parent_module, p.child_module FROM unnest('{one_to_one,one_to_many,many_to_one,many_to_many}'::text[]) AS c
CROSS JOIN LATERAL relate.preview_relationship_type('new', 'contact', 'ticket', c) AS p;
SELECT parent_module, child_module FROM relate.preview_relationship_type('new', 'contact', 'ticket', hierarchy_parent => 'target');

-- Warnings, each by itself.
\pset expanded off
\pset tuples_only on
SELECT relate.create_relationship_type('ownership', 'contact', 'asset', 'one_to_many', label => 'owns') IS NOT NULL;
SELECT unnest(warnings) FROM relate.preview_relationship_type('possession', 'contact', 'asset', label => 'owns');
SELECT unnest(warnings) FROM relate.preview_relationship_type('possession', 'asset', 'contact', label => 'is owned by', inverse_label => 'owns');
SELECT unnest(warnings) FROM relate.preview_relationship_type('partner', 'asset', 'contact', label => 'belongs to Contact');
SELECT unnest(warnings) FROM relate.preview_relationship_type('new', 'contact', 'ticket', 'one_to_one');
SELECT unnest(warnings) FROM relate.preview_relationship_type('new', max_targets_per_source => 3);
SELECT unnest(warnings) FROM relate.preview_relationship_type('new', 'contact', 'ticket', max_targets_per_source => 1);
SELECT unnest(warnings) FROM relate.preview_relationship_type('new', 'contact', 'ticket', 'one_to_many', hierarchy_parent => 'target');
SELECT unnest(warnings) FROM relate.preview_relationship_type('new', 'contact', 'ticket', hierarchy_parent => 'source');
SELECT unnest(warnings) FROM relate.preview_relationship_type('new', 'contact', 'contact', inverse_label => 'is liked by');
SELECT unnest(warnings) FROM relate.preview_relationship_type('new', 'contact', 'contact', target_role => 'Other');
SELECT unnest(warnings) FROM relate.preview_relationship_type('new', 'contact', 'ticket', source_may => '{close}');
SELECT unnest(warnings) FROM relate.preview_relationship_type('new', 'contact', 'ticket', allow_self => true);
SELECT unnest(warnings) FROM relate.preview_relationship_type('new', 'contact', 'ticket', is_active => false);

-- It refuses what create_relationship_type refuses, works in a read-only transaction, and changes nothing.
\set VERBOSITY terse
SELECT relate.preview_relationship_type('ownership', 'contact', 'asset');
SELECT relate.preview_relationship_type('new', 'user', 'ticket', 'one_to_many');
SELECT relate.preview_relationship_type('new', 'contact', 'company', target_may => '{sign}');
SELECT relate.preview_relationship_type('new', 'nobody');
SELECT relate.preview_relationship_type(NULL);
BEGIN READ ONLY;
SELECT sentence FROM relate.preview_relationship_type('new', 'contact', 'ticket', '1:N');
COMMIT;
SELECT name FROM relate.relationship_types();
SELECT relate.drop_workspace('catalog_crm');
DROP SCHEMA catalog_test CASCADE;
