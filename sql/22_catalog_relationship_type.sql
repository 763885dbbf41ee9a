
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

-- ---- what makes a type right -------------------------------------------------------

CREATE FUNCTION relate.check_type_words(draft relate.type_draft) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    label text;
BEGIN
    IF btrim(draft.name) = '' OR length(draft.name) > 100 THEN
        RAISE 'the name of a relationship type must have 1 to 100 characters'
            USING ERRCODE = 'invalid_name', COLUMN = 'name';
    END IF;
    IF btrim(draft.source_kind) = '' OR btrim(draft.target_kind) = '' THEN
        RAISE 'the kinds of relationship type "%" must not be blank', draft.name
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave them out for any kind.';
    END IF;
    FOREACH label IN ARRAY ARRAY[draft.source_role, draft.target_role, draft.label, draft.inverse_label] LOOP
        IF btrim(label) = '' THEN
            RAISE 'the roles and labels of relationship type "%" must not be blank', draft.name
                USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave them out for the defaults.';
        END IF;
    END LOOP;
    IF draft.hierarchy_parent NOT IN ('source', 'target') THEN
        RAISE 'unknown hierarchy_parent "%"', draft.hierarchy_parent
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'hierarchy_parent',
                  HINT = 'It is source or target, the side that is the parent, or null.';
    END IF;
    IF draft.on_source_delete NOT IN ('restrict', 'remove_link') THEN
        RAISE 'unknown on_source_delete "%"', draft.on_source_delete
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'on_source_delete',
                  HINT = 'It is restrict or remove_link.';
    END IF;
    IF draft.on_target_delete NOT IN ('restrict', 'remove_link') THEN
        RAISE 'unknown on_target_delete "%"', draft.on_target_delete
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'on_target_delete',
                  HINT = 'It is restrict or remove_link.';
    END IF;
    IF draft.on_kind_change NOT IN ('restrict', 'end') THEN
        RAISE 'unknown on_kind_change "%"', draft.on_kind_change
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'on_kind_change',
                  HINT = 'It is restrict or end.';
    END IF;
    IF draft.default_importance NOT BETWEEN 1 AND 5 THEN
        RAISE 'importance % is out of range', draft.default_importance
            USING ERRCODE = 'check_violation', TABLE = 'relationship_type', COLUMN = 'default_importance',
                  CONSTRAINT = 'relationship_importance', HINT = 'It is 1 to 5, 5 the highest.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_words(relate.type_draft) IS
'Internal. Refuses bad names (42602), blank kinds and labels, unknown words (22023), importance out of range (23514).';

CREATE FUNCTION relate.check_type_limit(draft relate.type_draft, property text, value int, is_one boolean) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF is_one AND value <> 1 THEN
        RAISE '% of % contradicts the cardinality %', property, value, draft.cardinality
            USING ERRCODE = 'invalid_parameter_value', COLUMN = property,
                  HINT = 'Leave it out: the cardinality says one. Or choose a cardinality that says many.';
    ELSIF value < 1 THEN
        RAISE '% must be at least 1', property
            USING ERRCODE = 'invalid_parameter_value', COLUMN = property, HINT = 'Leave it out for no limit.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_limit(relate.type_draft, text, int, boolean) IS
'Internal. Refuses (22023) a limit below 1, or other than 1 where the cardinality says one.';

CREATE FUNCTION relate.check_type_symmetry(draft relate.type_draft) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    different text := concat_ws(', ',
        CASE WHEN draft.source_module_id IS DISTINCT FROM draft.target_module_id THEN 'modules' END,
        CASE WHEN draft.source_kind IS DISTINCT FROM draft.target_kind THEN 'kinds' END,
        CASE WHEN draft.source_role <> draft.target_role THEN 'roles' END,
        CASE WHEN draft.label <> draft.inverse_label THEN 'labels' END,
        CASE WHEN draft.max_targets_per_source IS DISTINCT FROM draft.max_sources_per_target THEN 'limits' END,
        CASE WHEN draft.source_may <> draft.target_may THEN 'acting rights' END,
        CASE WHEN draft.on_source_delete <> draft.on_target_delete THEN 'deletion policies' END);
BEGIN
    IF NOT draft.is_symmetric THEN
        RETURN;
    END IF;
    IF draft.cardinality NOT IN ('one_to_one', 'many_to_many') THEN
        RAISE 'a symmetric relationship type cannot be %', draft.cardinality
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'cardinality',
                  DETAIL = 'Both sides of a symmetric type are the same.', HINT = 'It is one_to_one or many_to_many.';
    ELSIF draft.hierarchy_parent IS NOT NULL THEN
        RAISE 'a symmetric relationship type cannot be a hierarchy'
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'hierarchy_parent',
                  DETAIL = 'In a hierarchy one side is the parent of the other.';
    ELSIF different <> '' THEN
        RAISE 'the sides of the symmetric relationship type "%" differ', draft.name
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'is_symmetric',
                  DETAIL = format('Different are: %s.', different),
                  HINT = 'Give them for one side only: the other follows.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_symmetry(relate.type_draft) IS
'Internal. Refuses (22023) a symmetric type whose sides differ or whose cardinality or hierarchy tells them apart.';

CREATE FUNCTION relate.check_type_side(side text, kind text, may text[], module relate.module_entry) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF module.kind <> kind THEN
        RAISE 'records of module "%" are never of kind "%"', module.name, kind
            USING ERRCODE = 'check_violation', TABLE = 'relationship_type', COLUMN = side || '_kind',
                  CONSTRAINT = 'relationship_kind', DETAIL = format('All of them are of kind "%s".', module.kind);
    ELSIF kind IS NOT NULL AND module.module_id IS NOT NULL AND module.kind IS NULL AND module.kind_column IS NULL THEN
        RAISE 'records of module "%" have no kind', module.name
            USING ERRCODE = 'invalid_parameter_value', COLUMN = side || '_kind',
                  HINT = format('Say of what kind they are: SELECT relate.alter_module(%L, kind => %L), or kind_column => ...',
                                module.name, kind);
    END IF;
    IF EXISTS (SELECT FROM unnest(may) AS action WHERE action IS NULL OR btrim(action) = '') THEN
        RAISE '%_may must not hold null or blank actions', side
            USING ERRCODE = 'invalid_parameter_value', COLUMN = side || '_may';
    ELSIF may <> '{}' AND coalesce(kind, module.kind) = 'organization' THEN
        RAISE 'an organization cannot act on behalf of others'
            USING ERRCODE = 'invalid_parameter_value', COLUMN = side || '_may',
                  DETAIL = format('The %s of this relationship type is an organization, and %1$s_may is given.', side),
                  HINT = 'Give acting rights to the other side, or to no one.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_side(text, text, text[], relate.module_entry) IS
'Internal. Refuses a kind that the module''s records cannot have (23514) or do not have at all (22023), and acting rights of organizations (22023).';

CREATE FUNCTION relate.check_type_system(draft relate.type_draft, source relate.module_entry, target relate.module_entry)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lookup_from text := target.name;
    lookup_to text := source.name;
BEGIN
    IF draft.source_module_id IS NOT DISTINCT FROM draft.target_module_id
       OR (source.is_system OR target.is_system) IS NOT TRUE
       OR draft.cardinality IN ('many_to_many', 'one_to_one')
       OR draft.cardinality = 'many_to_one' AND target.is_system THEN
        RETURN;
    END IF;
    IF source.is_system IS NOT TRUE THEN
        lookup_from := source.name;
        lookup_to := target.name;
    END IF;
    RAISE 'a % relationship with the system module "%" is not allowed', draft.cardinality, lookup_to
        USING ERRCODE = 'check_violation', TABLE = 'relationship_type', COLUMN = 'cardinality',
              CONSTRAINT = 'relationship_type_system_module',
              DETAIL = 'Records of a system module are assigned to others by a lookup, and own no one-to-many relationships.',
              HINT = format('Declare the lookup: SELECT relate.create_relationship_type(%L, %L, %L, ''many_to_one'').',
                            draft.name, lookup_from, lookup_to);
END;
$$;
COMMENT ON FUNCTION relate.check_type_system(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. Refuses (23514) a one-to-many with a system module, and names the lookup to declare in its place.';

CREATE FUNCTION relate.check_type(draft relate.type_draft, source relate.module_entry, target relate.module_entry)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.check_type_words(draft);
    PERFORM relate.check_type_limit(draft, 'max_targets_per_source', draft.max_targets_per_source,
                                    draft.cardinality IN ('one_to_one', 'many_to_one'));
    PERFORM relate.check_type_limit(draft, 'max_sources_per_target', draft.max_sources_per_target,
                                    draft.cardinality IN ('one_to_one', 'one_to_many'));
    PERFORM relate.check_type_symmetry(draft);
    IF draft.hierarchy_parent IS NOT NULL AND draft.allow_self THEN
        RAISE 'a hierarchy cannot allow a record to be related to itself'
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'allow_self', DETAIL = 'It would be its own parent.',
                  HINT = 'Pass allow_self => false too.';
    END IF;
    PERFORM relate.check_type_side('source', draft.source_kind, draft.source_may, source);
    PERFORM relate.check_type_side('target', draft.target_kind, draft.target_may, target);
    PERFORM relate.check_type_system(draft, source, target);
END;
$$;
COMMENT ON FUNCTION relate.check_type(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. Everything that must be true of a relationship type in itself.';

CREATE FUNCTION relate.is_type_name_taken(workspace name, type_id int, name text) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_is_type_name_taken';
COMMENT ON FUNCTION relate.is_type_name_taken(name, int, text) IS 'Internal. Whether another type of the workspace has this name.';

CREATE FUNCTION relate.check_type_is_new(workspace name, type_id int, name text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF relate.is_type_name_taken(workspace, type_id, name) THEN
        RAISE 'relationship type "%" exists already', name
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'relationship_type', COLUMN = 'name',
                  HINT = 'Choose another name, or drop it with relate.drop_relationship_type.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_is_new(name, int, text) IS
'Internal. Refuses (42710) a name that another type of the workspace has.';

CREATE FUNCTION relate.check_types_of_module(workspace name, module relate.module_entry) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    draft relate.type_draft;
    type_row jsonb;
    source relate.module_entry;
    target relate.module_entry;
BEGIN
    FOR type_row IN EXECUTE format('SELECT to_jsonb(t) FROM %I.relationship_type t '
                                   'WHERE $1 IN (source_module_id, target_module_id) ORDER BY name', workspace)
                    USING module.module_id
    LOOP
        draft := jsonb_populate_record(NULL::relate.type_draft, type_row);
        source := CASE draft.source_module_id WHEN module.module_id THEN module
                       ELSE relate.find_module(workspace, draft.source_module_id) END;
        target := CASE draft.target_module_id WHEN module.module_id THEN module
                       ELSE relate.find_module(workspace, draft.target_module_id) END;
        PERFORM relate.check_type(draft, source, target);
        PERFORM relate.check_storage(workspace, draft, jsonb_populate_record(NULL::relate.type_storage, type_row), source, target);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.check_types_of_module(name, relate.module_entry) IS
'Internal. Verifies the types of a module against what the module is about to become.';

CREATE FUNCTION relate.relationship_type_check() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := TG_TABLE_SCHEMA;
    written jsonb;
    was relate.type_draft;
    draft relate.type_draft;
    store relate.type_storage;
    source relate.module_entry;
    target relate.module_entry;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM relate.refuse_used_type(TG_RELID, workspace, OLD.type_id, OLD.name);
        IF OLD.storage <> 'link' THEN
            PERFORM relate.release_storage(jsonb_populate_record(NULL::relate.type_storage, to_jsonb(OLD)));
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND relate.storage_follows_renames(to_jsonb(OLD), to_jsonb(NEW)) THEN
        RETURN NEW;
    END IF;
    written := to_jsonb(NEW);
    draft := jsonb_populate_record(NULL::relate.type_draft, written);
    source := relate.find_module(workspace, draft.source_module_id);
    target := relate.find_module(workspace, draft.target_module_id);
    draft := relate.fill_type(draft, source, target);
    IF TG_OP = 'UPDATE' THEN
        was := jsonb_populate_record(NULL::relate.type_draft, to_jsonb(OLD));
        PERFORM relate.refuse_other_id(workspace, was, draft);
    END IF;
    PERFORM relate.check_type(draft, source, target);
    PERFORM relate.check_type_is_new(workspace, draft.type_id, draft.name);
    store := jsonb_populate_record(NULL::relate.type_storage, written);
    PERFORM relate.check_storage(workspace, draft, store, source, target);
    IF TG_OP = 'UPDATE' THEN
        PERFORM relate.check_storage_change(workspace, draft,
            jsonb_populate_record(NULL::relate.type_storage, to_jsonb(OLD)), store);
        PERFORM relate.change_type(TG_RELID, workspace, was, draft);
        PERFORM relate.keep_rules(was, draft, jsonb_populate_record(NULL::relate.type_storage, to_jsonb(OLD)), store);
    END IF;
    RETURN jsonb_populate_record(NEW, to_jsonb(draft));
END;
$$;
COMMENT ON FUNCTION relate.relationship_type_check() IS
'Trigger of the table "relationship_type": completes and verifies a row for any writer. Errors: 42602, 22023, 23514 (relationship_kind, relationship_importance, relationship_type_system_module), 42710, those of relate.check_storage and relate.change_type, and 2BP01 for a DELETE while relationships exist.';

-- ---- the verbs ----------------------------------------------------------------------

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

-- ---- the preview ------------------------------------------------------------------------

CREATE FUNCTION relate.type_nouns(draft relate.type_draft, source relate.module_entry, target relate.module_entry,
                                  OUT source_one text, OUT source_many text, OUT target_one text, OUT target_many text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    source_one := coalesce(source.singular, relate.label_of(draft.source_kind), 'record');
    source_many := coalesce(source.plural, relate.plural_of(source_one));
    target_one := coalesce(target.singular, relate.label_of(draft.target_kind), 'record');
    target_many := coalesce(target.plural, relate.plural_of(target_one));
    IF source_one <> target_one OR draft.is_symmetric THEN
        RETURN;
    END IF;
    -- The same word on both sides: the roles tell them apart.
    IF draft.source_role = draft.target_role THEN
        source_one := 'source ' || source_one;
        source_many := 'source ' || source_many;
        target_one := 'target ' || target_one;
        target_many := 'target ' || target_many;
        RETURN;
    END IF;
    IF draft.source_role <> source_one THEN
        source_one := format('%s (%s)', source_one, draft.source_role);
        source_many := format('%s (%s)', source_many, relate.plural_of(draft.source_role));
    END IF;
    IF draft.target_role <> target_one THEN
        target_one := format('%s (%s)', target_one, draft.target_role);
        target_many := format('%s (%s)', target_many, relate.plural_of(draft.target_role));
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.type_nouns(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. What to call one and several records of each side, so that the two sides are told apart.';

CREATE FUNCTION relate.quantity(maximum int, one text, many text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN maximum = 1 THEN 'at most one ' || one
            WHEN maximum > 1 THEN format('up to %s %s', maximum, many)
            ELSE 'multiple ' || many END;
COMMENT ON FUNCTION relate.quantity(int, text, text) IS
'Internal. "multiple Tickets", or with a limit "up to 3 Tickets".';

CREATE FUNCTION relate.type_sentence(draft relate.type_draft, source relate.module_entry, target relate.module_entry)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    noun record := relate.type_nouns(draft, source, target);
    targets text := relate.quantity(draft.max_targets_per_source, noun.target_one, noun.target_many);
    sources text := relate.quantity(draft.max_sources_per_target, noun.source_one, noun.source_many);
BEGIN
    IF draft.is_symmetric THEN
        RETURN format('Each %s can be related to %s, and the relationship reads the same from both sides.',
                      noun.source_one,
                      CASE WHEN draft.cardinality = 'one_to_one' THEN 'only one other ' || noun.target_one
                           ELSE relate.quantity(draft.max_targets_per_source, 'other ' || noun.target_one,
                                                'other ' || noun.target_many) END
                      || CASE WHEN draft.allow_self THEN ' or to itself' ELSE '' END);
    END IF;
    RETURN CASE draft.cardinality
        WHEN 'one_to_one' THEN format('Each %s can have only one %s, and each %s will belong to only one %s.',
                                      noun.source_one, noun.target_one, noun.target_one, noun.source_one)
        WHEN 'one_to_many' THEN format('Each %s can have %s, but each %s will belong to only one %s.',
                                       noun.source_one, targets, noun.target_one, noun.source_one)
        WHEN 'many_to_one' THEN format('Each %s will belong to only one %s, but each %s can have %s.',
                                       noun.source_one, noun.target_one, noun.target_one, sources)
        ELSE format('Each %s can have %s, and each %s can have %s.',
                    noun.source_one, targets, noun.target_one, sources)
    END;
END;
$$;
COMMENT ON FUNCTION relate.type_sentence(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. The cardinality of a type in plain English: how many records each side can have.';

CREATE FUNCTION relate.type_sentence_of_dates(draft relate.type_draft, source relate.module_entry,
                                              target relate.module_entry)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    noun record := relate.type_nouns(draft, source, target);
BEGIN
    IF draft.is_perpetual THEN
        RETURN NULL;
    END IF;
    RETURN CASE
        WHEN draft.cardinality = 'one_to_one'
            THEN 'This holds at any one time: when one has ended, another may follow.'
        WHEN draft.cardinality = 'one_to_many'
            THEN format('This holds at any one time: over time each %s may pass from one %s to another.',
                        noun.target_one, noun.source_one)
        WHEN draft.cardinality = 'many_to_one'
            THEN format('This holds at any one time: over time each %s may pass from one %s to another.',
                        noun.source_one, noun.target_one)
        WHEN coalesce(draft.max_targets_per_source, draft.max_sources_per_target) IS NOT NULL
            THEN 'This holds at any one time: over time there may be more.'
        ELSE 'The same two can be related again when the relationship has ended.'
    END;
END;
$$;
COMMENT ON FUNCTION relate.type_sentence_of_dates(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. What dates mean for the cardinality of a type; null for a perpetual one.';

CREATE FUNCTION relate.view_sentence(draft relate.type_draft, near_one text, far_one text, far_many text, maximum int,
                                     far_role text, label text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format('Each %s shows its %s under "%s", in the role "%s", with %simportance and %s.',
              near_one, CASE WHEN draft.is_symmetric THEN 'related ' ELSE '' END
                        || CASE maximum WHEN 1 THEN far_one ELSE far_many END,
              label, far_role, CASE WHEN draft.is_perpetual THEN '' ELSE 'start and end date, ' END,
              CASE WHEN draft.has_contact_details THEN 'contact details' ELSE 'description' END);
COMMENT ON FUNCTION relate.view_sentence(relate.type_draft, text, text, text, int, text, text) IS
'Internal. What the related records of a record will show, seen from the near side.';

CREATE FUNCTION relate.find_twin(workspace name, draft relate.type_draft) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    twin text;
BEGIN
    EXECUTE format($sql$
        SELECT t.name FROM %I.relationship_type t
        WHERE t.type_id <> $1 AND t.is_active
          AND ((t.source_module_id, t.target_module_id) IS NOT DISTINCT FROM ($2, $3)
               AND (t.label = $4 OR t.inverse_label = $5)
            OR (t.source_module_id, t.target_module_id) IS NOT DISTINCT FROM ($3, $2)
               AND (t.inverse_label = $4 OR t.label = $5))
        ORDER BY t.name LIMIT 1
        $sql$, workspace)
        INTO twin
        USING draft.type_id, draft.source_module_id, draft.target_module_id, draft.label, draft.inverse_label;
    RETURN twin;
END;
$body$;
COMMENT ON FUNCTION relate.find_twin(name, relate.type_draft) IS
'Internal. An active type that reads the same between the same modules; null if there is none.';

CREATE FUNCTION relate.type_warnings(workspace name, draft relate.type_draft, source relate.module_entry,
                                     target relate.module_entry)
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    twin text := relate.find_twin(workspace, draft);
    one_source boolean := draft.cardinality IN ('one_to_one', 'one_to_many');
    one_target boolean := draft.cardinality IN ('one_to_one', 'many_to_one');
    is_limited boolean := coalesce(draft.max_targets_per_source, draft.max_sources_per_target) IS NOT NULL;
    one_child boolean := CASE draft.hierarchy_parent WHEN 'source' THEN one_target WHEN 'target' THEN one_source END;
    one_parent boolean := CASE draft.hierarchy_parent WHEN 'source' THEN one_source WHEN 'target' THEN one_target END;
BEGIN
    RETURN array_remove(ARRAY[
        CASE WHEN twin IS NOT NULL THEN
            format('Relationship type "%s" reads the same between the same modules already.', twin) END,
        CASE WHEN source.name_columns = '{}' THEN
            format('Module "%s" has no name columns: its records are shown by their keys.', source.name) END,
        CASE WHEN target.name_columns = '{}' AND target.module_id IS DISTINCT FROM source.module_id THEN
            format('Module "%s" has no name columns: its records are shown by their keys.', target.name) END,
        CASE WHEN draft.cardinality = 'one_to_one' AND NOT draft.is_perpetual THEN
            'One at a time: a past and a present one may follow each other. '
            'If there can only ever be one, pass is_perpetual => true.' END,
        CASE WHEN is_limited AND draft.source_module_id IS NULL AND draft.target_module_id IS NULL THEN
            'The limits count the records of all modules together.' END,
        CASE WHEN NOT one_target AND draft.max_targets_per_source = 1
                  OR NOT one_source AND draft.max_sources_per_target = 1 THEN
            format('A limit of 1 makes a %s type one-sided: choose the cardinality that says one.', draft.cardinality) END,
        CASE WHEN one_child THEN
            'Each parent can have only one child: the hierarchy is a chain.' END,
        CASE WHEN NOT one_parent THEN
            'A child can have several parents: the hierarchy is not a tree.' END,
        CASE WHEN draft.source_role = draft.target_role AND draft.label <> draft.inverse_label
                  AND draft.source_module_id IS NOT DISTINCT FROM draft.target_module_id THEN
            'Both sides have the same module and role: only the labels tell the directions apart.' END,
        CASE WHEN draft.label = draft.inverse_label AND NOT draft.is_symmetric
                  AND draft.source_module_id IS NOT DISTINCT FROM draft.target_module_id THEN
            'It reads the same in both directions: if (a, b) and (b, a) are the same, pass is_symmetric => true.' END,
        CASE WHEN (draft.source_may <> '{}' OR draft.target_may <> '{}') AND NOT draft.has_contact_details THEN
            'It gives the right to act for others, but keeps no contact details.' END,
        CASE WHEN draft.allow_self AND draft.source_module_id <> draft.target_module_id THEN
            'allow_self has no effect between different modules.' END,
        CASE WHEN NOT draft.is_active THEN
            'The type is not active: it takes no relationships until it is.' END], NULL);
END;
$$;
COMMENT ON FUNCTION relate.type_warnings(name, relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. What is allowed but probably not meant.';

CREATE FUNCTION relate.preview_relationship_type(name text, source_module text DEFAULT NULL,
    target_module text DEFAULT NULL, cardinality text DEFAULT 'many_to_many', source_role text DEFAULT NULL,
    target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL,
    is_symmetric boolean DEFAULT false, max_targets_per_source int DEFAULT NULL,
    max_sources_per_target int DEFAULT NULL, hierarchy_parent text DEFAULT NULL, default_importance int DEFAULT 3,
    is_perpetual boolean DEFAULT false, has_contact_details boolean DEFAULT NULL, source_may text[] DEFAULT NULL,
    target_may text[] DEFAULT NULL, allow_self boolean DEFAULT false, on_source_delete text DEFAULT NULL,
    on_target_delete text DEFAULT NULL, source_kind text DEFAULT NULL, target_kind text DEFAULT NULL,
    category text DEFAULT NULL, description text DEFAULT NULL, is_active boolean DEFAULT true,
    on_kind_change text DEFAULT NULL,
    OUT parent_module text, OUT child_module text, OUT sentence text, OUT source_view text, OUT target_view text,
    OUT warnings text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    draft relate.type_draft;
    source relate.module_entry;
    target relate.module_entry;
    noun record;
    parent text;
BEGIN
    draft := relate.draft_type(workspace, name, source_module, target_module, cardinality, source_role, target_role,
        label, inverse_label, is_symmetric, max_targets_per_source, max_sources_per_target, hierarchy_parent,
        default_importance, is_perpetual, has_contact_details, source_may, target_may, allow_self, on_source_delete,
        on_target_delete, source_kind, target_kind, category, description, is_active, on_kind_change);
    source := relate.find_module(workspace, draft.source_module_id);
    target := relate.find_module(workspace, draft.target_module_id);
    PERFORM relate.check_type(draft, source, target);
    PERFORM relate.check_type_is_new(workspace, draft.type_id, draft.name);

    parent := CASE WHEN draft.hierarchy_parent IS NOT NULL THEN draft.hierarchy_parent
                   WHEN draft.cardinality = 'many_to_many' OR draft.is_symmetric THEN NULL
                   WHEN draft.cardinality = 'many_to_one' THEN 'target'
                   ELSE 'source' END;
    parent_module := CASE parent WHEN 'source' THEN source.name WHEN 'target' THEN target.name END;
    child_module := CASE parent WHEN 'source' THEN target.name WHEN 'target' THEN source.name END;
    noun := relate.type_nouns(draft, source, target);
    sentence := concat_ws(' ', relate.type_sentence(draft, source, target),
                          relate.type_sentence_of_dates(draft, source, target));
    source_view := relate.view_sentence(draft, noun.source_one, noun.target_one, noun.target_many,
                                        draft.max_targets_per_source, draft.target_role, draft.label);
    target_view := relate.view_sentence(draft, noun.target_one, noun.source_one, noun.source_many,
                                        draft.max_sources_per_target, draft.source_role, draft.inverse_label);
    warnings := relate.type_warnings(workspace, draft, source, target);
END;
$$;
COMMENT ON FUNCTION relate.preview_relationship_type(text, text, text, text, text, text, text, text, boolean, int, int, text, int, boolean, boolean, text[], text[], boolean, text, text, text, text, text, text, boolean, text) IS
'What create_relationship_type with the same arguments would make, or the error it would raise; changes nothing. parent_module and child_module: the side of which there is one (or the parent of a hierarchy) and the other, null for many_to_many and symmetric types; sentence: the cardinality in plain English; source_view, target_view: what each record will show of the other; warnings: what is allowed but probably not meant.';

-- ---- what may be related to what -----------------------------------------------------------

CREATE FUNCTION relate.count_partners(workspace name, type_id int, is_symmetric boolean, is_perpetual boolean,
                                      side text, module_id int, key relate.record_key)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    partners bigint;
    condition text := format('type_id = $1 AND %I = $2 AND %I OPERATOR(relate.=) $3', side || '_module_id', side || '_key');
BEGIN
    IF is_symmetric THEN
        condition := 'type_id = $1 AND (source_module_id = $2 AND source_key OPERATOR(relate.=) $3'
                     ' OR target_module_id = $2 AND target_key OPERATOR(relate.=) $3)';
    END IF;
    EXECUTE format('SELECT count(*) FROM %I.relationship WHERE %s '
                   'AND ($4 OR coalesce(start_date <= current_date, true) AND coalesce(end_date >= current_date, true))',
                   workspace, condition)
        INTO partners USING type_id, module_id, key, is_perpetual;
    RETURN partners + (SELECT count(*)
        FROM relate.hard_links(format('%I.module', workspace), type_id, CASE side WHEN 'source' THEN key END,
                               CASE side WHEN 'target' THEN key END) AS h
        WHERE coalesce(h.start_date <= current_date, true) AND coalesce(h.end_date >= current_date, true));
END;
$$;
COMMENT ON FUNCTION relate.count_partners(name, int, boolean, boolean, text, int, relate.record_key) IS
'Internal. How many relationships of a type the record has today on this side (source or target; on either, if symmetric).';

CREATE FUNCTION relate.are_partners(workspace name, type_id int, is_symmetric boolean, is_perpetual boolean,
                                    source_id int, source_key relate.record_key, target_id int,
                                    target_key relate.record_key)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found boolean;
    pair CONSTANT text := 'source_module_id = %s AND source_key OPERATOR(relate.=) %s '
                          'AND target_module_id = %s AND target_key OPERATOR(relate.=) %s';
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.relationship WHERE type_id = $1 AND (%s OR $7 AND %s) '
                   'AND ($6 OR coalesce(start_date <= current_date, true) AND coalesce(end_date >= current_date, true)))',
                   workspace, format(pair, '$2', '$3', '$4', '$5'), format(pair, '$4', '$5', '$2', '$3'))
        INTO found USING type_id, source_id, source_key, target_id, target_key, is_perpetual, is_symmetric;
    RETURN found OR EXISTS (SELECT FROM relate.hard_links(format('%I.module', workspace), type_id, source_key, target_key) AS h
        WHERE coalesce(h.start_date <= current_date, true) AND coalesce(h.end_date >= current_date, true));
END;
$$;
COMMENT ON FUNCTION relate.are_partners(name, int, boolean, boolean, int, relate.record_key, int, relate.record_key) IS
'Internal. Whether the two records are related today by this type, in either direction if it is symmetric.';

CREATE FUNCTION relate.why_no_room(workspace name, draft relate.type_draft, source relate.module_entry,
                                   source_key relate.record_key, target relate.module_entry,
                                   target_key relate.record_key)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    targets bigint;
    sources bigint;
BEGIN
    IF NOT draft.allow_self AND source.module_id = target.module_id AND source_key OPERATOR(relate.=) target_key THEN
        RETURN 'a record cannot be related to itself';
    END IF;
    IF relate.are_partners(workspace, draft.type_id, draft.is_symmetric, draft.is_perpetual, source.module_id,
                           source_key, target.module_id, target_key) THEN
        RETURN 'they are related by it already';
    END IF;
    targets := relate.count_partners(workspace, draft.type_id, draft.is_symmetric, draft.is_perpetual, 'source',
                                     source.module_id, source_key);
    IF targets >= draft.max_targets_per_source THEN
        RETURN format('%s %s has %s of at most %s', source.name, source_key, targets, draft.max_targets_per_source);
    END IF;
    sources := relate.count_partners(workspace, draft.type_id, draft.is_symmetric, draft.is_perpetual, 'target',
                                     target.module_id, target_key);
    IF sources >= draft.max_sources_per_target THEN
        RETURN format('%s %s has %s of at most %s', target.name, target_key, sources, draft.max_sources_per_target);
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relate.why_no_room(name, relate.type_draft, relate.module_entry, relate.record_key, relate.module_entry, relate.record_key) IS
'Internal. Why the two records cannot be related by this type today; null if they can.';

CREATE FUNCTION relate.possible_types(from_module text, from_key relate.record_key, to_module text,
                                      to_key relate.record_key)
RETURNS TABLE (type text, label text, direction text, has_room boolean, reason text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    near relate.module_entry;
    far relate.module_entry;
    draft relate.type_draft;
    type_row jsonb;
BEGIN
    PERFORM relate.not_null('{from_module, from_key, to_module, to_key}', from_module, from_key::text, to_module,
                            to_key::text);
    near := relate.find_module(workspace, relate.find_id(workspace, 'module', from_module));
    far := relate.find_module(workspace, relate.find_id(workspace, 'module', to_module));
    from_key := relate.canonical_key(near.module_id, from_key);
    to_key := relate.canonical_key(far.module_id, to_key);
    FOR type_row, direction IN EXECUTE format($sql$
        SELECT to_jsonb(t), way.direction
        FROM %I.relationship_type t
        CROSS JOIN LATERAL (VALUES ('forward', source_module_id, source_kind, target_module_id, target_kind),
                                   ('backward', target_module_id, target_kind, source_module_id, source_kind))
             AS way (direction, near_id, near_kind, far_id, far_kind)
        WHERE t.is_active AND coalesce(near_id = $1, true) AND coalesce(far_id = $3, true)
          AND (near_kind IS NULL OR near_kind = $2) AND (far_kind IS NULL OR far_kind = $4)
          AND NOT (t.is_symmetric AND way.direction = 'backward')
        ORDER BY t.name, way.direction DESC
        $sql$, workspace)
        USING near.module_id, relate.record_kind(from_module, from_key),
              far.module_id, relate.record_kind(to_module, to_key)
    LOOP
        draft := jsonb_populate_record(NULL::relate.type_draft, type_row);
        type := draft.name;
        IF direction = 'forward' THEN
            label := draft.label;
            reason := relate.why_no_room(workspace, draft, near, from_key, far, to_key);
        ELSE
            label := draft.inverse_label;
            reason := relate.why_no_room(workspace, draft, far, to_key, near, from_key);
        END IF;
        has_room := reason IS NULL;
        RETURN NEXT;
    END LOOP;
END;
$body$;
COMMENT ON FUNCTION relate.possible_types(text, relate.record_key, text, relate.record_key) IS
'The active relationship types that the modules and kinds of two records allow, with the label as read from the first record to the second. direction: forward if the first is the source, backward if it is the target. has_room: whether another relationship fits today; reason: if not, why. Errors: 42704 unknown module, 22004.';
