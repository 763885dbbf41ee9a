
-- ---------------------------------------------------------------------------
-- The verbs that alter relationship types, and preview that.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.mirror_changes(changes jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_object_agg(far, changes -> near), '{}') || changes
    FROM (VALUES ('source_module_id', 'target_module_id'), ('source_kind', 'target_kind'),
                 ('source_role', 'target_role'), ('label', 'inverse_label'),
                 ('max_targets_per_source', 'max_sources_per_target'), ('source_may', 'target_may'),
                 ('on_source_delete', 'on_target_delete')) AS pair (a, b)
    CROSS JOIN LATERAL (VALUES (a, b), (b, a)) AS side (near, far)
    WHERE changes ? near
$$;
COMMENT ON FUNCTION relate.mirror_changes(jsonb) IS
'Internal. What is changed of one side of a symmetric type changes of the other.';

CREATE FUNCTION relate.type_changes(workspace name, given jsonb, reset text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    changes jsonb := jsonb_strip_nulls(given);
    side text;
BEGIN
    PERFORM relate.check_reset(coalesce(reset, '{}'),
        ARRAY(SELECT word FROM jsonb_object_keys(given - 'name') AS word ORDER BY word), changes);
    changes := changes || coalesce((SELECT jsonb_object_agg(word, NULL) FROM unnest(reset) AS word), '{}');
    FOREACH side IN ARRAY '{source_module,target_module}'::text[] LOOP
        IF changes ? side THEN
            changes := changes - side
                || jsonb_build_object(side || '_id', relate.find_id(workspace, 'module', changes ->> side));
        END IF;
    END LOOP;
    IF changes ? 'cardinality' THEN
        changes := changes || jsonb_build_object('cardinality', relate.parse_cardinality(changes ->> 'cardinality'));
    END IF;
    RETURN changes;
END;
$$;
COMMENT ON FUNCTION relate.type_changes(name, jsonb, text[]) IS
'Internal. What changes of a type: the columns and their values, null where they go back to the default.';

CREATE FUNCTION relate.apply_changes(workspace name, was relate.type_draft, changes jsonb) RETURNS relate.type_draft
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    becomes relate.type_draft := jsonb_populate_record(was, changes);
BEGIN
    IF becomes.is_symmetric THEN
        changes := relate.mirror_changes(changes);
        becomes := jsonb_populate_record(was, changes);
    END IF;
    becomes.cardinality := coalesce(becomes.cardinality, 'many_to_many');
    -- A limit of one that only said what the cardinality said goes with it.
    IF (was.cardinality IN ('one_to_one', 'many_to_one')) <> (becomes.cardinality IN ('one_to_one', 'many_to_one'))
       AND NOT changes ? 'max_targets_per_source' THEN
        becomes.max_targets_per_source := NULL;
    END IF;
    IF (was.cardinality IN ('one_to_one', 'one_to_many')) <> (becomes.cardinality IN ('one_to_one', 'one_to_many'))
       AND NOT changes ? 'max_sources_per_target' THEN
        becomes.max_sources_per_target := NULL;
    END IF;
    becomes := relate.fill_type(becomes, relate.find_module(workspace, becomes.source_module_id),
                                relate.find_module(workspace, becomes.target_module_id));
    PERFORM relate.check_type_words(becomes); -- before anything of it meets the types of the table's columns
    RETURN becomes;
END;
$$;
COMMENT ON FUNCTION relate.apply_changes(name, relate.type_draft, jsonb) IS
'Internal. The type as it will be: complete, its words checked, the rest not.';

CREATE FUNCTION relate.find_type(workspace name, name text, locking text) RETURNS relate.type_draft
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry jsonb;
BEGIN
    PERFORM relate.not_null('{name}', name);
    EXECUTE format('SELECT to_jsonb(t) FROM %I.relationship_type t WHERE type_id = $1 %s', workspace, locking)
        INTO entry USING relate.find_id(workspace, 'relationship_type', name);
    IF entry IS NULL THEN
        RAISE 'relationship type "%" does not exist any more', name
            USING ERRCODE = 'undefined_object', SCHEMA = workspace, TABLE = 'relationship_type',
                  CONSTRAINT = 'relationship_type_active';
    END IF;
    RETURN jsonb_populate_record(NULL::relate.type_draft, entry);
END;
$$;
COMMENT ON FUNCTION relate.find_type(name, text, text) IS
'Internal. A relationship type by name, its row locked as said. Errors: 22004 no name, 42704 unknown.';

CREATE FUNCTION relate.alter_relationship_type(name text, new_name text DEFAULT NULL, source_role text DEFAULT
    NULL, target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL, cardinality
    text DEFAULT NULL, max_targets_per_source int DEFAULT NULL, max_sources_per_target int DEFAULT NULL,
    hierarchy_parent text DEFAULT NULL, default_importance int DEFAULT NULL, is_perpetual boolean DEFAULT NULL,
    has_contact_details boolean DEFAULT NULL, is_symmetric boolean DEFAULT NULL, source_may text[] DEFAULT NULL,
    target_may text[] DEFAULT NULL, allow_self boolean DEFAULT NULL, on_source_delete text DEFAULT NULL,
    on_target_delete text DEFAULT NULL, category text DEFAULT NULL, description text DEFAULT NULL, is_active
    boolean DEFAULT NULL, source_module text DEFAULT NULL, target_module text DEFAULT NULL, source_kind text
    DEFAULT NULL, target_kind text DEFAULT NULL, on_kind_change text DEFAULT NULL,
    on_invalid text DEFAULT 'restrict', reset text[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET relate.on_invalid = 'restrict'
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    changes jsonb;
    becomes relate.type_draft;
BEGIN
    becomes := relate.find_type(workspace, name, 'FOR NO KEY UPDATE');
    changes := relate.type_changes(workspace,
        jsonb_build_object('name', new_name, 'source_role', source_role, 'target_role', target_role, 'label',
            label, 'inverse_label', inverse_label, 'cardinality', cardinality, 'max_targets_per_source',
            max_targets_per_source, 'max_sources_per_target', max_sources_per_target, 'hierarchy_parent',
            hierarchy_parent, 'default_importance', default_importance, 'is_perpetual', is_perpetual,
            'has_contact_details', has_contact_details, 'is_symmetric', is_symmetric, 'source_may', source_may,
            'target_may', target_may, 'allow_self', allow_self, 'on_source_delete', on_source_delete,
            'on_target_delete', on_target_delete, 'category', category, 'description', description, 'is_active',
            is_active, 'source_module', source_module, 'target_module', target_module, 'source_kind',
            source_kind, 'target_kind', target_kind,
            'on_kind_change', on_kind_change), reset);
    becomes := relate.apply_changes(workspace, becomes, changes);
    PERFORM relate.offences_since(on_invalid, becomes);
    PERFORM set_config('relate.on_invalid', on_invalid, true); -- for the trigger, until this function returns
    EXECUTE format($sql$
        UPDATE %I.relationship_type SET (name, source_module_id, target_module_id, source_kind, target_kind,
            source_role, target_role, label, inverse_label, is_symmetric, cardinality, max_targets_per_source,
            max_sources_per_target, hierarchy_parent, default_importance, is_perpetual, has_contact_details,
            source_may, target_may, allow_self, on_source_delete, on_target_delete, category, description,
            is_active, on_kind_change) =
            ROW(($1).name, ($1).source_module_id, ($1).target_module_id, ($1).source_kind, ($1).target_kind,
            ($1).source_role, ($1).target_role, ($1).label, ($1).inverse_label, ($1).is_symmetric,
            ($1).cardinality, ($1).max_targets_per_source, ($1).max_sources_per_target, ($1).hierarchy_parent,
            ($1).default_importance, ($1).is_perpetual, ($1).has_contact_details, ($1).source_may,
            ($1).target_may, ($1).allow_self, ($1).on_source_delete, ($1).on_target_delete, ($1).category,
            ($1).description, ($1).is_active, ($1).on_kind_change)
        WHERE type_id = ($1).type_id
        $sql$, workspace) USING becomes;
END;
$$;
COMMENT ON FUNCTION relate.alter_relationship_type(text, text, text, text, text, text, text, int, int, text, int, boolean, boolean, boolean, text[], text[], boolean, text, text, text, text, boolean, text, text, text, text, text, text, text[]) IS
'Changes a relationship type of the current workspace. Null leaves a property as it is; those named in reset go back to the default. What is changed of one side of a symmetric type changes of the other. Waits for writers of its relationships, and holds the existing ones against the new rules. on_invalid: restrict refuses the change; ignore leaves offenders as they are; delete deletes them; end ends today those that run, deletes those that begin later, and leaves the past. The earliest begun keep their places. Errors: 22004 no name, 42704 no such type or module, 42710 name exists, 42602 bad name, 22023 bad or contradictory arguments, 23514 and 23505 offenders, with the rule as constraint, 55000 other modules or kinds for a type with relationships.';

CREATE FUNCTION relate.preview_alter_relationship_type(name text, new_name text DEFAULT NULL, source_role text
    DEFAULT NULL, target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL,
    cardinality text DEFAULT NULL, max_targets_per_source int DEFAULT NULL, max_sources_per_target int DEFAULT
    NULL, hierarchy_parent text DEFAULT NULL, default_importance int DEFAULT NULL, is_perpetual boolean DEFAULT
    NULL, has_contact_details boolean DEFAULT NULL, is_symmetric boolean DEFAULT NULL, source_may text[] DEFAULT
    NULL, target_may text[] DEFAULT NULL, allow_self boolean DEFAULT NULL, on_source_delete text DEFAULT NULL,
    on_target_delete text DEFAULT NULL, category text DEFAULT NULL, description text DEFAULT NULL, is_active
    boolean DEFAULT NULL, source_module text DEFAULT NULL, target_module text DEFAULT NULL, source_kind text
    DEFAULT NULL, target_kind text DEFAULT NULL, on_kind_change text DEFAULT NULL,
    on_invalid text DEFAULT 'restrict', reset text[] DEFAULT NULL)
RETURNS TABLE (rule text, offenders bigint, first_offenders text[], outcome text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    type_table CONSTANT regclass := format('%I.relationship_type', workspace);
    changes jsonb;
    was relate.type_draft;
    becomes relate.type_draft;
BEGIN
    was := relate.find_type(workspace, name, '');
    changes := relate.type_changes(workspace,
        jsonb_build_object('name', new_name, 'source_role', source_role, 'target_role', target_role, 'label',
            label, 'inverse_label', inverse_label, 'cardinality', cardinality, 'max_targets_per_source',
            max_targets_per_source, 'max_sources_per_target', max_sources_per_target, 'hierarchy_parent',
            hierarchy_parent, 'default_importance', default_importance, 'is_perpetual', is_perpetual,
            'has_contact_details', has_contact_details, 'is_symmetric', is_symmetric, 'source_may', source_may,
            'target_may', target_may, 'allow_self', allow_self, 'on_source_delete', on_source_delete,
            'on_target_delete', on_target_delete, 'category', category, 'description', description, 'is_active',
            is_active, 'source_module', source_module, 'target_module', target_module, 'source_kind',
            source_kind, 'target_kind', target_kind,
            'on_kind_change', on_kind_change), reset);
    becomes := relate.apply_changes(workspace, was, changes);
    PERFORM relate.offences_since(on_invalid, becomes); -- first, as in alter_relationship_type
    PERFORM relate.check_type(becomes, relate.find_module(workspace, becomes.source_module_id),
                              relate.find_module(workspace, becomes.target_module_id));
    PERFORM relate.check_type_is_new(workspace, becomes.type_id, becomes.name);
    PERFORM relate.refuse_used_sides(type_table, workspace, was, becomes);
    RETURN QUERY
        SELECT o.rule, cardinality(o.offenders)::bigint, relate.first_offenders(workspace, o),
               format('relationships that %s: %s', relate.offence_words(was, becomes, o.rule),
                      CASE on_invalid WHEN 'restrict' THEN 'the change is refused'
                                      WHEN 'ignore' THEN 'they stay'
                                      WHEN 'delete' THEN 'they are deleted'
                                      ELSE 'they end today, those that begin later are deleted' END)
        FROM relate.type_offences(type_table, was, becomes, relate.offences_since(on_invalid, becomes)) AS o;
END;
$$;
COMMENT ON FUNCTION relate.preview_alter_relationship_type(text, text, text, text, text, text, text, int, int, text, int, boolean, boolean, boolean, text[], text[], boolean, text, text, text, text, boolean, text, text, text, text, text, text, text[]) IS
'What relate.alter_relationship_type with the same arguments would meet, now: one row for each rule that existing relationships would break, with their number, the first five in words, and what becomes of them. No row: nothing is in the way. Changes and locks nothing. For those who may change types. Errors as of alter_relationship_type, but for the offenders.';
