
-- ---------------------------------------------------------------------------
-- Updating, ending and deleting relationships.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.no_such_relationship(id bigint) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'relationship % does not exist', id
        USING ERRCODE = 'undefined_object', SCHEMA = relate.current_workspace(), TABLE = 'relationship';
END;
$$;
COMMENT ON FUNCTION relate.no_such_relationship(bigint) IS 'Internal. Raises 42704 for a relationship id.';

CREATE FUNCTION relate.type_of(id bigint) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    type text;
BEGIN
    PERFORM relate.not_null('{id}', id::text);
    EXECUTE format('SELECT t.name FROM %1$I.relationship JOIN %1$I.relationship_type AS t USING (type_id)
                    WHERE relationship_id = $1', relate.current_workspace()) INTO type USING id;
    IF type IS NULL THEN
        PERFORM relate.no_such_relationship(id);
    END IF;
    RETURN type;
END;
$$;
COMMENT ON FUNCTION relate.type_of(bigint) IS
'Internal. The name of a relationship''s type; 42704 if there is no such relationship, 22004 for null.';

CREATE FUNCTION relate.update_relationship(id bigint,
    start_date date DEFAULT NULL, end_date date DEFAULT NULL, importance int DEFAULT NULL,
    description text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, address text DEFAULT NULL,
    attributes jsonb DEFAULT NULL, is_primary boolean DEFAULT NULL, type text DEFAULT NULL,
    address_module text DEFAULT NULL, address_key relate.record_key DEFAULT NULL, clear text[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clearable CONSTANT text[] := '{start_date,end_date,importance,description,email,phone,address,attributes,address_key}';
    old_type record;
    new_type record;
    wrong text;
    updated int;
BEGIN
    SELECT * INTO old_type FROM relate.type_named(relate.type_of(id));
    SELECT * INTO new_type FROM relate.type_named(coalesce(type, old_type.name));
    IF new_type.name <> old_type.name AND relate.type_structure(new_type.name) <> relate.type_structure(old_type.name) THEN
        RAISE 'relationship % cannot become one of type "%"', id, new_type.name
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Type "%s" connects %s, type "%s" %s.', old_type.name,
                                  relate.type_structure(old_type.name), new_type.name,
                                  relate.type_structure(new_type.name));
    END IF;
    clear := coalesce(clear, '{}');
    SELECT c INTO wrong FROM unnest(clear) AS c WHERE (c = ANY (clearable)) IS NOT TRUE LIMIT 1;
    IF FOUND THEN
        RAISE 'column "%" cannot be cleared', wrong
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('These can: %s.', array_to_string(clearable, ', '));
    END IF;
    PERFORM relate.no_dates(new_type.name, new_type.is_perpetual, start_date::text, end_date::text,
        (SELECT c FROM unnest(clear) AS c WHERE c IN ('start_date', 'end_date') LIMIT 1));

    EXECUTE format($query$
        UPDATE %I.relationship SET
            type_id = $3,
            start_date = CASE WHEN 'start_date' <> ALL ($2) THEN coalesce($4, start_date) ELSE $4 END,
            end_date = CASE WHEN 'end_date' <> ALL ($2) THEN coalesce($5, end_date) ELSE $5 END,
            importance = CASE WHEN 'importance' <> ALL ($2) THEN coalesce($6, importance) ELSE $6 END,
            description = CASE WHEN 'description' <> ALL ($2) THEN coalesce($7, description) ELSE $7 END,
            email = CASE WHEN 'email' <> ALL ($2) THEN coalesce($8, email) ELSE $8 END,
            phone = CASE WHEN 'phone' <> ALL ($2) THEN coalesce($9, phone) ELSE $9 END,
            address = CASE WHEN 'address' <> ALL ($2) THEN coalesce($10, address) ELSE $10 END,
            attributes = CASE WHEN 'attributes' <> ALL ($2) THEN coalesce($11, attributes) ELSE $11 END,
            is_primary = coalesce($12, is_primary),
            address_module_id = CASE WHEN 'address_key' <> ALL ($2) THEN coalesce($13, address_module_id) ELSE $13 END,
            address_key = CASE WHEN 'address_key' <> ALL ($2) THEN coalesce($14, address_key) ELSE $14 END
        WHERE relationship_id = $1
        $query$, relate.current_workspace())
    USING id, clear, new_type.type_id, start_date, end_date, relate.importance_of(importance), description, email, phone, address,
          attributes, is_primary,
          relate.module_id(address_module), address_key;
    GET DIAGNOSTICS updated = ROW_COUNT;
    IF updated = 0 THEN
        PERFORM relate.no_such_relationship(id);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.update_relationship(bigint, date, date, int, text, text, text, text, jsonb, boolean, text, text, relate.record_key, text[]) IS
'Changes a relationship; null leaves a value as it is, and clear names the columns to empty first (importance: back to the
type''s default; address_key: with its module), as in update_relationship(991, clear => ''{end_date}''). Another type must
have the same structure: modules, kinds and symmetry. Errors: 42704 unknown relationship or type; 22023 another structure,
dates for a perpetual type, a column that cannot be cleared; 23505, 23503, 23514 by the rules of the workspace.';

CREATE FUNCTION relate.end_relationship(id bigint, end_date date DEFAULT current_date) RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    r record;
BEGIN
    PERFORM relate.not_null('{id,end_date}', id::text, end_date::text);
    EXECUTE format($query$
        SELECT t.name AS type, t.is_perpetual, r.start_date, r.end_date
        FROM %1$I.relationship AS r JOIN %1$I.relationship_type AS t USING (type_id)
        WHERE r.relationship_id = $1 FOR NO KEY UPDATE OF r
        $query$, workspace)
    INTO r USING id;
    IF r.type IS NULL THEN
        PERFORM relate.no_such_relationship(id);
    ELSIF r.is_perpetual THEN
        RAISE 'relationship % cannot be ended', id
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = workspace, TABLE = 'relationship',
                  DETAIL = format('Its type "%s" is perpetual.', r.type),
                  HINT = format('SELECT relate.delete_relationship(%s);', id);
    ELSIF r.start_date > end_date THEN
        RAISE 'relationship % cannot end on %, because it begins on %', id, end_date, r.start_date
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = workspace, TABLE = 'relationship',
                  HINT = format('SELECT relate.delete_relationship(%s);', id);
    ELSIF r.end_date <= end_date THEN
        RETURN r.end_date;
    END IF;
    EXECUTE format('UPDATE %I.relationship SET end_date = $2 WHERE relationship_id = $1', workspace) USING id, end_date;
    RETURN end_date;
END;
$$;
COMMENT ON FUNCTION relate.end_relationship(bigint, date) IS
'Ends a relationship on a day (its last one) and returns that day; one that ended earlier keeps its end, which is returned.
Errors: 42704 unknown relationship; 22023 not begun by then, or of a perpetual type: delete_relationship is for those.
To reopen one: update_relationship(id, clear => ''{end_date}'').';

CREATE FUNCTION relate.delete_relationship(id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deleted int;
BEGIN
    PERFORM relate.not_null('{id}', id::text);
    EXECUTE format('DELETE FROM %I.relationship WHERE relationship_id = $1', relate.current_workspace()) USING id;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF deleted = 0 THEN
        PERFORM relate.no_such_relationship(id);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.delete_relationship(bigint) IS
'Deletes a relationship, as if it had never been; end_relationship keeps its history. Error: 42704 unknown relationship.';

CREATE FUNCTION relate.stints(type text, source_key relate.record_key, target_key relate.record_key,
    source_module text, target_module text)
RETURNS TABLE (relationship_id bigint, first_day date, last_day date)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    t record;
    source_module_id int;
    target_module_id int;
BEGIN
    PERFORM relate.not_null('{type,source_key,target_key}', type, source_key::text, target_key::text);
    SELECT * INTO t FROM relate.type_named(type);
    source_module_id := relate.side_module('source', t.name, t.source_module_id, source_module);
    target_module_id := relate.side_module('target', t.name, t.target_module_id, target_module);
    RETURN QUERY
        SELECT r.relationship_id, r.first_day, r.last_day
        FROM relate.overlapping(t.type_id, t.is_perpetual, true, t.is_symmetric, source_module_id,
                                relate.canonical_key(source_module_id, source_key), NULL, NULL) AS r
        WHERE r.other_module_id = target_module_id
          AND r.other_key OPERATOR(relate.=) relate.canonical_key(target_module_id, target_key);
    IF NOT FOUND THEN
        RAISE 'there is no relationship "%" from % % to % %',
              t.name, (relate.find_module(workspace, source_module_id)).singular, source_key,
              (relate.find_module(workspace, target_module_id)).singular, target_key
            USING ERRCODE = 'undefined_object', SCHEMA = workspace, TABLE = 'relationship';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.stints(text, relate.record_key, relate.record_key, text, text) IS
'Internal. The relationships of a type between two records (either way round where it is symmetric) and their days,
infinite where open. 42704 if there is none.';

CREATE FUNCTION relate.end_relationship(type text, source_key relate.record_key, target_key relate.record_key,
    end_date date DEFAULT current_date, source_module text DEFAULT NULL, target_module text DEFAULT NULL)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF relate.is_hard_link(type) THEN
        RETURN relate.end_hard_link(type, source_key, target_key, end_date);
    END IF;
    -- The last that has begun by then; if none has, the first to come, which is refused.
    RETURN (SELECT relate.end_relationship(stint.relationship_id, end_relationship.end_date)
    FROM (SELECT relationship_id
          FROM relate.stints(type, source_key, target_key, source_module, target_module)
          ORDER BY first_day <= end_date DESC, CASE WHEN first_day <= end_date THEN first_day END DESC, first_day
          LIMIT 1) AS stint);
END;
$$;
COMMENT ON FUNCTION relate.end_relationship(text, relate.record_key, relate.record_key, date, text, text) IS
'The same for the relationship of a type between two records; of several stints, the last that has begun by that day.
Modules are needed where the type leaves them open. Error: 42704 unknown type or no such relationship, else as above.';

CREATE FUNCTION relate.delete_relationship(type text, source_key relate.record_key, target_key relate.record_key,
    as_of date DEFAULT NULL, source_module text DEFAULT NULL, target_module text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids bigint[];
    days text;
BEGIN
    IF relate.is_hard_link(type) THEN
        PERFORM relate.delete_hard_link(type, source_key, target_key, as_of);
        RETURN;
    END IF;
    SELECT array_agg(relationship_id ORDER BY first_day),
           string_agg(format('%s (%s to %s)', relationship_id, coalesce(nullif(first_day, '-infinity')::text, 'open'),
                             coalesce(nullif(last_day, 'infinity')::text, 'open')), ', ' ORDER BY first_day)
    INTO ids, days
    FROM relate.stints(type, source_key, target_key, source_module, target_module)
    WHERE as_of IS NULL OR as_of BETWEEN first_day AND last_day;
    IF ids IS NULL THEN
        RAISE 'there is no relationship "%" from % to % on %', type, source_key, target_key, as_of
            USING ERRCODE = 'undefined_object', SCHEMA = relate.current_workspace(), TABLE = 'relationship';
    ELSIF cardinality(ids) > 1 THEN
        RAISE 'there are % relationships "%" from % to %', cardinality(ids), type, source_key, target_key
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = relate.current_workspace(), TABLE = 'relationship',
                  DETAIL = format('They are %s.', days),
                  HINT = format('Name a day on which it ran (as_of), or its id: SELECT relate.delete_relationship(%s);', ids[1]);
    END IF;
    PERFORM relate.delete_relationship(ids[1]);
END;
$$;
COMMENT ON FUNCTION relate.delete_relationship(text, relate.record_key, relate.record_key, date, text, text) IS
'The same for the relationship of a type between two records; of several stints, the one that runs on the day as_of. Of a type
stored in foreign key columns, they become null (23502 where they must not); of one stored in a junction table, the row goes.
Errors: 42704 unknown type or no such relationship, 22023 several stints and no day (DETAIL lists them).';
