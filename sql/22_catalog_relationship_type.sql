
-- ---------------------------------------------------------------------------
-- Relationship types.
--
-- One path for every writer: relate.fill_type completes a type from what is
-- known of its modules, relate.check_type says what is wrong with it. The
-- trigger relate.relationship_type_check runs both for any row written to the
-- table "relationship_type"; relate.preview_relationship_type runs both and
-- writes nothing.
-- ---------------------------------------------------------------------------

CREATE TYPE relate.cardinality AS ENUM ('one_to_one', 'one_to_many', 'many_to_one', 'many_to_many');
COMMENT ON TYPE relate.cardinality IS
'How many sources and targets a relationship type allows, read from source to target: one_to_many is one source with many targets.';

-- A type on its way into the table, passed between the functions here.
CREATE TYPE relate.type_draft AS (
    type_id int,
    name text,
    source_module_id int,
    target_module_id int,
    source_kind text,
    target_kind text,
    source_role text,
    target_role text,
    label text,
    inverse_label text,
    is_symmetric boolean,
    cardinality relate.cardinality,
    max_targets_per_source int,
    max_sources_per_target int,
    hierarchy_parent text,
    default_importance int,
    is_perpetual boolean,
    has_contact_details boolean,
    source_may text[],
    target_may text[],
    allow_self boolean,
    on_source_delete text,
    on_target_delete text,
    category text,
    description text,
    is_active boolean,
    on_kind_change text
);
COMMENT ON TYPE relate.type_draft IS 'Internal. A row of the table "relationship_type" of any workspace, not yet complete or checked.';

CREATE FUNCTION relate.parse_cardinality(words text) RETURNS relate.cardinality
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sides text[] := regexp_match(lower(btrim(words)),
                                 '^(one|1|many|n|m|\*)(?: *[-_ ] *to *[-_ ] *| *[:-] *)(one|1|many|n|m|\*)$');
BEGIN
    IF words IS NOT NULL AND sides IS NULL THEN
        RAISE 'unknown cardinality "%"', words
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'It is one_to_one, one_to_many, many_to_one or many_to_many, or short 1:1, 1:N, N:1, N:M.';
    END IF;
    RETURN CASE WHEN sides[1] IN ('one', '1') THEN 'one' ELSE 'many' END || '_to_'
        || CASE WHEN sides[2] IN ('one', '1') THEN 'one' ELSE 'many' END
    WHERE words IS NOT NULL;
END;
$$;
COMMENT ON FUNCTION relate.parse_cardinality(text) IS
'Internal. The cardinality that is meant by one_to_many, one-to-many, 1:N and the like; raises 22023 for other words.';

-- ---- what a type is when little is said ------------------------------------------

CREATE FUNCTION relate.default_role(kind text, module relate.module_entry) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN module.kind IS NULL AND kind IS NOT NULL THEN relate.label_of(kind)
            ELSE coalesce(module.singular, 'Record') END;
COMMENT ON FUNCTION relate.default_role(text, relate.module_entry) IS
'Internal. Role of a side of which none is given: the kind where the type singles one out, else the module''s label.';

CREATE FUNCTION relate.default_label(draft relate.type_draft, side text, far_noun text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN draft.hierarchy_parent = side THEN 'is parent of'
    WHEN draft.hierarchy_parent IS NOT NULL THEN 'is child of'
    WHEN draft.is_symmetric OR draft.cardinality = 'many_to_many'
        THEN concat_ws(' ', 'is related to', nullif(far_noun, 'Record'))
    WHEN draft.cardinality = 'many_to_one' AND side = 'target' OR draft.cardinality <> 'many_to_one' AND side = 'source'
        THEN 'has ' || far_noun
    ELSE 'belongs to ' || far_noun END;
COMMENT ON FUNCTION relate.default_label(relate.type_draft, text, text) IS
'Internal. Label of a type as read from this side (source or target), where none is given: has, belongs to, is related to.';

CREATE FUNCTION relate.mirror_type(draft relate.type_draft) RETURNS relate.type_draft
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    draft.source_kind := coalesce(draft.source_kind, draft.target_kind);
    draft.target_kind := coalesce(draft.target_kind, draft.source_kind);
    draft.source_role := coalesce(draft.source_role, draft.target_role);
    draft.target_role := coalesce(draft.target_role, draft.source_role);
    draft.label := coalesce(draft.label, draft.inverse_label);
    draft.inverse_label := coalesce(draft.inverse_label, draft.label);
    draft.max_targets_per_source := coalesce(draft.max_targets_per_source, draft.max_sources_per_target);
    draft.max_sources_per_target := coalesce(draft.max_sources_per_target, draft.max_targets_per_source);
    draft.source_may := coalesce(draft.source_may, draft.target_may);
    draft.target_may := coalesce(draft.target_may, draft.source_may);
    draft.on_source_delete := coalesce(draft.on_source_delete, draft.on_target_delete);
    draft.on_target_delete := coalesce(draft.on_target_delete, draft.on_source_delete);
    RETURN draft;
END;
$$;
COMMENT ON FUNCTION relate.mirror_type(relate.type_draft) IS
'Internal. What is said of one side of a symmetric type holds for the other.';

CREATE FUNCTION relate.fill_type(draft relate.type_draft, source relate.module_entry, target relate.module_entry)
RETURNS relate.type_draft
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    source_noun text;
    target_noun text;
BEGIN
    IF draft.is_symmetric THEN
        draft := relate.mirror_type(draft);
    END IF;
    draft.cardinality := coalesce(draft.cardinality, 'many_to_many');
    IF draft.cardinality IN ('one_to_one', 'many_to_one') THEN
        draft.max_targets_per_source := coalesce(draft.max_targets_per_source, 1);
    END IF;
    IF draft.cardinality IN ('one_to_one', 'one_to_many') THEN
        draft.max_sources_per_target := coalesce(draft.max_sources_per_target, 1);
    END IF;

    source_noun := relate.default_role(draft.source_kind, source);
    target_noun := relate.default_role(draft.target_kind, target);
    draft.label := coalesce(draft.label, relate.default_label(draft, 'source', target_noun));
    draft.inverse_label := coalesce(draft.inverse_label, relate.default_label(draft, 'target', source_noun));
    IF source_noun = target_noun AND draft.hierarchy_parent IS NOT NULL THEN
        source_noun := CASE draft.hierarchy_parent WHEN 'source' THEN 'Parent' ELSE 'Child' END;
        target_noun := CASE draft.hierarchy_parent WHEN 'source' THEN 'Child' ELSE 'Parent' END;
    END IF;
    draft.source_role := coalesce(draft.source_role, source_noun);
    draft.target_role := coalesce(draft.target_role, target_noun);

    draft.is_symmetric := coalesce(draft.is_symmetric, false);
    draft.default_importance := coalesce(draft.default_importance, 3);
    draft.is_perpetual := coalesce(draft.is_perpetual, false);
    draft.has_contact_details := coalesce(draft.has_contact_details,
        coalesce(draft.source_kind, source.kind) = 'individual'
        AND coalesce(draft.target_kind, target.kind) = 'organization', false);
    draft.source_may := coalesce(draft.source_may, '{}');
    draft.target_may := coalesce(draft.target_may, '{}');
    draft.allow_self := coalesce(draft.allow_self, false);
    draft.on_source_delete := coalesce(draft.on_source_delete, 'restrict');
    draft.on_target_delete := coalesce(draft.on_target_delete, 'restrict');
    draft.is_active := coalesce(draft.is_active, true);
    draft.on_kind_change := coalesce(draft.on_kind_change, 'restrict');
    RETURN draft;
END;
$$;
COMMENT ON FUNCTION relate.fill_type(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. Replaces null by the default in every property of a type that has one.';

CREATE FUNCTION relate.draft_type(workspace name, name text, source_module text, target_module text, cardinality text,
                                  source_role text, target_role text, label text, inverse_label text,
                                  is_symmetric boolean, max_targets_per_source int, max_sources_per_target int,
                                  hierarchy_parent text, default_importance int, is_perpetual boolean,
                                  has_contact_details boolean, source_may text[], target_may text[],
                                  allow_self boolean, on_source_delete text, on_target_delete text,
                                  source_kind text, target_kind text, category text, description text,
                                  is_active boolean, on_kind_change text)
RETURNS relate.type_draft
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    draft relate.type_draft;
BEGIN
    PERFORM relate.not_null('{name}', name);
    draft := ROW(0, name, relate.find_id(workspace, 'module', source_module),
                 relate.find_id(workspace, 'module', target_module), source_kind, target_kind, source_role, target_role,
                 label, inverse_label, is_symmetric, relate.parse_cardinality(cardinality), max_targets_per_source,
                 max_sources_per_target, hierarchy_parent, default_importance, is_perpetual, has_contact_details,
                 source_may, target_may, allow_self, on_source_delete, on_target_delete, category, description,
                 is_active, on_kind_change);
    IF is_symmetric THEN
        draft.source_module_id := coalesce(draft.source_module_id, draft.target_module_id);
        draft.target_module_id := coalesce(draft.target_module_id, draft.source_module_id);
    END IF;
    draft := relate.fill_type(draft, relate.find_module(workspace, draft.source_module_id),
                              relate.find_module(workspace, draft.target_module_id));
    PERFORM relate.check_type_words(draft); -- before anything of it meets the types of the table's columns
    RETURN draft;
END;
$$;
COMMENT ON FUNCTION relate.draft_type(name, text, text, text, text, text, text, text, text, boolean, int, int, text, int, boolean, boolean, text[], text[], boolean, text, text, text, text, text, text, boolean, text) IS
'Internal. The type that the arguments of create_relationship_type mean: complete, its words checked, the rest not.';
