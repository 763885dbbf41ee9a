
-- ---------------------------------------------------------------------------
-- Making relationships.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.overlapping(type_id int, is_perpetual boolean, as_source boolean, as_target boolean,
    module_id int, key relate.record_key, period_start date, period_end date)
RETURNS TABLE (relationship_id bigint, first_day date, last_day date,
               other_module_id int, other_key relate.record_key)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The branches that cannot match are planned away: one index scan, two for a symmetric type.
    RETURN QUERY EXECUTE format($query$
        SELECT relationship_id, first_day, last_day, other_module_id, other_key
        FROM (SELECT relationship_id, target_module_id, target_key, start_date, end_date
              FROM %1$I.relationship
              WHERE $3 AND type_id = $1 AND source_module_id = $5 AND source_key OPERATOR(relate.=) $6
              UNION ALL
              SELECT relationship_id, source_module_id, source_key, start_date, end_date
              FROM %1$I.relationship
              WHERE $4 AND type_id = $1 AND target_module_id = $5 AND target_key OPERATOR(relate.=) $6
                AND NOT ($3 AND source_module_id = $5 AND source_key OPERATOR(relate.=) $6)
             ) AS r (relationship_id, other_module_id, other_key, start_date, end_date),
             LATERAL (VALUES (CASE WHEN NOT $2 THEN coalesce(start_date, '-infinity') ELSE '-infinity' END,
                              CASE WHEN NOT $2 THEN coalesce(end_date, 'infinity') ELSE 'infinity' END)
                     ) AS p (first_day, last_day)
        WHERE first_day <= coalesce($8, 'infinity') AND last_day >= coalesce($7, '-infinity')
        $query$, relate.current_workspace())
    USING type_id, is_perpetual, as_source, as_target, module_id, key, period_start, period_end;
END;
$$;
COMMENT ON FUNCTION relate.overlapping(int, boolean, boolean, boolean, int, relate.record_key, date, date) IS
'Internal. The relationships of a type at one record (as their source, their target, or either) that overlap a
period, with their days (infinite where open) and the record at their other end.';

CREATE FUNCTION relate.oldest_in_the_way(type_id int, is_perpetual boolean, as_source boolean, as_target boolean,
    module_id int, key relate.record_key, period_start date, period_end date, allowed int, gone bigint[])
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH running AS (
        SELECT * FROM relate.overlapping(type_id, is_perpetual, as_source, as_target, module_id, key,
                                         period_start, period_end)
        WHERE allowed IS NOT NULL AND relationship_id <> ALL (gone)),
    beginning AS (
        SELECT greatest(first_day, period_start) AS day FROM running),
    first_full AS (
        SELECT min(day) AS day FROM beginning
        WHERE (SELECT count(*) FROM running WHERE beginning.day BETWEEN first_day AND last_day) >= allowed)
    SELECT relationship_id FROM running, first_full
    WHERE first_full.day BETWEEN first_day AND last_day
    ORDER BY first_day, relationship_id LIMIT 1
$$;
COMMENT ON FUNCTION relate.oldest_in_the_way(int, boolean, boolean, boolean, int, relate.record_key, date, date, int, bigint[]) IS
'Internal. On the first day of the period on which a record has no room for another relationship: the oldest of
those that take it, not counting those already gone. Null when there is room throughout.';

CREATE FUNCTION relate.in_the_way(type text, source_module_id int, source_key relate.record_key,
    target_module_id int, target_key relate.record_key, start_date date, end_date date)
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    gone bigint[];
    next bigint;
BEGIN
    SELECT * INTO t FROM relate.type_named(type);
    -- The same pair cannot be connected twice at a time.
    SELECT coalesce(array_agg(relationship_id ORDER BY relationship_id), '{}') INTO gone
    FROM relate.overlapping(t.type_id, t.is_perpetual, true, t.is_symmetric, source_module_id, source_key,
                            start_date, end_date)
    WHERE other_module_id = target_module_id AND other_key OPERATOR(relate.=) target_key;
    -- Of the others, one more gives way as long as either side is full on some day.
    LOOP
        next := coalesce(
            relate.oldest_in_the_way(t.type_id, t.is_perpetual, true, t.is_symmetric,
                source_module_id, source_key, start_date, end_date, t.max_targets_per_source, gone),
            relate.oldest_in_the_way(t.type_id, t.is_perpetual, t.is_symmetric, true,
                target_module_id, target_key, start_date, end_date, t.max_sources_per_target, gone));
        EXIT WHEN next IS NULL;
        gone := gone || next;
    END LOOP;
    RETURN gone;
END;
$$;
COMMENT ON FUNCTION relate.in_the_way(text, int, relate.record_key, int, relate.record_key, date, date) IS
'Internal. The relationships that would make a new one a duplicate or break its type''s cardinality: all of the
same pair that overlap it, and of the others only as many as must go, the oldest first.';

CREATE FUNCTION relate.end_before(ids bigint[], day date, type text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    too_late record;
BEGIN
    EXECUTE format($query$
        SELECT relationship_id AS id, start_date AS day FROM %I.relationship
        WHERE relationship_id = ANY ($1) AND start_date >= $2
        ORDER BY start_date, relationship_id LIMIT 1
        $query$, workspace)
    INTO too_late USING ids, day;
    IF too_late.id IS NOT NULL THEN
        RAISE 'relationship % cannot end before %, because it begins on %', too_late.id, day, too_late.day
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = workspace, TABLE = 'relationship',
                  DETAIL = format('It is in the way of a relationship "%s" from %s on.', type, day),
                  HINT = 'Delete what is in the way: on_conflict => ''replace''.';
    END IF;
    -- One that another session has ended meanwhile is not to run longer for that.
    EXECUTE format($query$
        UPDATE %I.relationship SET end_date = $2 - 1
        WHERE relationship_id = ANY ($1) AND (end_date >= $2 OR end_date IS NULL)
        $query$, workspace) USING ids, day;
END;
$$;
COMMENT ON FUNCTION relate.end_before(bigint[], date, text) IS
'Internal. Ends relationships the day before another begins; 22023 if one of them does not begin earlier.';

CREATE FUNCTION relate.make_room(on_conflict text, type text, source_module_id int, source_key relate.record_key,
    target_module_id int, target_key relate.record_key, start_date date, end_date date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids bigint[];
    before bigint[];
BEGIN
    -- Again, because another session may have put its own there while we waited for it. If the same ones are
    -- still there we may not touch them, and the triggers will say so.
    LOOP
        ids := relate.in_the_way(type, source_module_id, source_key, target_module_id, target_key, start_date, end_date);
        EXIT WHEN ids = '{}' OR ids = before;
        IF on_conflict = 'replace' THEN
            EXECUTE format('DELETE FROM %I.relationship WHERE relationship_id = ANY ($1)', relate.current_workspace())
                USING ids;
        ELSE
            PERFORM relate.end_before(ids, start_date, type);
        END IF;
        before := ids;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.make_room(text, text, int, relate.record_key, int, relate.record_key, date, date) IS
'Internal. Ends (end_old) or deletes (replace) the relationships that are in the way of a new one.';

CREATE FUNCTION relate.importance_of(importance int) RETURNS smallint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF importance NOT BETWEEN 1 AND 5 THEN
        RAISE 'importance must be between 1 and 5, not %', importance
            USING ERRCODE = 'check_violation', DETAIL = '5 is the highest, 1 the lowest; null takes the type''s default.',
                  SCHEMA = relate.current_workspace(), TABLE = 'relationship', COLUMN = 'importance',
                  CONSTRAINT = 'relationship_importance';
    END IF;
    RETURN importance;
END;
$$;
COMMENT ON FUNCTION relate.importance_of(int) IS
'Internal. The importance as the table keeps it; 23514 where it is not 1 to 5, also far outside.';

CREATE FUNCTION relate.create_relationship(type text, source_key relate.record_key, target_key relate.record_key,
    start_date date DEFAULT NULL, end_date date DEFAULT NULL, importance int DEFAULT NULL,
    description text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, address text DEFAULT NULL,
    attributes jsonb DEFAULT NULL, source_module text DEFAULT NULL, target_module text DEFAULT NULL,
    on_conflict text DEFAULT 'error', is_primary boolean DEFAULT false,
    address_module text DEFAULT NULL, address_key relate.record_key DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    source_module_id int;
    target_module_id int;
    new_id bigint;
BEGIN
    PERFORM relate.not_null('{type,source_key,target_key,on_conflict}',
                            type, source_key::text, target_key::text, on_conflict);
    IF on_conflict NOT IN ('error', 'end_old', 'replace') THEN
        RAISE 'on_conflict cannot be "%"', on_conflict
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is error, end_old or replace.';
    END IF;
    SELECT * INTO t FROM relate.type_named(type);
    PERFORM relate.no_dates(t.name, t.is_perpetual, start_date::text, end_date::text);
    source_module_id := relate.side_module('source', t.name, t.source_module_id, source_module);
    target_module_id := relate.side_module('target', t.name, t.target_module_id, target_module);
    IF relate.is_hard_link(t.name) THEN
        PERFORM relate.create_hard_link(t.name, source_key, target_key, start_date, end_date, importance, description, email, phone,
                                        address, attributes, on_conflict, is_primary, address_module, address_key);
        RETURN NULL;
    END IF;

    IF on_conflict = 'end_old' THEN
        IF t.is_perpetual THEN
            RAISE 'relationships of type "%" cannot be ended', type
                USING ERRCODE = 'invalid_parameter_value', DETAIL = 'The type is perpetual.',
                      HINT = 'Delete what is in the way: on_conflict => ''replace''.';
        END IF;
        start_date := coalesce(start_date, current_date);
    END IF;
    IF on_conflict <> 'error' THEN
        PERFORM relate.make_room(on_conflict, t.name,
                                 source_module_id, relate.canonical_key(source_module_id, source_key),
                                 target_module_id, relate.canonical_key(target_module_id, target_key),
                                 start_date, end_date);
    END IF;

    EXECUTE format($query$
        INSERT INTO %I.relationship (type_id, source_module_id, source_key, target_module_id, target_key,
            start_date, end_date, importance, description, email, phone, address, attributes, is_primary,
            address_module_id, address_key)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14, false), $15, $16)
        RETURNING relationship_id
        $query$, relate.current_workspace())
    INTO new_id
    USING t.type_id, source_module_id, source_key, target_module_id, target_key,
          start_date, end_date, relate.importance_of(importance), description, email, phone, address, attributes,
          is_primary, relate.module_id(address_module), address_key;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.create_relationship(text, relate.record_key, relate.record_key, date, date, int, text, text, text, text,
    jsonb, text, text, text, boolean, text, relate.record_key) IS
'Stores a relationship of a type from a source to a target record and returns its id; null where the type is stored in foreign key
columns, which are set, or in a junction table, which gets a row (attributes are its further columns). Dates are inclusive, null is open.
source_module and target_module are needed where the type leaves the module open. A null importance is the type''s default.
on_conflict says what becomes of relationships that would make the new one a duplicate or break the cardinality: error,
end_old (they end the day before start_date, which is then today by default) or replace (they are deleted); where the limit
is more than one, only as many as needed, the oldest first. The address is a text or a record (address_module, address_key).
Errors: 42704 unknown type or module; 22023 dates or end_old for a perpetual type, a module the type does not allow, one in
the way that begins too late to be ended; 23505, 23503, 23514 by the rules of the workspace.';
