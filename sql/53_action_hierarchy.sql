
-- ---------------------------------------------------------------------------
-- Moving a record in a hierarchy.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.leave_hard_parents(type text, child_key relate.record_key, parent_key relate.record_key, day date) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    link CONSTANT relate.hard_link_type := relate.find_hard_link_type(type);
    parent_is_source CONSTANT boolean := (link.draft).hierarchy_parent = 'source';
    old record;
    kept boolean := false;
BEGIN
    FOR old IN
        SELECT h.source_key, h.target_key, h.start_date, CASE WHEN parent_is_source THEN h.source_key ELSE h.target_key END
                   OPERATOR(relate.=) leave_hard_parents.parent_key AS is_same,
               coalesce(h.start_date <= day, true) AS has_begun, h.end_date IS NULL AS is_open
        FROM relate.hard_links(format('%I.module', relate.current_workspace())::regclass, (link.draft).type_id,
                               CASE WHEN NOT parent_is_source THEN child_key END, CASE WHEN parent_is_source THEN child_key END) AS h
        WHERE day IS NULL OR h.end_date IS NULL OR h.end_date >= day
        ORDER BY h.start_date NULLS FIRST, h.source_key, h.target_key
    LOOP
        IF old.is_same AND old.has_begun AND old.is_open THEN
            kept := true;
        ELSIF (link.store).storage = 'column' AND leave_hard_parents.parent_key IS NOT NULL THEN
            NULL; -- the column is set anew, without being null in between
        ELSIF (link.store).storage_end_column IS NOT NULL AND coalesce(old.start_date < day, day IS NOT NULL) THEN
            PERFORM relate.end_relationship(type, old.source_key, old.target_key, day - 1);
        ELSE
            PERFORM relate.delete_relationship(type, old.source_key, old.target_key, as_of => old.start_date);
        END IF;
    END LOOP;
    RETURN kept;
END;
$$;
COMMENT ON FUNCTION relate.leave_hard_parents(text, relate.record_key, relate.record_key, date) IS
'Internal. Takes away the parents in a column or junction table that a record has on a day (null: at all) or later, but for this one that is to stay for good; whether it is there.';

CREATE FUNCTION relate.leave_parents(type text, parent_is_source boolean, child_module_id int, child_key relate.record_key,
    parent_module_id int, parent_key relate.record_key, day date) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    kept bigint;
    gone bigint[];
    ended bigint[];
    left_over bigint;
BEGIN
    SELECT * INTO t FROM relate.type_named(type);
    SELECT min(p.relationship_id) FILTER (WHERE stays),
           coalesce(array_agg(p.relationship_id) FILTER (WHERE NOT stays AND (t.is_perpetual OR first_day >= day)), '{}'),
           coalesce(array_agg(p.relationship_id) FILTER (WHERE NOT stays AND NOT (t.is_perpetual OR first_day >= day)), '{}')
    INTO kept, gone, ended
    FROM relate.overlapping(t.type_id, t.is_perpetual, NOT parent_is_source, parent_is_source, child_module_id, child_key, day, NULL) AS p,
         LATERAL (VALUES (coalesce(other_module_id = parent_module_id AND other_key OPERATOR(relate.=) parent_key
                                   AND first_day <= coalesce(day, 'infinity') AND last_day = 'infinity', false))) AS v (stays);
    -- What another session has taken away meanwhile is no matter; what the caller may not touch is.
    EXECUTE format('DELETE FROM %I.relationship WHERE relationship_id = ANY ($1)', relate.current_workspace()) USING gone;
    PERFORM relate.end_before(ended, day, t.name);
    SELECT min(p.relationship_id) INTO left_over
    FROM relate.overlapping(t.type_id, t.is_perpetual, NOT parent_is_source, parent_is_source, child_module_id, child_key, day, NULL) AS p
    WHERE p.relationship_id = ANY (gone || ended);
    IF left_over IS NOT NULL THEN
        PERFORM relate.no_such_relationship(left_over);
    END IF;
    RETURN kept;
END;
$$;
COMMENT ON FUNCTION relate.leave_parents(text, boolean, int, relate.record_key, int, relate.record_key, date) IS
'Internal. All parents of a day (null: at all) and later make way, but for the one that is to stay for good: its relationship, if it is there.';

CREATE FUNCTION relate.lock_child(type_id int, key relate.record_key) RETURNS void
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'relate_lock_child';
COMMENT ON FUNCTION relate.lock_child(int, relate.record_key) IS
'Internal. Those who give this record a parent come one after the other, until the end of the transaction. Nothing for who may not write there.';

CREATE FUNCTION relate.set_parent(type text, child_key relate.record_key, parent_key relate.record_key,
    from_date date DEFAULT NULL, child_module text DEFAULT NULL, parent_module text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    t record;
    parent_is_source boolean;
    child_id int;
    parent_id int;
    day date;
    kept bigint;
BEGIN
    PERFORM relate.not_null('{type,child_key}', type, child_key::text);
    SELECT * INTO t FROM relate.type_named(type);
    EXECUTE format('SELECT hierarchy_parent = ''source'' FROM %I.relationship_type WHERE type_id = $1', workspace)
        INTO parent_is_source USING t.type_id;
    IF parent_is_source IS NULL THEN
        RAISE 'relationship type "%" is not a hierarchy', type
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Say which side is the parent: SELECT relate.alter_relationship_type(%L, hierarchy_parent => ''target'').', type);
    END IF;
    PERFORM relate.no_dates(t.name, t.is_perpetual, from_date::text);
    child_id := relate.side_module('child', type, CASE WHEN parent_is_source THEN t.target_module_id ELSE t.source_module_id END, child_module);
    child_key := relate.canonical_key(child_id, child_key);
    IF parent_key IS NOT NULL THEN
        parent_id := relate.side_module('parent', type, CASE WHEN parent_is_source THEN t.source_module_id ELSE t.target_module_id END, parent_module);
        parent_key := relate.canonical_key(parent_id, parent_key);
    END IF;
    day := CASE WHEN NOT t.is_perpetual THEN coalesce(from_date, current_date) END;

    -- From here on, each statement sees what those before us have done.
    PERFORM relate.lock_child(t.type_id, child_key);
    IF relate.is_hard_link(t.name) THEN
        IF relate.leave_hard_parents(t.name, child_key, set_parent.parent_key, day) THEN
            RETURN NULL;
        END IF;
    ELSE
        kept := relate.leave_parents(t.name, parent_is_source, child_id, child_key, parent_id, parent_key, day);
    END IF;
    IF parent_key IS NULL OR kept IS NOT NULL THEN
        RETURN kept;
    END IF;
    RETURN relate.create_relationship(t.name,
        CASE WHEN parent_is_source THEN parent_key ELSE child_key END,
        CASE WHEN parent_is_source THEN child_key ELSE parent_key END,
        start_date => day,
        on_conflict => CASE WHEN relate.is_hard_link(t.name) AND t.is_perpetual THEN 'replace' ELSE 'error' END,
        source_module => (relate.find_module(workspace, CASE WHEN parent_is_source THEN parent_id ELSE child_id END)).name,
        target_module => (relate.find_module(workspace, CASE WHEN parent_is_source THEN child_id ELSE parent_id END)).name);
END;
$$;
COMMENT ON FUNCTION relate.set_parent(text, relate.record_key, relate.record_key, date, text, text) IS
'Gives a record a parent in a hierarchy from a day on (null: today), and returns the relationship''s id. The parents that it has then
end the day before; those that would begin then or later are deleted, as are all of a perpetual type. A null parent_key leaves
the record without one, and gives null. The same parent again changes nothing. child_module and parent_module are needed where the
type leaves them open. Errors: 42704 unknown type or module; 22023 the type is no hierarchy, from_date for a perpetual type;
22004 null type or child_key; 23514 where the record would be above itself; the rest by the rules of the workspace.';
