
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
    is_active boolean
);
COMMENT ON TYPE relate.type_draft IS 'Internal. A row of the table "relationship_type" of any workspace, not yet complete or checked.';

CREATE FUNCTION relate.parse_cardinality(words text) RETURNS relate.cardinality
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sides text[] := regexp_match(lower(btrim(words)), '^(one|1|many|n|m|\*)(?: *[-_ ] *to *[-_ ] *| *[:-] *)(one|1|many|n|m|\*)$');
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

CREATE FUNCTION relate.find_module(workspace name, module_id int) RETURNS relate.module_entry
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry relate.module_entry;
BEGIN
    EXECUTE format('SELECT module_id, name, singular, plural, table_name, key_columns, name_columns, kind, '
                   'kind_column, date_column, is_system FROM %I.module WHERE module_id = $1', workspace)
        INTO entry USING module_id;
    RETURN entry;
END;
$$;
COMMENT ON FUNCTION relate.find_module(name, int) IS 'Internal. A module of a workspace; nulls for null.';

-- ---- what a type is when little is said ------------------------------------------

CREATE FUNCTION relate.default_role(kind text, module relate.module_entry) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN module.kind IS NULL AND kind IS NOT NULL THEN relate.label_of(kind)
            ELSE coalesce(module.singular, 'Record') END;
COMMENT ON FUNCTION relate.default_role(text, relate.module_entry) IS
'Internal. Role of a side of which none is given: the kind where the type singles one out, else the module''s label.';

CREATE FUNCTION relate.default_label(has_one_near boolean, has_one_far boolean, far_role text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN has_one_near AND NOT has_one_far THEN 'has '
            WHEN has_one_far AND NOT has_one_near THEN 'belongs to '
            ELSE 'is related to ' END || far_role;
COMMENT ON FUNCTION relate.default_label(boolean, boolean, text) IS
'Internal. Label, read towards the far side, of a type for which none is given.';

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
    one_source boolean;
    one_target boolean;
    source_noun text;
    target_noun text;
BEGIN
    IF draft.is_symmetric THEN
        draft := relate.mirror_type(draft);
    END IF;
    draft.cardinality := coalesce(draft.cardinality, 'many_to_many');
    one_source := draft.cardinality IN ('one_to_one', 'one_to_many');
    one_target := draft.cardinality IN ('one_to_one', 'many_to_one');
    IF one_target THEN
        draft.max_targets_per_source := coalesce(draft.max_targets_per_source, 1);
    END IF;
    IF one_source THEN
        draft.max_sources_per_target := coalesce(draft.max_sources_per_target, 1);
    END IF;

    source_noun := relate.default_role(draft.source_kind, source);
    target_noun := relate.default_role(draft.target_kind, target);
    IF draft.hierarchy_parent IS NOT NULL THEN
        draft.label := coalesce(draft.label, CASE draft.hierarchy_parent WHEN 'source' THEN 'is parent of' ELSE 'is child of' END);
        draft.inverse_label := coalesce(draft.inverse_label, CASE draft.hierarchy_parent WHEN 'source' THEN 'is child of' ELSE 'is parent of' END);
        IF source_noun = target_noun THEN
            source_noun := CASE draft.hierarchy_parent WHEN 'source' THEN 'Parent' ELSE 'Child' END;
            target_noun := CASE draft.hierarchy_parent WHEN 'source' THEN 'Child' ELSE 'Parent' END;
        END IF;
    END IF;
    draft.source_role := coalesce(draft.source_role, source_noun);
    draft.target_role := coalesce(draft.target_role, target_noun);
    draft.label := coalesce(draft.label, relate.default_label(one_source, one_target, target_noun));
    draft.inverse_label := coalesce(draft.inverse_label, relate.default_label(one_target, one_source, source_noun));

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
                                  is_active boolean)
RETURNS relate.type_draft
LANGUAGE plpgsql STABLE
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
                 is_active);
    IF is_symmetric THEN
        draft.source_module_id := coalesce(draft.source_module_id, draft.target_module_id);
        draft.target_module_id := coalesce(draft.target_module_id, draft.source_module_id);
    END IF;
    RETURN relate.fill_type(draft, relate.find_module(workspace, draft.source_module_id),
                            relate.find_module(workspace, draft.target_module_id));
END;
$$;
COMMENT ON FUNCTION relate.draft_type(name, text, text, text, text, text, text, text, text, boolean, int, int, text, int, boolean, boolean, text[], text[], boolean, text, text, text, text, text, text, boolean) IS
'Internal. The complete but unchecked type that the arguments of create_relationship_type mean.';

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
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'on_source_delete', HINT = 'It is restrict or remove_link.';
    END IF;
    IF draft.on_target_delete NOT IN ('restrict', 'remove_link') THEN
        RAISE 'unknown on_target_delete "%"', draft.on_target_delete
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'on_target_delete', HINT = 'It is restrict or remove_link.';
    END IF;
    IF draft.default_importance NOT BETWEEN 1 AND 5 THEN
        RAISE 'importance % is out of range', draft.default_importance
            USING ERRCODE = 'check_violation', TABLE = 'relationship_type', COLUMN = 'default_importance',
                  CONSTRAINT = 'relationship_importance', HINT = 'It is 1 to 5, 5 the highest.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_words(relate.type_draft) IS
'Internal. Refuses bad names (42602), blank labels and unknown words (22023), importance out of range (23514).';

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
    IF btrim(kind) = '' THEN
        RAISE '%_kind must not be blank', side
            USING ERRCODE = 'invalid_parameter_value', COLUMN = side || '_kind', HINT = 'Leave it out for any kind.';
    ELSIF module.kind <> kind THEN
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
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'allow_self', DETAIL = 'It would be its own parent.';
    END IF;
    PERFORM relate.check_type_side('source', draft.source_kind, draft.source_may, source);
    PERFORM relate.check_type_side('target', draft.target_kind, draft.target_may, target);
    PERFORM relate.check_type_system(draft, source, target);
END;
$$;
COMMENT ON FUNCTION relate.check_type(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. Everything that must be true of a relationship type in itself.';

CREATE FUNCTION relate.check_type_is_new(workspace name, type_id int, name text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    exists_already boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.relationship_type WHERE name = $1 AND type_id <> $2)', workspace)
        INTO exists_already USING name, type_id;
    IF exists_already THEN
        RAISE 'relationship type "%" exists already', name
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'relationship_type', COLUMN = 'name',
                  HINT = 'Choose another name, or drop it with relate.drop_relationship_type.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_is_new(name, int, text) IS
'Internal. Refuses (42710) a name that another type of the workspace has.';

CREATE FUNCTION relate.check_type_change(workspace name, was relate.type_draft, becomes relate.type_draft) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_used boolean;
BEGIN
    IF (was.type_id, was.source_module_id, was.target_module_id, was.source_kind, was.target_kind)
       IS NOT DISTINCT FROM
       (becomes.type_id, becomes.source_module_id, becomes.target_module_id, becomes.source_kind, becomes.target_kind) THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.relationship WHERE type_id = $1)', workspace)
        INTO is_used USING was.type_id;
    IF is_used THEN
        RAISE 'relationship type "%" has relationships: its id, modules and kinds cannot change', was.name
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace, TABLE = 'relationship_type',
                  HINT = 'Declare another type, and move the relationships there.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_change(name, relate.type_draft, relate.type_draft) IS
'Internal. Refuses (55000) another module or kind for a type that has relationships.';

CREATE FUNCTION relate.check_types_of_module(workspace name, module relate.module_entry) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    draft relate.type_draft;
    type_row jsonb;
BEGIN
    FOR type_row IN EXECUTE format('SELECT to_jsonb(t) FROM %I.relationship_type t '
                                   'WHERE $1 IN (source_module_id, target_module_id) ORDER BY name', workspace)
                    USING module.module_id
    LOOP
        draft := jsonb_populate_record(NULL::relate.type_draft, type_row);
        PERFORM relate.check_type(draft,
            CASE draft.source_module_id WHEN module.module_id THEN module ELSE relate.find_module(workspace, draft.source_module_id) END,
            CASE draft.target_module_id WHEN module.module_id THEN module ELSE relate.find_module(workspace, draft.target_module_id) END);
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
    draft relate.type_draft;
    source relate.module_entry;
    target relate.module_entry;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM relate.refuse_while_used(workspace, 'type_id = $1', OLD.type_id,
            format('relationship type "%s"', OLD.name),
            format('Delete them first, or take no new ones: UPDATE %I.relationship_type SET is_active = false WHERE name = %L.',
                   workspace, OLD.name));
        RETURN OLD;
    END IF;
    IF NEW.storage <> 'link' THEN
        RAISE 'relationships stored as "%" are not supported', NEW.storage
            USING ERRCODE = 'feature_not_supported', COLUMN = 'storage', HINT = 'The storage is link.';
    END IF;
    draft := jsonb_populate_record(NULL::relate.type_draft, to_jsonb(NEW));
    source := relate.find_module(workspace, draft.source_module_id);
    target := relate.find_module(workspace, draft.target_module_id);
    draft := relate.fill_type(draft, source, target);
    PERFORM relate.check_type(draft, source, target);
    PERFORM relate.check_type_is_new(workspace, draft.type_id, draft.name);
    IF TG_OP = 'UPDATE' THEN
        PERFORM relate.check_type_change(workspace, jsonb_populate_record(NULL::relate.type_draft, to_jsonb(OLD)), draft);
    END IF;
    RETURN jsonb_populate_record(NEW, to_jsonb(draft));
END;
$$;
COMMENT ON FUNCTION relate.relationship_type_check() IS
'Trigger of the table "relationship_type": completes and verifies a row for any writer. Errors: 42602, 22023, 23514 (relationship_kind, relationship_importance, relationship_type_system_module), 42710, 55000, and 2BP01 for a DELETE while relationships exist.';

-- ---- the verbs ----------------------------------------------------------------------

CREATE FUNCTION relate.create_relationship_type(name text, source_module text DEFAULT NULL,
    target_module text DEFAULT NULL, cardinality text DEFAULT 'many_to_many', source_role text DEFAULT NULL,
    target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL,
    is_symmetric boolean DEFAULT false, max_targets_per_source int DEFAULT NULL,
    max_sources_per_target int DEFAULT NULL, hierarchy_parent text DEFAULT NULL, default_importance int DEFAULT 3,
    is_perpetual boolean DEFAULT false, has_contact_details boolean DEFAULT NULL, source_may text[] DEFAULT NULL,
    target_may text[] DEFAULT NULL, allow_self boolean DEFAULT false, on_source_delete text DEFAULT NULL,
    on_target_delete text DEFAULT NULL, source_kind text DEFAULT NULL, target_kind text DEFAULT NULL,
    category text DEFAULT NULL, description text DEFAULT NULL, is_active boolean DEFAULT true)
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
        on_target_delete, source_kind, target_kind, category, description, is_active);
    EXECUTE format($sql$
        INSERT INTO %I.relationship_type (name, source_module_id, target_module_id, source_kind, target_kind,
            source_role, target_role, label, inverse_label, is_symmetric, cardinality, max_targets_per_source,
            max_sources_per_target, hierarchy_parent, default_importance, is_perpetual, has_contact_details,
            source_may, target_may, allow_self, on_source_delete, on_target_delete, category, description, is_active)
        VALUES (($1).name, ($1).source_module_id, ($1).target_module_id, ($1).source_kind, ($1).target_kind,
            ($1).source_role, ($1).target_role, ($1).label, ($1).inverse_label, ($1).is_symmetric, ($1).cardinality,
            ($1).max_targets_per_source, ($1).max_sources_per_target, ($1).hierarchy_parent,
            ($1).default_importance, ($1).is_perpetual, ($1).has_contact_details, ($1).source_may, ($1).target_may,
            ($1).allow_self, ($1).on_source_delete, ($1).on_target_delete, ($1).category, ($1).description,
            ($1).is_active)
        RETURNING type_id
        $sql$, workspace) INTO new_id USING draft;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.create_relationship_type(text, text, text, text, text, text, text, text, boolean, int, int, text, int, boolean, boolean, text[], text[], boolean, text, text, text, text, text, text, boolean) IS
'Declares a relationship type in the current workspace and returns its id. Modules by name, null: any. Null elsewhere: the default. Errors: 22004 no name, 42710 name exists, 42704 unknown module, 42602 bad name, 22023 bad or contradictory arguments, 23514 kinds that contradict the module''s, importance out of 1 to 5, a one-to-many with a system module.';
