
-- ---------------------------------------------------------------------------
-- Making a workspace: its tables, indexes, triggers and views.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.create_workspace_schema(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    in_the_way text;
BEGIN
    IF octet_length(name) NOT BETWEEN 1 AND 63 THEN
        RAISE 'the name of a workspace must have 1 to 63 bytes' USING ERRCODE = 'invalid_name';
    END IF;
    IF name IN ('relate', 'information_schema') OR starts_with(name, 'pg_') THEN
        RAISE 'the schema "%" cannot be a workspace', name
            USING ERRCODE = 'reserved_name', HINT = 'Choose the name of a new schema, or of one of your own.';
    END IF;
    IF EXISTS (SELECT FROM relate.find_workspaces() AS w WHERE w.name = create_workspace_schema.name) THEN
        RAISE 'workspace "%" exists already', name
            USING ERRCODE = 'duplicate_object', SCHEMA = name,
                  HINT = format('Work in it with SET relate.workspace = %L.', name);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = name) THEN
        EXECUTE format('CREATE SCHEMA %I', name);
        RETURN;
    END IF;
    SELECT string_agg(quote_ident(c.relname), ', ' ORDER BY c.relname) INTO in_the_way
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = name
      AND c.relname IN ('workspace', 'module', 'relationship_type', 'relationship', 'status', 'record_status',
                        'relationship_list', 'relationship_sides');
    IF in_the_way IS NOT NULL THEN
        RAISE 'schema "%" holds relations with the names of a workspace''s tables', name
            USING ERRCODE = 'duplicate_table', SCHEMA = name,
                  DETAIL = format('In the way: %s.', in_the_way),
                  HINT = 'Choose another schema, or rename them.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.create_workspace_schema(text) IS
'Internal. Makes the schema of a new workspace, or verifies that an existing one has room for its tables.';

CREATE FUNCTION relate.lock_workspaces(schema_name name) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'relate_lock_workspaces';
COMMENT ON FUNCTION relate.lock_workspaces(name) IS
'Internal. Lets one session at a time make a workspace, until the end of its transaction. For who may create tables in this schema, which is no temporary one: 42501 otherwise.';

CREATE FUNCTION relate.create_workspace_tables(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    EXECUTE format($ddl$
        CREATE TABLE %1$I.workspace (
            layout_version int NOT NULL,
            is_default boolean NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            settings jsonb NOT NULL DEFAULT '{}'
        );

        CREATE TABLE %1$I.module (
            module_id serial PRIMARY KEY,
            name text NOT NULL UNIQUE,
            singular text NOT NULL,
            plural text NOT NULL,
            table_name regclass NOT NULL UNIQUE,
            key_columns name[] NOT NULL,
            name_columns name[] NOT NULL DEFAULT '{}',
            kind text,
            kind_column name,
            date_column name,
            is_system boolean NOT NULL DEFAULT false,
            CONSTRAINT module_one_kind CHECK (kind IS NULL OR kind_column IS NULL)
        );

        CREATE TABLE %1$I.relationship_type (
            type_id serial PRIMARY KEY,
            name text NOT NULL UNIQUE,
            source_module_id int REFERENCES %1$I.module,
            target_module_id int REFERENCES %1$I.module,
            source_kind text,
            target_kind text,
            source_role text NOT NULL,
            target_role text NOT NULL,
            label text NOT NULL,
            inverse_label text NOT NULL,
            is_symmetric boolean NOT NULL DEFAULT false,
            cardinality relate.cardinality NOT NULL,
            max_targets_per_source int,
            max_sources_per_target int,
            hierarchy_parent text,
            default_importance smallint NOT NULL DEFAULT 3,
            is_perpetual boolean NOT NULL DEFAULT false,
            has_contact_details boolean NOT NULL,
            source_may text[] NOT NULL DEFAULT '{}',
            target_may text[] NOT NULL DEFAULT '{}',
            allow_self boolean NOT NULL DEFAULT false,
            on_source_delete text NOT NULL DEFAULT 'restrict',
            on_target_delete text NOT NULL DEFAULT 'restrict',
            category text,
            description text,
            is_active boolean NOT NULL DEFAULT true,
            storage text NOT NULL DEFAULT 'link',
            storage_table regclass,
            storage_source_columns name[],
            storage_target_columns name[],
            on_kind_change text NOT NULL DEFAULT 'restrict',
            storage_start_column name,
            storage_end_column name,
            storage_source_reference name[],
            storage_target_reference name[],
            CONSTRAINT relationship_type_hierarchy_parent CHECK (hierarchy_parent IN ('source', 'target')),
            CONSTRAINT relationship_importance CHECK (default_importance BETWEEN 1 AND 5),
            CONSTRAINT relationship_type_on_delete CHECK (on_source_delete IN ('restrict', 'remove_link')
                                                      AND on_target_delete IN ('restrict', 'remove_link')),
            CONSTRAINT relationship_type_on_kind_change CHECK (on_kind_change IN ('restrict', 'end')),
            CONSTRAINT relationship_type_storage CHECK (storage IN ('link', 'column', 'junction'))
        );

        CREATE TABLE %1$I.relationship (
            relationship_id bigserial PRIMARY KEY,
            type_id int NOT NULL,
            source_module_id int NOT NULL,
            source_key relate.record_key NOT NULL,
            target_module_id int NOT NULL,
            target_key relate.record_key NOT NULL,
            start_date date,
            end_date date,
            importance smallint NOT NULL,
            description text,
            email text,
            phone text,
            address text,
            address_module_id int,
            address_key relate.record_key,
            is_primary boolean NOT NULL DEFAULT false,
            attributes jsonb,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            updated_at timestamptz,
            updated_by text
        );

        CREATE TABLE %1$I.status (
            status_id serial PRIMARY KEY,
            module_id int NOT NULL REFERENCES %1$I.module ON DELETE CASCADE,
            name text NOT NULL,
            position int NOT NULL,
            is_retired boolean NOT NULL DEFAULT false,
            UNIQUE (module_id, name)
        );

        CREATE TABLE %1$I.record_status (
            module_id int NOT NULL,
            key relate.record_key NOT NULL,
            status_id int NOT NULL REFERENCES %1$I.status,
            since date NOT NULL,
            set_at timestamptz NOT NULL,
            set_by text NOT NULL,
            PRIMARY KEY (module_id, key)
        );
        $ddl$, workspace);
END;
$body$;
COMMENT ON FUNCTION relate.create_workspace_tables(name) IS
'Internal. The tables of a workspace, with the indexes of their constraints.';

CREATE FUNCTION relate.index_form(definition text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN definition LIKE 'CREATE UNIQUE %' THEN 'unique' ELSE '' END
    || regexp_replace(substring(definition FROM ' USING .*$'), ' WITH \([^)]*\)', '');
COMMENT ON FUNCTION relate.index_form(text) IS
'Internal. What matters of the definition of an index: not its name, table or storage parameters.';

CREATE FUNCTION relate.workspace_indexes(workspace name)
RETURNS TABLE (on_table regclass, index_name name, is_there boolean, definition text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT wanted.on_table, wanted.index_name,
           EXISTS (SELECT FROM pg_index i
                   WHERE i.indrelid = wanted.on_table AND i.indisvalid AND i.indisready
                     AND relate.index_form(pg_get_indexdef(i.indexrelid)) = relate.index_form(wanted.definition)),
           wanted.definition
    FROM (SELECT to_regclass(format('%I.%I', workspace, ours.table_name)) AS on_table, ours.index_name::name,
                 format('CREATE %s %I ON %I.%I USING btree %s', ours.kind, ours.index_name, workspace, ours.table_name,
                        ours.form) AS definition
          FROM (VALUES
              ('workspace', 'workspace_one_row', 'UNIQUE INDEX', '((true))'),
              ('relationship', 'relationship_source_idx', 'INDEX', '(source_module_id, source_key, type_id, '
                  'target_module_id, target_key) INCLUDE (start_date, end_date)'),
              ('relationship', 'relationship_target_idx', 'INDEX', '(target_module_id, target_key, type_id, '
                  'source_module_id, source_key) INCLUDE (start_date, end_date)'),
              ('relationship', 'relationship_address_idx', 'INDEX',
                  '(address_module_id, address_key) WHERE (address_key IS NOT NULL)'),
              ('status', 'status_name_idx', 'UNIQUE INDEX', '(module_id, lower(name))'),
              ('record_status', 'record_status_status_idx', 'INDEX', '(status_id, key)')
          ) AS ours (table_name, index_name, kind, form)) AS wanted
$$;
COMMENT ON FUNCTION relate.workspace_indexes(name) IS
'Internal. The indexes of a workspace apart from those of constraints: whether a valid one of that form is there under any name, and the statement that makes it, as pg_get_indexdef would write it.';

CREATE FUNCTION relate.create_workspace_indexes(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    statement text;
BEGIN
    FOR statement IN SELECT i.definition FROM relate.workspace_indexes(workspace) AS i WHERE NOT i.is_there LOOP
        EXECUTE statement;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.create_workspace_indexes(name) IS
'Internal. Makes the indexes of a workspace that are not there yet.';

CREATE FUNCTION relate.create_workspace_views(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    EXECUTE format($ddl$
        CREATE OR REPLACE VIEW %1$I.relationship_list WITH (security_invoker = true) AS
        SELECT r.relationship_id,
               t.name AS relationship_type,
               source.name AS source_module,
               r.source_key,
               relate.record_name_in(%2$L::regclass, r.source_module_id, r.source_key) AS source_name,
               t.source_role,
               t.label,
               target.name AS target_module,
               r.target_key,
               relate.record_name_in(%2$L::regclass, r.target_module_id, r.target_key) AS target_name,
               t.target_role,
               t.inverse_label,
               CASE WHEN NOT t.is_perpetual THEN r.start_date END AS start_date,
               CASE WHEN NOT t.is_perpetual THEN r.end_date END AS end_date,
               r.importance,
               t.is_perpetual OR (coalesce(r.start_date <= current_date, true)
                                  AND coalesce(r.end_date >= current_date, true)) AS is_current,
               r.is_primary,
               r.description,
               r.email,
               r.phone,
               r.address,
               address.name AS address_module,
               r.address_key,
               r.attributes,
               r.created_at,
               r.created_by,
               r.updated_at,
               r.updated_by
        FROM %1$I.relationship r
        JOIN %1$I.relationship_type t ON t.type_id = r.type_id
        JOIN %1$I.module source ON source.module_id = r.source_module_id
        JOIN %1$I.module target ON target.module_id = r.target_module_id
        LEFT JOIN %1$I.module address ON address.module_id = r.address_module_id
        UNION ALL
        -- Those that are columns and rows of the users' own tables.
        SELECT r.relationship_id,
               t.name AS relationship_type,
               source.name AS source_module,
               r.source_key,
               relate.record_name_in(%2$L::regclass, r.source_module_id, r.source_key) AS source_name,
               t.source_role,
               t.label,
               target.name AS target_module,
               r.target_key,
               relate.record_name_in(%2$L::regclass, r.target_module_id, r.target_key) AS target_name,
               t.target_role,
               t.inverse_label,
               CASE WHEN NOT t.is_perpetual THEN r.start_date END AS start_date,
               CASE WHEN NOT t.is_perpetual THEN r.end_date END AS end_date,
               r.importance,
               t.is_perpetual OR (coalesce(r.start_date <= current_date, true)
                                  AND coalesce(r.end_date >= current_date, true)) AS is_current,
               r.is_primary,
               r.description,
               r.email,
               r.phone,
               r.address,
               NULL::text AS address_module,
               r.address_key,
               r.attributes,
               r.created_at,
               r.created_by,
               r.updated_at,
               r.updated_by
        FROM %1$I.relationship_type t
        JOIN %1$I.module source ON source.module_id = t.source_module_id
        JOIN %1$I.module target ON target.module_id = t.target_module_id
        CROSS JOIN LATERAL (
            SELECT NULL::bigint AS relationship_id, h.*, false AS is_primary, NULL::text AS description,
                   NULL::text AS email, NULL::text AS phone, NULL::text AS address, NULL::int AS address_module_id,
                   NULL::relate.record_key AS address_key, NULL::timestamptz AS created_at, NULL::text AS created_by,
                   NULL::timestamptz AS updated_at, NULL::text AS updated_by
            FROM relate.hard_links(%2$L::regclass, t.type_id) AS h) AS r
        WHERE t.storage <> 'link';

        -- Two branches, so that a condition on the near record finds either index.
        CREATE OR REPLACE VIEW %1$I.relationship_sides WITH (security_invoker = true) AS
        SELECT r.relationship_id,
               t.name AS relationship_type,
               near.name AS module,
               r.source_key AS key,
               relate.record_name_in(%2$L::regclass, r.source_module_id, r.source_key) AS name,
               t.source_role AS role,
               t.label,
               far.name AS far_module,
               r.target_key AS far_key,
               relate.record_name_in(%2$L::regclass, r.target_module_id, r.target_key) AS far_name,
               t.target_role AS far_role,
               CASE WHEN NOT t.is_perpetual THEN r.start_date END AS start_date,
               CASE WHEN NOT t.is_perpetual THEN r.end_date END AS end_date,
               r.importance,
               t.is_perpetual OR (coalesce(r.start_date <= current_date, true)
                                  AND coalesce(r.end_date >= current_date, true)) AS is_current,
               r.is_primary,
               r.description,
               r.email,
               r.phone,
               r.address,
               r.attributes
        FROM %1$I.relationship r
        JOIN %1$I.relationship_type t ON t.type_id = r.type_id
        JOIN %1$I.module near ON near.module_id = r.source_module_id
        JOIN %1$I.module far ON far.module_id = r.target_module_id
        UNION ALL
        SELECT r.relationship_id,
               t.name,
               near.name,
               r.target_key,
               relate.record_name_in(%2$L::regclass, r.target_module_id, r.target_key),
               t.target_role,
               t.inverse_label,
               far.name,
               r.source_key,
               relate.record_name_in(%2$L::regclass, r.source_module_id, r.source_key),
               t.source_role,
               CASE WHEN NOT t.is_perpetual THEN r.start_date END,
               CASE WHEN NOT t.is_perpetual THEN r.end_date END,
               r.importance,
               t.is_perpetual OR (coalesce(r.start_date <= current_date, true)
                                  AND coalesce(r.end_date >= current_date, true)),
               r.is_primary,
               r.description,
               r.email,
               r.phone,
               r.address,
               r.attributes
        FROM %1$I.relationship r
        JOIN %1$I.relationship_type t ON t.type_id = r.type_id
        JOIN %1$I.module near ON near.module_id = r.target_module_id
        JOIN %1$I.module far ON far.module_id = r.source_module_id
        -- A record related to itself the same in both directions has one side.
        WHERE NOT (t.is_symmetric AND r.source_module_id = r.target_module_id
                   AND r.source_key OPERATOR(relate.=) r.target_key)
        UNION ALL
        SELECT r.relationship_id,
               t.name AS relationship_type,
               near.name AS module,
               r.source_key AS key,
               relate.record_name_in(%2$L::regclass, r.source_module_id, r.source_key) AS name,
               t.source_role AS role,
               t.label,
               far.name AS far_module,
               r.target_key AS far_key,
               relate.record_name_in(%2$L::regclass, r.target_module_id, r.target_key) AS far_name,
               t.target_role AS far_role,
               CASE WHEN NOT t.is_perpetual THEN r.start_date END AS start_date,
               CASE WHEN NOT t.is_perpetual THEN r.end_date END AS end_date,
               r.importance,
               t.is_perpetual OR (coalesce(r.start_date <= current_date, true)
                                  AND coalesce(r.end_date >= current_date, true)) AS is_current,
               r.is_primary,
               r.description,
               r.email,
               r.phone,
               r.address,
               r.attributes
        FROM %1$I.relationship_type t
        JOIN %1$I.module near ON near.module_id = t.source_module_id
        JOIN %1$I.module far ON far.module_id = t.target_module_id
        CROSS JOIN LATERAL (
            SELECT NULL::bigint AS relationship_id, h.*, false AS is_primary, NULL::text AS description,
                   NULL::text AS email, NULL::text AS phone, NULL::text AS address, NULL::int AS address_module_id,
                   NULL::relate.record_key AS address_key, NULL::timestamptz AS created_at, NULL::text AS created_by,
                   NULL::timestamptz AS updated_at, NULL::text AS updated_by
            FROM relate.hard_links(%2$L::regclass, t.type_id) AS h) AS r
        WHERE t.storage <> 'link'
        UNION ALL
        SELECT r.relationship_id,
               t.name,
               near.name,
               r.target_key,
               relate.record_name_in(%2$L::regclass, r.target_module_id, r.target_key),
               t.target_role,
               t.inverse_label,
               far.name,
               r.source_key,
               relate.record_name_in(%2$L::regclass, r.source_module_id, r.source_key),
               t.source_role,
               CASE WHEN NOT t.is_perpetual THEN r.start_date END,
               CASE WHEN NOT t.is_perpetual THEN r.end_date END,
               r.importance,
               t.is_perpetual OR (coalesce(r.start_date <= current_date, true)
                                  AND coalesce(r.end_date >= current_date, true)),
               r.is_primary,
               r.description,
               r.email,
               r.phone,
               r.address,
               r.attributes
        FROM %1$I.relationship_type t
        JOIN %1$I.module near ON near.module_id = t.target_module_id
        JOIN %1$I.module far ON far.module_id = t.source_module_id
        CROSS JOIN LATERAL (
            SELECT NULL::bigint AS relationship_id, h.*, false AS is_primary, NULL::text AS description,
                   NULL::text AS email, NULL::text AS phone, NULL::text AS address, NULL::int AS address_module_id,
                   NULL::relate.record_key AS address_key, NULL::timestamptz AS created_at, NULL::text AS created_by,
                   NULL::timestamptz AS updated_at, NULL::text AS updated_by
            FROM relate.hard_links(%2$L::regclass, t.type_id) AS h) AS r
        WHERE t.storage <> 'link';
        $ddl$, workspace, format('%I.module', workspace));
END;
$body$;
COMMENT ON FUNCTION relate.create_workspace_views(name) IS
'Internal. The views of a workspace, over every storage: links, and the hard links of relate.hard_links.';

CREATE FUNCTION relate.find_trigger(on_table regclass, definition text) RETURNS oid
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.oid FROM pg_trigger t
    WHERE t.tgrelid = on_table AND t.tgfoid = (SELECT to_regprocedure(substring(definition FROM 'EXECUTE FUNCTION (.*)$')))
    ORDER BY t.oid
    LIMIT 1
$$;
COMMENT ON FUNCTION relate.find_trigger(regclass, text) IS
'Internal. The trigger on the table that calls the same function as the one of this definition, whatever its name; null if there is none.';

CREATE FUNCTION relate.workspace_triggers(workspace name)
RETURNS TABLE (on_table regclass, trigger_name name, is_always boolean, is_there boolean, definition text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT wanted.on_table, wanted.trigger_name, wanted.is_always,
           relate.find_trigger(wanted.on_table, wanted.definition) IS NOT NULL, wanted.definition
    FROM (SELECT to_regclass(format('%I.%I', workspace, ours.table_name)) AS on_table, ours.trigger_name::name,
                 ours.function = 'catalog_changed' AS is_always,
                 format(ours.form, ours.trigger_name, format('%I.%I', workspace, ours.table_name))
                     || format(' EXECUTE FUNCTION relate.%I()', ours.function) AS definition
          FROM (VALUES
              ('relationship', 'relate_defaults', 'relationship_defaults',
               'CREATE TRIGGER %I BEFORE INSERT OR UPDATE ON %s FOR EACH ROW'),
              ('relationship', 'relate_check', 'relationship_check',
               'CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW'),
              ('record_status', 'relate_defaults', 'record_status_defaults',
               'CREATE TRIGGER %I BEFORE INSERT OR UPDATE ON %s FOR EACH ROW'),
              ('record_status', 'relate_check', 'record_status_check',
               'CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW'),
              ('module', 'relate_check', 'module_check',
               'CREATE TRIGGER %I BEFORE INSERT OR DELETE OR UPDATE ON %s FOR EACH ROW'),
              ('relationship_type', 'relate_check', 'relationship_type_check',
               'CREATE TRIGGER %I BEFORE INSERT OR DELETE OR UPDATE ON %s FOR EACH ROW'),
              ('relationship_type', 'relate_truncated', 'types_truncated',
               'CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT'),
              ('module', 'relate_surfaces', 'surfaces_follow',
               'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT'),
              ('relationship_type', 'relate_surfaces', 'surfaces_follow',
               'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT'),
              ('relationship_list', 'relate_insert', 'relationship_list_insert',
               'CREATE TRIGGER %I INSTEAD OF INSERT ON %s FOR EACH ROW'),
              ('workspace', 'relate_changed', 'catalog_changed',
               'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT'),
              ('module', 'relate_changed', 'catalog_changed',
               'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT'),
              ('relationship_type', 'relate_changed', 'catalog_changed',
               'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT'),
              ('status', 'relate_changed', 'catalog_changed',
               'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT')
          ) AS ours (table_name, trigger_name, function, form)) AS wanted
$$;
COMMENT ON FUNCTION relate.workspace_triggers(name) IS
'Internal. The triggers of a workspace: whether there is one that calls the function, and the statement that makes it, as pg_get_triggerdef would write it. Every session must hear of changes to the catalog tables, whoever makes them, replicas included: those are ENABLE ALWAYS.';

CREATE FUNCTION relate.create_workspace_triggers(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
BEGIN
    FOR missing IN SELECT * FROM relate.workspace_triggers(workspace) AS t WHERE NOT t.is_there LOOP
        EXECUTE missing.definition;
        IF missing.is_always THEN
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', missing.on_table, missing.trigger_name);
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.create_workspace_triggers(name) IS
'Internal. Makes the triggers of a workspace that are not there yet. The one on "relationship" makes the schema a workspace.';

CREATE FUNCTION relate.comment_on_workspace(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    kind text;
    object text;
    comment text;
BEGIN
    FOR kind, object, comment IN VALUES
        ('TABLE', 'workspace', 'This workspace of pg_relate: one row.'),
        ('COLUMN', 'workspace.layout_version', 'Version of these tables; relate.upgrade_workspace brings it up to date.'),
        ('COLUMN', 'workspace.is_default', 'Whether sessions that name no workspace work in this one.'),
        ('TABLE', 'module', 'The registered tables, whose records can be related.'),
        ('COLUMN', 'module.name', 'Identifier of the module: contact.'),
        ('COLUMN', 'module.singular', 'Label of one record: Contact.'),
        ('COLUMN', 'module.plural', 'Label of several records: Contacts.'),
        ('COLUMN', 'module.key_columns', 'The columns of a unique index, not null, that identify a record.'),
        ('COLUMN', 'module.name_columns', 'The columns that, joined by a space, show a record.'),
        ('COLUMN', 'module.kind', 'Kind of every record: individual, organization, household, or a word of your own.'),
        ('COLUMN', 'module.kind_column', 'The column that holds the kind of each record.'),
        ('COLUMN', 'module.date_column', 'The column that places a record on a timeline.'),
        ('COLUMN', 'module.is_system', 'Users, groups and the like: they are assigned, and own no one-to-many relationships.'),
        ('TABLE', 'relationship_type', 'The declared types of relationships and their rules.'),
        ('COLUMN', 'relationship_type.source_module_id', 'Module of the source records; null: any.'),
        ('COLUMN', 'relationship_type.target_module_id', 'Module of the target records; null: any.'),
        ('COLUMN', 'relationship_type.source_kind', 'Kind of the source records; null: any.'),
        ('COLUMN', 'relationship_type.target_kind', 'Kind of the target records; null: any.'),
        ('COLUMN', 'relationship_type.source_role', 'What the source record is in the relationship: Employee.'),
        ('COLUMN', 'relationship_type.target_role', 'What the target record is in the relationship: Employer.'),
        ('COLUMN', 'relationship_type.label', 'Reads from source to target: is employed by.'),
        ('COLUMN', 'relationship_type.inverse_label', 'Reads from target to source: employs.'),
        ('COLUMN', 'relationship_type.is_symmetric', 'Whether (a, b) and (b, a) are one and the same.'),
        ('COLUMN', 'relationship_type.cardinality', 'How many sources and targets, read from source to target.'),
        ('COLUMN', 'relationship_type.max_targets_per_source', 'How many targets a source may have at any instant; null: no limit.'),
        ('COLUMN', 'relationship_type.max_sources_per_target', 'How many sources a target may have at any instant; null: no limit.'),
        ('COLUMN', 'relationship_type.hierarchy_parent', 'Makes the type a hierarchy: which side is the parent, source or target.'),
        ('COLUMN', 'relationship_type.default_importance', 'Importance of relationships that name none: 1 to 5, 5 the highest.'),
        ('COLUMN', 'relationship_type.is_perpetual', 'Whether relationships hold forever: dates are neither used nor shown.'),
        ('COLUMN', 'relationship_type.has_contact_details', 'Whether relationships have email, phone and address.'),
        ('COLUMN', 'relationship_type.source_may', 'What the source may do on behalf of the target; {*}: everything.'),
        ('COLUMN', 'relationship_type.target_may', 'What the target may do on behalf of the source; {*}: everything.'),
        ('COLUMN', 'relationship_type.allow_self', 'Whether a record may be related to itself.'),
        ('COLUMN', 'relationship_type.on_source_delete', 'When a source record is deleted: restrict, or remove_link.'),
        ('COLUMN', 'relationship_type.on_target_delete', 'When a target record is deleted: restrict, or remove_link.'),
        ('COLUMN', 'relationship_type.is_active', 'Whether new relationships may be made.'),
        ('COLUMN', 'relationship_type.storage', 'link: rows of the table relationship; column: foreign key columns of a module''s table; junction: rows of a junction table.'),
        ('COLUMN', 'relationship_type.storage_table', 'The table that holds the foreign key columns, or the junction table.'),
        ('COLUMN', 'relationship_type.storage_source_columns', 'Its columns with the source''s key, in the order of the module''s key columns.'),
        ('COLUMN', 'relationship_type.storage_target_columns', 'Its columns with the target''s key, in the order of the module''s key columns.'),
        ('COLUMN', 'relationship_type.storage_start_column', 'Of a junction with dates: the column of the first day.'),
        ('COLUMN', 'relationship_type.storage_end_column', 'Of a junction with dates: the column of the last day.'),
        ('COLUMN', 'relationship_type.storage_source_reference', 'What the source columns refer to, where that is another unique key of the module than its key.'),
        ('COLUMN', 'relationship_type.storage_target_reference', 'What the target columns refer to, where that is another unique key of the module than its key.'),
        ('COLUMN', 'relationship_type.on_kind_change', 'When a record becomes of a kind that the type does not take: restrict, or end (today; future ones go, past ones stay).'),
        ('TABLE', 'relationship', 'The relationships: one row each, read in both directions.'),
        ('COLUMN', 'relationship.source_module_id', 'Filled in where the type names the module.'),
        ('COLUMN', 'relationship.target_module_id', 'Filled in where the type names the module.'),
        ('COLUMN', 'relationship.start_date', 'First day; null: since ever.'),
        ('COLUMN', 'relationship.end_date', 'Last day, included; null: open.'),
        ('COLUMN', 'relationship.importance', '1 to 5, 5 the highest; filled in from the type.'),
        ('COLUMN', 'relationship.address_module_id', 'Module of the address, where it is a registered record.'),
        ('COLUMN', 'relationship.address_key', 'Key of the address, where it is a registered record.'),
        ('COLUMN', 'relationship.is_primary', 'The main one of its type for the target record: at most one at any instant.'),
        ('TABLE', 'status', 'What records of a module can be to us: Customer, Prospect, and what you add.'),
        ('COLUMN', 'status.position', 'Order in lists.'),
        ('COLUMN', 'status.is_retired', 'A retired status stays readable and cannot be given.'),
        ('TABLE', 'record_status', 'What each record is to us, since when, and who said so.'),
        ('VIEW', 'relationship_list', 'One row a relationship, with names for numbers. Insert here by names of types and modules; COPY works.'),
        ('VIEW', 'relationship_sides', 'Two rows a relationship: each record as the near one, with the far one.')
    LOOP
        EXECUTE format('COMMENT ON %s %I.%s IS %L', kind, workspace, object, comment);
    END LOOP;
END;
$body$;
COMMENT ON FUNCTION relate.comment_on_workspace(name) IS
'Internal. The comments on the tables, columns and views of a workspace.';

CREATE FUNCTION relate.create_workspace(name text) RETURNS name
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := create_workspace.name;
    becomes_default boolean;
BEGIN
    PERFORM relate.not_null('{name}', create_workspace.name);
    PERFORM relate.create_workspace_schema(create_workspace.name);
    -- Two first workspaces made at the same time must not both be the default.
    PERFORM relate.lock_workspaces(workspace);
    -- One that the caller cannot read may be the default.
    becomes_default := NOT EXISTS (SELECT FROM relate.workspaces() AS w WHERE coalesce(w.is_default, true));
    PERFORM relate.create_workspace_tables(workspace);
    PERFORM relate.create_workspace_indexes(workspace);
    PERFORM relate.create_workspace_views(workspace);
    PERFORM relate.create_workspace_triggers(workspace);
    PERFORM relate.comment_on_workspace(workspace);
    EXECUTE format('INSERT INTO %I.workspace (layout_version, is_default) VALUES ($1, $2)', workspace)
        USING relate.layout_version(), becomes_default;
    IF NOT becomes_default THEN
        RAISE NOTICE 'workspace "%" is not the default one', workspace
            USING HINT = format('Work in it with SET relate.workspace = %L.', workspace);
    END IF;
    RETURN workspace;
END;
$$;
COMMENT ON FUNCTION relate.create_workspace(text) IS
'Makes the schema (or uses an existing one), and in it the tables of a workspace, owned by the caller. The first workspace of a database becomes the default one. Returns the name. Errors: 42710 a workspace already, 42P07 relations of those names in the way, 42939 a reserved name.';
