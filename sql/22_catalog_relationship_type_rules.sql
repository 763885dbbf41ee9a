
-- ---------------------------------------------------------------------------
-- What makes a relationship type right, for whoever writes the table "relationship_type".
-- ---------------------------------------------------------------------------

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
    was relate.type_draft;
    draft relate.type_draft;
    store relate.type_storage;
    old_store relate.type_storage;
    source relate.module_entry;
    target relate.module_entry;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM relate.refuse_used_type(TG_RELID, workspace, OLD.type_id, OLD.name);
        IF OLD.storage <> 'link' THEN
            PERFORM relate.release_storage(relate.with_fields(store, OLD));
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND relate.storage_follows_renames(to_jsonb(OLD), to_jsonb(NEW)) THEN
        RETURN NEW;
    END IF;
    draft := relate.with_fields(draft, NEW);
    store := relate.with_fields(store, NEW);
    source := relate.find_module(workspace, draft.source_module_id);
    target := relate.find_module(workspace, draft.target_module_id);
    draft := relate.fill_type(draft, source, target);
    IF TG_OP = 'UPDATE' THEN
        was := relate.with_fields(was, OLD);
        old_store := relate.with_fields(old_store, OLD);
        PERFORM relate.refuse_other_id(workspace, was, draft);
    END IF;
    PERFORM relate.check_type(draft, source, target);
    PERFORM relate.check_type_is_new(workspace, draft.type_id, draft.name);
    PERFORM relate.check_storage(workspace, draft, store, source, target);
    IF TG_OP = 'UPDATE' THEN
        PERFORM relate.check_storage_change(workspace, draft, old_store, store);
        PERFORM relate.check_storage_policies(was, draft, store);
        PERFORM relate.change_type(TG_RELID, workspace, was, draft);
        PERFORM relate.keep_rules(was, draft, old_store, store);
    END IF;
    RETURN relate.with_fields(NEW, draft);
END;
$$;
COMMENT ON FUNCTION relate.relationship_type_check() IS
'Trigger of the table "relationship_type": completes and verifies a row for any writer. Errors: 42602, 22023, 23514 (relationship_kind, relationship_importance, relationship_type_system_module), 42710, those of relate.check_storage and relate.change_type, and 2BP01 for a DELETE while relationships exist.';
