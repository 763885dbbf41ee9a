
-- ---------------------------------------------------------------------------
-- Changing a type: what becomes of relationships that break its new rules.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.refuse_other_id(workspace name, was relate.type_draft, becomes relate.type_draft) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF was.type_id <> becomes.type_id THEN
        RAISE 'the id of relationship type "%" cannot change', was.name
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace, TABLE = 'relationship_type',
                  DETAIL = 'Relationships refer to it.', HINT = 'Declare another type.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_other_id(name, relate.type_draft, relate.type_draft) IS
'Internal. Refuses (55000) another id for a type.';

CREATE FUNCTION relate.refuse_used_sides(type_table regclass, workspace name, was relate.type_draft,
                                         becomes relate.type_draft) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (was.source_module_id, was.target_module_id, was.source_kind, was.target_kind) IS DISTINCT FROM
       (becomes.source_module_id, becomes.target_module_id, becomes.source_kind, becomes.target_kind)
       AND relate.count_relationships(type_table, was.type_id) > 0 THEN
        RAISE 'modules and kinds of relationship type "%" cannot change', was.name
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace, TABLE = 'relationship_type',
                  DETAIL = 'It has relationships.', HINT = 'Declare another type.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_used_sides(regclass, name, relate.type_draft, relate.type_draft) IS
'Internal. Refuses (55000) another module or kind for a type that has relationships.';

CREATE FUNCTION relate.offences_since(on_invalid text, becomes relate.type_draft) RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF on_invalid IS NULL OR on_invalid NOT IN ('restrict', 'ignore', 'end', 'delete') THEN
        RAISE 'unknown on_invalid "%"', on_invalid
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is restrict, ignore, end or delete.';
    ELSIF on_invalid = 'end' AND becomes.is_perpetual THEN
        RAISE 'relationships of a perpetual type cannot be ended'
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Their dates do not count.',
                  HINT = 'Say on_invalid => ''delete'' or ''ignore''.';
    END IF;
    RETURN CASE on_invalid WHEN 'end' THEN current_date + 1 ELSE '-infinity' END;
END;
$$;
COMMENT ON FUNCTION relate.offences_since(text, relate.type_draft) IS
'Internal. From which day on relationships are held against the new rules: the whole of time, or after today where offenders shall end. Raises 22023 for another word, and for end with a perpetual type.';

CREATE FUNCTION relate.refuse_change(workspace name, was relate.type_draft, becomes relate.type_draft,
                                     offences relate.type_offence[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first CONSTANT relate.type_offence := offences[1];
    count CONSTANT int := cardinality(first.offenders);
    others text;
BEGIN
    SELECT string_agg(format(' Others %s (%s).', relate.offence_words(was, becomes, o.rule),
                             cardinality(o.offenders)), '')
    INTO others FROM unnest(offences[2:]) AS o;
    RAISE 'relationship type "%" cannot change: it has relationships that % (%)', was.name,
          relate.offence_words(was, becomes, first.rule), count
        USING ERRCODE = CASE WHEN first.rule IN ('relationship_duplicate', 'relationship_cardinality',
                                                 'relationship_primary')
                             THEN 'unique_violation' ELSE 'check_violation' END,
              SCHEMA = workspace, TABLE = 'relationship', CONSTRAINT = first.rule,
              DETAIL = format('%s: %s%s.%s', CASE WHEN count > 5 THEN 'The first' ELSE 'They are' END,
                              array_to_string(relate.first_offenders(workspace, first), '; '),
                              CASE WHEN count > 5 THEN format('; and %s more', count - 5) ELSE '' END, others),
              HINT = 'Put them right first, or say what becomes of them: relate.alter_relationship_type takes '
                     'on_invalid => ''end'', ''delete'' or ''ignore''.';
END;
$$;
COMMENT ON FUNCTION relate.refuse_change(name, relate.type_draft, relate.type_draft, relate.type_offence[]) IS
'Internal. Refuses a change (23505 or 23514, with the rule as constraint), with the count and the first offenders.';

CREATE FUNCTION relate.put_right(workspace name, type_name text, offenders bigint[], on_invalid text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ended bigint := 0;
    deleted bigint;
BEGIN
    IF on_invalid = 'end' THEN
        EXECUTE format('UPDATE %I.relationship SET end_date = current_date WHERE relationship_id = ANY ($1) '
                       'AND coalesce(start_date, ''-infinity'') <= current_date', workspace) USING offenders;
        GET DIAGNOSTICS ended = ROW_COUNT;
    END IF;
    EXECUTE format('DELETE FROM %I.relationship WHERE relationship_id = ANY ($1) '
                   'AND ($2 OR start_date > current_date)', workspace) USING offenders, on_invalid = 'delete';
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF ended + deleted < cardinality(offenders) THEN
        RAISE 'not all relationships of type "%" that are in the way are visible to this transaction', type_name
            USING ERRCODE = 'serialization_failure', SCHEMA = workspace, TABLE = 'relationship',
                  DETAIL = format('There are %s, and %s can be seen.', cardinality(offenders), ended + deleted),
                  HINT = 'Retry the transaction; if that does not help, row security hides them from this role.';
    END IF;
    RAISE NOTICE 'relationship type "%": % relationships ended, % deleted', type_name, ended, deleted;
END;
$$;
COMMENT ON FUNCTION relate.put_right(name, text, bigint[], text) IS
'Internal. Ends offenders today, and deletes those that begin later; or deletes all. With the caller''s rights; 40001 where his snapshot does not show them all.';

CREATE FUNCTION relate.settle_offences(type_table regclass, workspace name, was relate.type_draft,
                                       becomes relate.type_draft, on_invalid text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    offences relate.type_offence[];
    offenders bigint[];
BEGIN
    SELECT array_agg(o) INTO offences
    FROM relate.type_offences(type_table, was, becomes, relate.offences_since(on_invalid, becomes)) AS o;
    IF offences IS NULL THEN
        RETURN;
    ELSIF on_invalid = 'restrict' THEN
        PERFORM relate.refuse_change(workspace, was, becomes, offences);
    END IF;
    SELECT array_agg(offender) INTO offenders FROM unnest(offences) AS o, unnest(o.offenders) AS offender;
    IF on_invalid = 'ignore' THEN
        RAISE NOTICE 'relationship type "%": % relationships stay against its rules', was.name, cardinality(offenders);
    ELSE
        PERFORM relate.put_right(workspace, was.name, offenders, on_invalid);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.settle_offences(regclass, name, relate.type_draft, relate.type_draft, text) IS
'Internal. Looks for relationships that a changed type would make invalid, and refuses the change, or lets them stay, ends or deletes them.';

CREATE FUNCTION relate.change_type(type_table regclass, workspace name, was relate.type_draft,
                                   becomes relate.type_draft) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF relate.changes_rules(was, becomes) THEN
        PERFORM relate.lock_relationship_type(type_table, was.type_id);
        PERFORM relate.refuse_used_sides(type_table, workspace, was, becomes);
        PERFORM relate.settle_offences(type_table, workspace, was, becomes, current_setting('relate.on_invalid'));
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.change_type(regclass, name, relate.type_draft, relate.type_draft) IS
'Internal. What the trigger does before a type changes: locks it where its rules change, and settles what the existing relationships say to them.';

CREATE FUNCTION relate.refuse_used_type(type_table regclass, workspace name, type_id int, name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    used bigint;
BEGIN
    PERFORM relate.lock_relationship_type(type_table, type_id);
    used := relate.count_relationships(type_table, type_id);
    IF used > 0 THEN
        RAISE 'relationship type "%" still has % relationship%', name, used, CASE WHEN used > 1 THEN 's' ELSE '' END
            USING ERRCODE = 'dependent_objects_still_exist', SCHEMA = workspace, TABLE = 'relationship',
                  HINT = format('Delete them first: DELETE FROM %1$I.relationship WHERE type_id = %2$s. Or keep them and '
                                'take no new ones: UPDATE %1$I.relationship_type SET is_active = false WHERE type_id = %2$s.',
                                workspace, type_id);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_used_type(regclass, name, int, text) IS
'Internal. Waits for writers of the type, and refuses (2BP01) to drop it while it has relationships.';
