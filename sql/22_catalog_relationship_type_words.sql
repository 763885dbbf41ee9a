
-- ---------------------------------------------------------------------------
-- Relationship types in words: the preview, and what may be related to what.
-- ---------------------------------------------------------------------------

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
