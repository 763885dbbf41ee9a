-- Workspaces: made, chosen, granted and dropped by plain users.
SET client_min_messages = notice;
SET DateStyle = 'ISO, YMD';
\set VERBOSITY terse

CREATE SCHEMA catalog_test;
GRANT USAGE ON SCHEMA catalog_test TO PUBLIC;
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

CREATE ROLE regress_catalog_ann;
CREATE ROLE regress_catalog_bob;
GRANT regress_catalog_ann, regress_catalog_bob TO CURRENT_USER;
DO $$
BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_catalog_ann, regress_catalog_bob', current_database());
END $$;

-- A plain user who may create schemas makes the first workspace: the default one.
SET ROLE regress_catalog_ann;
SELECT relate.create_workspace('catalog_crm');
SELECT * FROM relate.workspaces();
SELECT relate.current_workspace();

-- What is in it, and whose it is.
SELECT c.relname, c.relkind, pg_get_userbyid(c.relowner) AS owner, c.reloptions
FROM pg_class c WHERE c.relnamespace = 'catalog_crm'::regnamespace AND c.relkind IN ('r', 'v', 'S') ORDER BY 2, 1;
SELECT tgrelid::regclass AS "on", tgname, tgfoid::regproc AS function, tgenabled, tgdeferrable
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'catalog_crm'::regnamespace AND NOT tgisinternal ORDER BY c.relname, tgname;
SELECT indexrelid::regclass::text AS index, pg_get_indexdef(indexrelid, 1, true) AS first_column
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'catalog_crm'::regnamespace ORDER BY 1;
SELECT layout_version, is_default, settings FROM catalog_crm.workspace;
-- Each table and view says what it is for.
SELECT count(*) FILTER (WHERE obj_description(oid) IS NULL) AS undescribed
FROM pg_class WHERE relnamespace = 'catalog_crm'::regnamespace AND relkind IN ('r', 'v');
-- One row only.
SELECT catalog_test.refusal('INSERT INTO catalog_crm.workspace VALUES (1, false)');

-- Making another one says so and changes nothing for anyone.
SELECT relate.create_workspace('Catalog "Two"');
SELECT relate.current_workspace();
SET relate.workspace = 'Catalog "Two"';
SELECT relate.current_workspace();
RESET relate.workspace;
SELECT relate.set_default_workspace('Catalog "Two"');
SELECT name, is_default FROM relate.workspaces();
SELECT relate.current_workspace();
SELECT relate.set_default_workspace('catalog_crm');

-- An existing schema will do, if our names are free.
CREATE SCHEMA catalog_mine;
CREATE TABLE catalog_mine.things (id int);
CREATE VIEW catalog_mine.status AS SELECT 1;
SELECT catalog_test.refusal($$SELECT relate.create_workspace('catalog_mine')$$);
DROP VIEW catalog_mine.status;
SELECT relate.create_workspace('catalog_mine');
SELECT relate.drop_workspace('catalog_mine');
SELECT count(*) FROM catalog_mine.things;
DROP SCHEMA catalog_mine CASCADE;

-- Names that will not do.
SELECT catalog_test.refusal($$SELECT relate.create_workspace('catalog_crm')$$);
SELECT catalog_test.refusal($$SELECT relate.create_workspace('relate')$$);
SELECT catalog_test.refusal($$SELECT relate.create_workspace('pg_mine')$$);
SELECT catalog_test.refusal($$SELECT relate.create_workspace('')$$);
SELECT catalog_test.refusal($$SELECT relate.create_workspace(repeat('x', 64))$$);
SELECT catalog_test.refusal($$SELECT relate.create_workspace(NULL)$$);
-- A schema is not yet a workspace.
SELECT catalog_test.refusal($$SELECT relate.drop_workspace('catalog_test')$$);
SELECT catalog_test.refusal($$SELECT relate.drop_workspace('catalog_none')$$);
SELECT catalog_test.refusal($$SELECT relate.drop_workspace(NULL)$$);
SELECT catalog_test.refusal($$SELECT relate.set_default_workspace('public')$$);
SELECT catalog_test.refusal($$SELECT relate.upgrade_workspace('public')$$);
SELECT catalog_test.refusal($$SELECT relate.drop_workspace('catalog_crm', 'maybe')$$);
SELECT catalog_test.refusal($$SELECT relate.drop_workspace('catalog_crm', NULL)$$);
SELECT catalog_test.refusal($$SET relate.workspace = 'catalog_none'; SELECT relate.modules()$$);
RESET relate.workspace;

-- Layouts.
SELECT relate.upgrade_workspace('catalog_crm');
UPDATE catalog_crm.workspace SET layout_version = 99;
SELECT catalog_test.refusal($$SELECT relate.upgrade_workspace('catalog_crm')$$);
UPDATE catalog_crm.workspace SET layout_version = 0;
SELECT catalog_test.refusal($$SELECT relate.upgrade_workspace('catalog_crm')$$);
UPDATE catalog_crm.workspace SET layout_version = 1;
SELECT relate.upgrade_workspace('catalog_crm');

-- Another user: his workspace is not the default, for nobody's sessions change,
-- and he can neither take ann's nor give rights in it.
SET ROLE regress_catalog_bob;
SELECT relate.create_workspace('catalog_bobs');
SELECT name, owner, is_default FROM relate.workspaces() ORDER BY 1;
SELECT catalog_test.refusal($$SELECT relate.drop_workspace('catalog_crm')$$);
SELECT catalog_test.refusal($$SELECT relate.set_default_workspace('catalog_crm')$$);
SELECT catalog_test.refusal($$SELECT relate.upgrade_workspace('catalog_crm')$$);
SELECT catalog_test.refusal($$SELECT relate.grant_role('regress_catalog_bob', 'reader')$$);
SELECT catalog_test.refusal($$SELECT relate.set_default_workspace('catalog_bobs')$$);
SET relate.workspace = 'catalog_bobs';
SELECT catalog_test.refusal($$SELECT relate.create_workspace('catalog_bobs')$$);
SELECT relate.drop_workspace('catalog_bobs');
RESET relate.workspace;
-- As a reader he sees which one is the default, and may still not take that from ann.
SET ROLE regress_catalog_ann;
SELECT relate.grant_role('regress_catalog_bob', 'reader');
SET ROLE regress_catalog_bob;
SELECT relate.create_workspace('catalog_bobs');
SELECT catalog_test.refusal($$SELECT relate.set_default_workspace('catalog_bobs')$$);
SELECT relate.drop_workspace('catalog_bobs');

-- Reader, editor, administrator.
SET ROLE regress_catalog_ann;
CREATE SCHEMA catalog_shop;
CREATE TABLE catalog_shop.contacts (id int PRIMARY KEY, name text);
INSERT INTO catalog_shop.contacts VALUES (1, 'Jim Smith'), (2, 'Bob Jones'), (3, 'Eve');
GRANT USAGE ON SCHEMA catalog_shop TO PUBLIC;
GRANT SELECT, REFERENCES, TRIGGER ON catalog_shop.contacts TO regress_catalog_bob;
SELECT relate.register_module('catalog_shop.contacts');
SELECT relate.create_relationship_type('friendship', 'contact', 'contact', is_symmetric => true,
                                       source_role => 'Friend', label => 'is a friend of', allow_self => true);
SELECT relate.create_relationship_type('parenthood', 'contact', 'contact', 'one_to_many', is_perpetual => true,
                                       source_role => 'Parent', target_role => 'Child',
                                       label => 'is a parent of', inverse_label => 'is a child of');
SET ROLE regress_catalog_bob;
SELECT name FROM relate.modules();
SELECT count(*) FROM catalog_crm.relationship_list;
SELECT catalog_test.refusal($$INSERT INTO catalog_crm.relationship_list (relationship_type, source_key, target_key) VALUES ('friendship', 1, 2)$$);
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('foe')$$);
SET ROLE regress_catalog_ann;
SELECT relate.grant_role('regress_catalog_bob', 'editor');
SET ROLE regress_catalog_bob;
INSERT INTO catalog_crm.relationship_list (relationship_type, source_key, target_key, description)
VALUES ('friendship', 1, 2, 'same university') RETURNING relationship_id, importance, is_primary, created_by;
SELECT catalog_test.refusal($$SELECT relate.create_relationship_type('foe')$$);
SELECT catalog_test.refusal($$SELECT relate.register_module('catalog_shop.contacts')$$);
SET ROLE regress_catalog_ann;
SELECT relate.grant_role('regress_catalog_bob', 'administrator');
SET ROLE regress_catalog_bob;
SELECT relate.create_relationship_type('foe', 'contact', 'contact');
SELECT relate.drop_relationship_type('foe');
SET ROLE regress_catalog_ann;
SELECT catalog_test.refusal($$SELECT relate.grant_role('regress_catalog_bob', 'king')$$);
SELECT catalog_test.refusal($$SELECT relate.grant_role('regress_catalog_nobody', 'reader')$$);
SELECT catalog_test.refusal($$SELECT relate.grant_role(NULL, 'reader')$$);
SELECT catalog_test.refusal($$SELECT relate.grant_role('regress_catalog_bob', NULL)$$);
SELECT c.relname, string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type) AS rights
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
WHERE c.relnamespace = 'catalog_crm'::regnamespace AND a.grantee = 'regress_catalog_bob'::regrole
GROUP BY 1 ORDER BY 1;

-- relationship_list takes names for numbers, one row or a whole CSV, and dates as they come.
COPY catalog_crm.relationship_list (relationship_type, source_module, source_key, target_module, target_key, start_date, end_date, importance, attributes) FROM stdin (FORMAT csv, NULL '-');
friendship,contact,3,contact,3,-,-,-,-
friendship,-,2,-,3,2001-01-01,2002-12-31,5,"{""met"": ""school""}"
parenthood,contact,1,contact,3,1990-05-05,-,2,-
\.
SELECT relationship_id, relationship_type, source_module, source_key, source_name, source_role, label, target_key, target_name, target_role
FROM catalog_crm.relationship_list ORDER BY 1;
-- A perpetual type shows no dates; the table keeps what was written.
SELECT relationship_id, start_date, end_date, importance, is_current, is_primary, attributes FROM catalog_crm.relationship_list ORDER BY 1;
SELECT start_date FROM catalog_crm.relationship WHERE relationship_id = 4;
-- The id can be given; nonsense cannot.
INSERT INTO catalog_crm.relationship_list (relationship_id, relationship_type, source_key, target_key, is_primary)
VALUES (1000, 'parenthood', 1, 2, true) RETURNING relationship_id, is_primary;
SELECT catalog_test.refusal($$INSERT INTO catalog_crm.relationship_list (relationship_type, source_key, target_key) VALUES ('foe', 1, 2)$$);
SELECT catalog_test.refusal($$INSERT INTO catalog_crm.relationship_list (relationship_type, source_module, source_key, target_key) VALUES ('parenthood', 'kontakt', 1, 2)$$);
SELECT catalog_test.refusal($$INSERT INTO catalog_crm.relationship_list (relationship_type, source_key, target_key, address_module, address_key) VALUES ('parenthood', 1, 2, 'adress', 1)$$);
SELECT catalog_test.refusal($$INSERT INTO catalog_crm.relationship_list (source_key, target_key) VALUES (1, 2)$$);

-- Both sides of each; a record that is its own friend has one side.
SELECT relationship_id, relationship_type, module, key, name, role, label, far_key, far_name, far_role, is_current
FROM catalog_crm.relationship_sides WHERE relationship_type = 'friendship' ORDER BY 1, 4;
SELECT relationship_id, key, role, label, far_key, start_date
FROM catalog_crm.relationship_sides WHERE module = 'contact' AND key OPERATOR(relate.=) 3 ORDER BY 1;
SELECT relationship_id, relationship_type, key, role, label, far_role, far_key, start_date, end_date, importance
FROM catalog_crm.relationship_sides WHERE relationship_type = 'parenthood' ORDER BY 1, 3;

-- Renamed, the schema is still a workspace, and its views follow.
ALTER SCHEMA catalog_crm RENAME TO catalog_renamed;
SELECT name, is_default FROM relate.workspaces() ORDER BY 1;
INSERT INTO catalog_renamed.relationship_list (relationship_type, source_key, target_key)
VALUES ('friendship', 1, 3) RETURNING source_key, target_key;
ALTER SCHEMA catalog_renamed RENAME TO catalog_crm;

-- Dropping: not while there are relationships; then without a trace on the users' tables.
SELECT catalog_test.refusal($$SELECT relate.drop_workspace('catalog_crm')$$);
SELECT tgname FROM pg_trigger WHERE tgrelid = 'catalog_shop.contacts'::regclass AND NOT tgisinternal ORDER BY tgname;
-- Two workspaces with the same table share one trigger, which stays for the other.
SET relate.workspace = 'Catalog "Two"';
SELECT relate.register_module('catalog_shop.contacts');
RESET relate.workspace;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'catalog_shop.contacts'::regclass AND NOT tgisinternal;
SELECT relate.drop_workspace('catalog_crm', 'cascade');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'catalog_shop.contacts'::regclass AND NOT tgisinternal;
SELECT catalog_test.refusal('SELECT relate.current_workspace()');
SELECT relate.drop_workspace('Catalog "Two"');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'catalog_shop.contacts'::regclass AND NOT tgisinternal;
SELECT count(*) FROM catalog_shop.contacts;
SELECT nspname FROM pg_namespace WHERE nspname ILIKE 'catalog\_%' AND nspname NOT IN ('catalog_shop', 'catalog_test');

-- With no default left, the next one becomes it.
SELECT relate.create_workspace('catalog_next');
SELECT name, is_default FROM relate.workspaces();
-- A user's view on our tables keeps them.
CREATE VIEW catalog_shop.friends AS SELECT source_key, target_key FROM catalog_next.relationship;
SELECT catalog_test.refusal($$SELECT relate.drop_workspace('catalog_next', 'cascade')$$);
DROP VIEW catalog_shop.friends;
SELECT relate.drop_workspace('catalog_next');

RESET ROLE;
DROP SCHEMA catalog_shop CASCADE;
DROP SCHEMA catalog_test CASCADE;
DROP OWNED BY regress_catalog_ann, regress_catalog_bob;
DROP ROLE regress_catalog_ann, regress_catalog_bob;
