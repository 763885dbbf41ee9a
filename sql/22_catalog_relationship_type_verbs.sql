
-- ---------------------------------------------------------------------------
-- The verbs that declare, drop and list relationship types.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.create_relationship_type(name text, source_module text DEFAULT NULL,
    target_module text DEFAULT NULL, cardinality text DEFAULT 'many_to_many', source_role text DEFAULT NULL,
    target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL,
    is_symmetric boolean DEFAULT false, max_targets_per_source int DEFAULT NULL,
    max_sources_per_target int DEFAULT NULL, hierarchy_parent text DEFAULT NULL, default_importance int DEFAULT 3,
    is_perpetual boolean DEFAULT false, has_contact_details boolean DEFAULT NULL, source_may text[] DEFAULT NULL,
    target_may text[] DEFAULT NULL, allow_self boolean DEFAULT false, on_source_delete text DEFAULT NULL,
    on_target_delete text DEFAULT NULL, source_kind text DEFAULT NULL, target_kind text DEFAULT NULL,
    category text DEFAULT NULL, description text DEFAULT NULL, is_active boolean DEFAULT true,
    on_kind_change text DEFAULT NULL)
RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    draft relate.type_draft;
    new_id int;
BEGIN
    draft := relate.draft_type(workspace, name, source_module, target_module, cardinality, source_role, target_role,
        label, inverse_label, is_symmetric, max_targets_per_source, max_sources_per_target, hierarchy_parent,
        default_importance, is_perpetual, has_contact_details, source_may, target_may, allow_self, on_source_delete,
        on_target_delete, source_kind, target_kind, category, description, is_active, on_kind_change);
    EXECUTE format($sql$
        INSERT INTO %I.relationship_type (name, source_module_id, target_module_id, source_kind, target_kind,
            source_role, target_role, label, inverse_label, is_symmetric, cardinality, max_targets_per_source,
            max_sources_per_target, hierarchy_parent, default_importance, is_perpetual, has_contact_details,
            source_may, target_may, allow_self, on_source_delete, on_target_delete, category, description, is_active,
            on_kind_change)
        VALUES (($1).name, ($1).source_module_id, ($1).target_module_id, ($1).source_kind, ($1).target_kind,
            ($1).source_role, ($1).target_role, ($1).label, ($1).inverse_label, ($1).is_symmetric, ($1).cardinality,
            ($1).max_targets_per_source, ($1).max_sources_per_target, ($1).hierarchy_parent,
            ($1).default_importance, ($1).is_perpetual, ($1).has_contact_details, ($1).source_may, ($1).target_may,
            ($1).allow_self, ($1).on_source_delete, ($1).on_target_delete, ($1).category, ($1).description,
            ($1).is_active, ($1).on_kind_change)
        RETURNING type_id
        $sql$, workspace) INTO new_id USING draft;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.create_relationship_type(text, text, text, text, text, text, text, text, boolean, int, int, text, int, boolean, boolean, text[], text[], boolean, text, text, text, text, text, text, boolean, text) IS
'Declares a relationship type in the current workspace and returns its id. Modules by name, null: any. Null elsewhere: the default. Errors: 22004 no name, 42710 name exists, 42704 unknown module, 42602 bad name, 22023 bad or contradictory arguments, 23514 kinds that contradict the module''s, importance out of 1 to 5, a one-to-many with a system module.';

CREATE FUNCTION relate.drop_relationship_type(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
BEGIN
    PERFORM relate.not_null('{name}', drop_relationship_type.name);
    EXECUTE format('DELETE FROM %I.relationship_type WHERE type_id = $1', workspace)
        USING relate.find_id(workspace, 'relationship_type', drop_relationship_type.name);
END;
$$;
COMMENT ON FUNCTION relate.drop_relationship_type(text) IS
'Drops a relationship type of the current workspace. One that is stored in columns or a junction table is un-adopted: those stay as they are. Errors: 42704 no such type, 2BP01 while it has relationships, with their count.';

CREATE FUNCTION relate.relationship_types()
RETURNS TABLE (name text, source_module text, source_role text, label text, target_module text, target_role text,
               inverse_label text, cardinality relate.cardinality, is_symmetric boolean, hierarchy_parent text,
               is_perpetual boolean, is_active boolean, category text, description text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.name, source.name, t.source_role, t.label, target.name, t.target_role, t.inverse_label, '
        't.cardinality, t.is_symmetric, t.hierarchy_parent, t.is_perpetual, t.is_active, t.category, t.description '
        'FROM %1$I.relationship_type t '
        'LEFT JOIN %1$I.module source ON source.module_id = t.source_module_id '
        'LEFT JOIN %1$I.module target ON target.module_id = t.target_module_id '
        'ORDER BY t.name', relate.current_workspace());
END;
$$;
COMMENT ON FUNCTION relate.relationship_types() IS
'Lists the relationship types of the current workspace, by name. A null module stands for any.';

CREATE FUNCTION relate.relationship_type_stats()
RETURNS TABLE (type text, source_module text, target_module text, cardinality relate.cardinality, total bigint,
               current bigint, past bigint, future bigint, sources bigint, targets bigint, first_start date,
               last_start date)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
BEGIN
    RETURN QUERY EXECUTE format($sql$
        SELECT t.name, source.name, target.name, t.cardinality, coalesce(r.total, 0),
               CASE WHEN t.is_perpetual THEN coalesce(r.total, 0) ELSE coalesce(r.total - r.past - r.future, 0) END,
               CASE WHEN t.is_perpetual THEN 0 ELSE coalesce(r.past, 0) END,
               CASE WHEN t.is_perpetual THEN 0 ELSE coalesce(r.future, 0) END,
               coalesce(r.sources, 0), coalesce(r.targets, 0),
               CASE WHEN NOT t.is_perpetual THEN r.first_start END,
               CASE WHEN NOT t.is_perpetual THEN r.last_start END
        FROM %1$I.relationship_type t
        LEFT JOIN %1$I.module source ON source.module_id = t.source_module_id
        LEFT JOIN %1$I.module target ON target.module_id = t.target_module_id
        LEFT JOIN (SELECT type_id, count(*) AS total,
                          count(*) FILTER (WHERE end_date < current_date) AS past,
                          count(*) FILTER (WHERE start_date > current_date) AS future,
                          count(DISTINCT (source_module_id, source_key)) AS sources,
                          count(DISTINCT (target_module_id, target_key)) AS targets,
                          min(start_date) AS first_start, max(start_date) AS last_start
                   FROM (SELECT type_id, source_module_id, source_key, target_module_id, target_key, start_date, end_date
                         FROM %1$I.relationship
                         UNION ALL
                         SELECT type_id, source_module_id, source_key, target_module_id, target_key, start_date, end_date
                         FROM relate.hard_links(%2$L::regclass)) AS every
                   GROUP BY type_id) AS r ON r.type_id = t.type_id
        ORDER BY t.name
        $sql$, workspace, format('%I.module', workspace));
END;
$body$;
COMMENT ON FUNCTION relate.relationship_type_stats() IS
'One row for each relationship type of the current workspace, unused ones too: how many relationships there are, were and will be as of current_date, of how many different source and target records, and the first and last start date. Perpetual relationships are all current.';
