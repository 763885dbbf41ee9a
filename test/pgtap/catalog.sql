-- The public contract of workspaces, modules and relationship types: names, arguments, results.
BEGIN;
SET client_min_messages = warning;
SELECT no_plan();

-- ---- functions: arguments, result, volatility

CREATE TEMP TABLE contract (name text, arguments text, result text, volatility "char");
INSERT INTO contract VALUES
('create_workspace', 'name text', 'name', 'v'),
('drop_workspace', 'name text, behavior text DEFAULT ''restrict''::text', 'void', 'v'),
('set_default_workspace', 'name text', 'void', 'v'),
('upgrade_workspace', 'name text', 'integer', 'v'),
('grant_role', 'role name, access text', 'void', 'v'),
('workspaces', '', 'TABLE(name name, owner name, is_default boolean, layout_version integer, relationships bigint)', 's'),
('register_module', 'table_name regclass, name text DEFAULT NULL::text, singular text DEFAULT NULL::text, '
    'plural text DEFAULT NULL::text, name_columns name[] DEFAULT NULL::name[], kind text DEFAULT NULL::text, '
    'kind_column name DEFAULT NULL::name, key_columns name[] DEFAULT NULL::name[], '
    'date_column name DEFAULT NULL::name, is_system boolean DEFAULT false', 'integer', 'v'),
('alter_module', 'name text, new_name text DEFAULT NULL::text, singular text DEFAULT NULL::text, '
    'plural text DEFAULT NULL::text, name_columns name[] DEFAULT NULL::name[], kind text DEFAULT NULL::text, '
    'kind_column name DEFAULT NULL::name, key_columns name[] DEFAULT NULL::name[], '
    'date_column name DEFAULT NULL::name, is_system boolean DEFAULT NULL::boolean, '
    'reset text[] DEFAULT ''{}''::text[]', 'void', 'v'),
('unregister_module', 'name text', 'void', 'v'),
('modules', '', 'SETOF relate.module_entry', 's'),
('create_relationship_type', 'name text, source_module text DEFAULT NULL::text, target_module text DEFAULT NULL::text, '
    'cardinality text DEFAULT ''many_to_many''::text, source_role text DEFAULT NULL::text, '
    'target_role text DEFAULT NULL::text, label text DEFAULT NULL::text, inverse_label text DEFAULT NULL::text, '
    'is_symmetric boolean DEFAULT false, max_targets_per_source integer DEFAULT NULL::integer, '
    'max_sources_per_target integer DEFAULT NULL::integer, hierarchy_parent text DEFAULT NULL::text, '
    'default_importance integer DEFAULT 3, is_perpetual boolean DEFAULT false, '
    'has_contact_details boolean DEFAULT NULL::boolean, source_may text[] DEFAULT NULL::text[], '
    'target_may text[] DEFAULT NULL::text[], allow_self boolean DEFAULT false, '
    'on_source_delete text DEFAULT NULL::text, on_target_delete text DEFAULT NULL::text, '
    'source_kind text DEFAULT NULL::text, target_kind text DEFAULT NULL::text, category text DEFAULT NULL::text, '
    'description text DEFAULT NULL::text, is_active boolean DEFAULT true, '
    'on_kind_change text DEFAULT NULL::text', 'integer', 'v'),
('drop_relationship_type', 'name text', 'void', 'v'),
('relationship_types', '', 'TABLE(name text, source_module text, source_role text, label text, target_module text, '
    'target_role text, inverse_label text, cardinality relate.cardinality, is_symmetric boolean, '
    'hierarchy_parent text, is_perpetual boolean, is_active boolean, category text, description text)', 's'),
('relationship_type_stats', '', 'TABLE(type text, source_module text, target_module text, '
    'cardinality relate.cardinality, total bigint, current bigint, past bigint, future bigint, sources bigint, '
    'targets bigint, first_start date, last_start date)', 's'),
('possible_types', 'from_module text, from_key relate.record_key, to_module text, to_key relate.record_key',
    'TABLE(type text, label text, direction text, has_room boolean, reason text)', 's');
-- preview_relationship_type takes what create_relationship_type takes.
INSERT INTO contract
SELECT 'preview_relationship_type', arguments || ', OUT parent_module text, OUT child_module text, OUT sentence text, '
       'OUT source_view text, OUT target_view text, OUT warnings text[]', 'record', 's'
FROM contract WHERE name = 'create_relationship_type';

-- What changes a type, and the preview of it.
INSERT INTO contract
SELECT v.name, 'name text, ' || string_agg(format('%s %s DEFAULT NULL::%2$s', argument, type), ', ' ORDER BY place)
       || ', on_invalid text DEFAULT ''restrict''::text, reset text[] DEFAULT NULL::text[]' , v.result, 'v'
FROM (VALUES ('alter_relationship_type', 'void'),
             ('preview_alter_relationship_type',
              'TABLE(rule text, offenders bigint, first_offenders text[], outcome text)')) AS v (name, result),
     unnest('{new_name,source_role,target_role,label,inverse_label,cardinality,max_targets_per_source,max_sources_per_target,hierarchy_parent,default_importance,is_perpetual,has_contact_details,is_symmetric,source_may,target_may,allow_self,on_source_delete,on_target_delete,category,description,is_active,source_module,target_module,source_kind,target_kind,on_kind_change}'::text[],
            '{text,text,text,text,text,text,integer,integer,text,integer,boolean,boolean,boolean,text[],text[],boolean,text,text,text,text,boolean,text,text,text,text,text}'::text[])
         WITH ORDINALITY AS a (argument, type, place)
GROUP BY v.name, v.result;

CREATE TEMP VIEW made AS
SELECT p.oid, p.proname::text AS name, pg_get_function_arguments(p.oid) AS arguments,
       pg_get_function_result(p.oid) AS result, p.provolatile AS volatility, p.prosecdef, p.proparallel
FROM pg_proc p WHERE p.pronamespace = 'relate'::regnamespace;

SELECT is((SELECT arguments FROM made m WHERE m.name = c.name AND m.arguments = c.arguments), c.arguments,
          c.name || ': arguments') FROM contract c;
SELECT is((SELECT result FROM made m WHERE m.name = c.name AND m.arguments = c.arguments), c.result,
          c.name || ': result') FROM contract c;
SELECT is((SELECT volatility FROM made m WHERE m.name = c.name AND m.arguments = c.arguments), c.volatility,
          c.name || ': volatility') FROM contract c;
SELECT ok(NOT bool_or(m.prosecdef), c.name || ' runs with the rights of the caller')
FROM contract c JOIN made m USING (name) GROUP BY c.name;
SELECT ok(has_function_privilege('public', m.oid, 'EXECUTE'), c.name || ' can be called by anyone')
FROM contract c JOIN made m USING (name, arguments);

SELECT enum_has_labels('relate'::name, 'cardinality'::name, '{one_to_one,one_to_many,many_to_one,many_to_many}'::name[]);
SELECT columns_are('relate', 'module_entry', '{module_id,name,singular,plural,table_name,key_columns,name_columns,kind,kind_column,date_column,is_system}'::name[]);
SELECT ok(has_schema_privilege('public', 'relate', 'USAGE'), 'anyone may look into schema relate');

-- ---- a workspace: tables and views, columns and their types

SELECT relate.create_workspace('tap');

CREATE FUNCTION pg_temp.columns_of(relation regclass) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s%s', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' not null' END),
                      ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped $$;

SELECT tables_are('tap', '{workspace,module,relationship_type,relationship,status,record_status}'::name[]);
SELECT views_are('tap', '{relationship_list,relationship_sides}'::name[]);
SELECT is(pg_temp.columns_of('tap.workspace'), 'layout_version integer not null, is_default boolean not null, '
    'created_at timestamp with time zone not null, settings jsonb not null', 'workspace');
SELECT is(pg_temp.columns_of('tap.module'), 'module_id integer not null, name text not null, singular text not null, '
    'plural text not null, table_name regclass not null, key_columns name[] not null, name_columns name[] not null, '
    'kind text, kind_column name, date_column name, is_system boolean not null', 'module');
SELECT is(pg_temp.columns_of('tap.relationship_type'), 'type_id integer not null, name text not null, '
    'source_module_id integer, target_module_id integer, source_kind text, target_kind text, '
    'source_role text not null, target_role text not null, label text not null, inverse_label text not null, '
    'is_symmetric boolean not null, cardinality relate.cardinality not null, max_targets_per_source integer, '
    'max_sources_per_target integer, hierarchy_parent text, default_importance smallint not null, '
    'is_perpetual boolean not null, has_contact_details boolean not null, source_may text[] not null, '
    'target_may text[] not null, allow_self boolean not null, on_source_delete text not null, '
    'on_target_delete text not null, category text, description text, is_active boolean not null, '
    'storage text not null, storage_table regclass, storage_source_columns name[], storage_target_columns name[], '
    'on_kind_change text not null, storage_start_column name, storage_end_column name, storage_source_reference name[], storage_target_reference name[]',
    'relationship_type');
SELECT is(pg_temp.columns_of('tap.relationship'), 'relationship_id bigint not null, type_id integer not null, '
    'source_module_id integer not null, source_key relate.record_key not null, target_module_id integer not null, '
    'target_key relate.record_key not null, start_date date, end_date date, importance smallint not null, '
    'description text, email text, phone text, address text, address_module_id integer, '
    'address_key relate.record_key, is_primary boolean not null, attributes jsonb, '
    'created_at timestamp with time zone not null, created_by text not null, updated_at timestamp with time zone, '
    'updated_by text', 'relationship');
SELECT columns_are('tap', 'status', '{status_id,module_id,name,position,is_retired}'::name[]);
SELECT columns_are('tap', 'record_status', '{module_id,key,status_id,since,set_at,set_by}'::name[]);
SELECT is(pg_temp.columns_of('tap.relationship_list'), 'relationship_id bigint, relationship_type text, '
    'source_module text, source_key relate.record_key, source_name text, source_role text, label text, '
    'target_module text, target_key relate.record_key, target_name text, target_role text, inverse_label text, '
    'start_date date, end_date date, importance smallint, is_current boolean, is_primary boolean, description text, '
    'email text, phone text, address text, address_module text, address_key relate.record_key, attributes jsonb, '
    'created_at timestamp with time zone, created_by text, updated_at timestamp with time zone, updated_by text',
    'relationship_list');
SELECT is(pg_temp.columns_of('tap.relationship_sides'), 'relationship_id bigint, relationship_type text, module text, '
    'key relate.record_key, name text, role text, label text, far_module text, far_key relate.record_key, '
    'far_name text, far_role text, start_date date, end_date date, importance smallint, is_current boolean, '
    'is_primary boolean, description text, email text, phone text, address text, attributes jsonb',
    'relationship_sides');

-- The index that traversals read alone, and its mirror.
SELECT index_is_unique('tap', 'module', 'module_name_key');
SELECT is(pg_get_indexdef(to_regclass('tap.relationship_' || side || '_idx')),
    format('CREATE INDEX relationship_%1$s_idx ON tap.relationship USING btree (%1$s_module_id, %1$s_key, type_id, '
           '%2$s_module_id, %2$s_key) INCLUDE (start_date, end_date)', side, other), side || ' index')
FROM (VALUES ('source', 'target'), ('target', 'source')) AS v (side, other);
-- Nothing of a workspace is the extension's: it is dumped like anyone's.
SELECT is_empty($$SELECT objid FROM pg_depend WHERE deptype = 'e' AND classid = 'pg_class'::regclass
                  AND objid IN (SELECT oid FROM pg_class WHERE relnamespace = 'tap'::regnamespace)$$,
                'no table of a workspace is a member of the extension');

SELECT * FROM finish();
ROLLBACK;
