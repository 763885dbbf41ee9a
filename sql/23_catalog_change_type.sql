
-- ---------------------------------------------------------------------------
-- Changing a relationship type.
--
-- One path for every writer: relate.change_type, run by the trigger of the table
-- "relationship_type", takes the type exclusively, so that writers of its
-- relationships wait, and holds the existing ones against the rules that become
-- stricter, as they are at that moment. relate.on_invalid says what becomes of
-- offenders: plain UPDATE obeys the setting, alter_relationship_type sets it from
-- its argument. The preview asks the same questions and changes nothing.
--
-- Who offends: relationships are taken in the order in which they begin (then by
-- id), and keep their place where there is room; those that find none offend.
-- With on_invalid = 'end', only what holds after today is looked at: running
-- offenders end today, those to come are deleted, the past stays as it was.
-- ---------------------------------------------------------------------------

CREATE TYPE relate.type_offence AS (
    rule text,
    offenders bigint[],
    rivals bigint[]
);
COMMENT ON TYPE relate.type_offence IS
'Internal. A rule that a changed type would break: by which relationships, and for each the one in its way, or null.';

CREATE FUNCTION relate.lock_relationship_type(type_table regclass, type_id int) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'relate_lock_relationship_type';
COMMENT ON FUNCTION relate.lock_relationship_type(regclass, int) IS
'Internal. Keeps writers of relationships of this type out until the end of the transaction. Errors: 42501 for who may not change the workspace''s types, 42809 another table.';

CREATE FUNCTION relate.count_relationships(type_table regclass, type_id int) RETURNS bigint
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'relate_count_relationships';
COMMENT ON FUNCTION relate.count_relationships(regclass, int) IS
'Internal. How many relationships of the type there are at this moment, whatever the isolation level and the caller''s policies. Errors as of relate.lock_relationship_type.';

CREATE FUNCTION relate.types_truncated() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_types_truncated';
COMMENT ON FUNCTION relate.types_truncated() IS
'Trigger BEFORE TRUNCATE on relationship_type: waits for writers of relationships, and refuses (2BP01) while there are any.';

CREATE FUNCTION relate.type_offences(type_table regclass, was relate.type_draft, becomes relate.type_draft, since date)
RETURNS SETOF relate.type_offence
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'relate_type_offences';
COMMENT ON FUNCTION relate.type_offences(regclass, relate.type_draft, relate.type_draft, date) IS
'Internal. relate.find_offences over all relationships as they are at this moment, whatever the isolation level and the caller''s policies. Errors as of relate.lock_relationship_type.';

-- ---- what a change asks of the rows ------------------------------------------------

CREATE FUNCTION relate.changes_rules(was relate.type_draft, becomes relate.type_draft) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (was.source_module_id, was.target_module_id, was.source_kind, was.target_kind, was.is_symmetric,
        was.cardinality, was.max_targets_per_source, was.max_sources_per_target, was.hierarchy_parent,
        was.is_perpetual, was.has_contact_details, was.allow_self, was.is_active)
    IS DISTINCT FROM
       (becomes.source_module_id, becomes.target_module_id, becomes.source_kind, becomes.target_kind,
        becomes.is_symmetric, becomes.cardinality, becomes.max_targets_per_source, becomes.max_sources_per_target,
        becomes.hierarchy_parent, becomes.is_perpetual, becomes.has_contact_details, becomes.allow_self,
        becomes.is_active);
COMMENT ON FUNCTION relate.changes_rules(relate.type_draft, relate.type_draft) IS
'Internal. Whether a change touches what writers of relationships obey; names, labels and the like do not.';

CREATE FUNCTION relate.stricter_rules(was relate.type_draft, becomes relate.type_draft) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_remove(ARRAY[
        CASE WHEN was.allow_self AND NOT becomes.allow_self THEN 'self' END,
        CASE WHEN was.has_contact_details AND NOT becomes.has_contact_details THEN 'contact' END,
        CASE WHEN is_denser THEN 'duplicate' END,
        CASE WHEN becomes.max_targets_per_source < coalesce(was.max_targets_per_source, 2147483647)
                  OR is_denser AND becomes.max_targets_per_source IS NOT NULL THEN 'targets' END,
        CASE WHEN becomes.max_sources_per_target < coalesce(was.max_sources_per_target, 2147483647)
                  OR is_denser AND becomes.max_sources_per_target IS NOT NULL THEN 'sources' END,
        CASE WHEN is_denser THEN 'primary' END,
        CASE WHEN becomes.hierarchy_parent IS NOT NULL AND (was.hierarchy_parent IS NULL OR is_denser) THEN 'cycle' END],
        NULL)
    -- Without dates, or with both directions as one, relationships meet that did not.
    FROM (SELECT NOT was.is_perpetual AND becomes.is_perpetual OR NOT was.is_symmetric AND becomes.is_symmetric)
        AS change (is_denser)
$$;
COMMENT ON FUNCTION relate.stricter_rules(relate.type_draft, relate.type_draft) IS
'Internal. The rules that existing relationships may break after a change, of self, contact, duplicate, targets, sources, primary, cycle. Dates that come back, and a parent that changes sides, cannot break any.';

CREATE FUNCTION relate.unfit_rule_sql(rules text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN 'CASE'
    || CASE WHEN 'self' = ANY (rules)
            THEN ' WHEN r.source_module_id = r.target_module_id AND r.source_key OPERATOR(relate.=) r.target_key '
                 'THEN ''relationship_self''' ELSE '' END
    || CASE WHEN 'contact' = ANY (rules)
            THEN ' WHEN num_nonnulls(r.email, r.phone, r.address, r.address_module_id, r.address_key) > 0 '
                 'THEN ''relationship_contact''' ELSE '' END
    || ' WHEN false THEN '''' END';
COMMENT ON FUNCTION relate.unfit_rule_sql(text[]) IS
'Internal. SQL for the rule that relationship r breaks by itself, or null.';

CREATE FUNCTION relate.held_sql(workspace name, becomes relate.type_draft, rules text[], since date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format($sql$
    SELECT id, is_primary, began, greatest(began, %6$L) AS first, ended AS last,
           CASE WHEN turned THEN tm ELSE sm END AS sm, CASE WHEN turned THEN tk ELSE sk END AS sk,
           CASE WHEN turned THEN sm ELSE tm END AS tm, CASE WHEN turned THEN sk ELSE tk END AS tk
    FROM (SELECT r.relationship_id AS id, r.is_primary,
                 r.source_module_id AS sm, r.source_key AS sk, r.target_module_id AS tm, r.target_key AS tk,
                 CASE WHEN %3$L THEN '-infinity' ELSE coalesce(r.start_date, '-infinity') END AS began,
                 CASE WHEN %3$L THEN 'infinity' ELSE coalesce(r.end_date, 'infinity') END AS ended,
                 -- Of a symmetric type, (a, b) and (b, a) are one.
                 %4$L AND (r.source_module_id > r.target_module_id
                           OR r.source_module_id = r.target_module_id
                              AND r.source_key OPERATOR(relate.>) r.target_key) AS turned
          FROM %1$I.relationship r
          WHERE r.type_id = %2$L AND %5$s IS NULL) AS r
    WHERE ended >= %6$L
    $sql$, workspace, becomes.type_id, becomes.is_perpetual, becomes.is_symmetric, relate.unfit_rule_sql(rules), since);
COMMENT ON FUNCTION relate.held_sql(name, relate.type_draft, text[], date) IS
'Internal. SQL for the relationships of a type from this day on, as its new rules take them: id, is_primary, when it began, first and last day, source and target. Without those that are unfit by themselves.';

CREATE FUNCTION relate.find_unfit(workspace name, becomes relate.type_draft, rules text[], since date)
RETURNS TABLE (rule text, offender bigint, rival bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF rules && '{self,contact}' THEN
        RETURN QUERY EXECUTE format('SELECT rule, id, NULL::bigint FROM (SELECT %s AS rule, r.relationship_id AS id '
            'FROM %I.relationship r WHERE r.type_id = %L AND coalesce(r.end_date, ''infinity'') >= %L) AS r '
            'WHERE rule IS NOT NULL', relate.unfit_rule_sql(rules), workspace, becomes.type_id, since);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.find_unfit(name, relate.type_draft, text[], date) IS
'Internal. Relationships that break a rule by themselves: with itself, or with contact details.';

-- ---- too many: duplicates, limits, primaries ----------------------------------------

CREATE FUNCTION relate.seats(becomes relate.type_draft, rules text[])
RETURNS TABLE (number int, room int, columns text, condition text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT seat.number, seat.room, seat.columns, seat.condition
    FROM (VALUES
        ('duplicate', 1, 1, 'sm AS m1, sk AS k1, tm AS m2, tk AS k2', 'true', true),
        ('targets', 2, becomes.max_targets_per_source, 'sm AS m1, sk AS k1, sm AS m2, sk AS k2', 'true', true),
        -- Both sides of a symmetric type share one limit.
        ('sources', CASE WHEN becomes.is_symmetric THEN 2 ELSE 3 END, becomes.max_sources_per_target,
         'tm AS m1, tk AS k1, tm AS m2, tk AS k2',
         CASE WHEN becomes.is_symmetric THEN 'NOT (sm = tm AND sk OPERATOR(relate.=) tk)' ELSE 'true' END, true),
        ('primary', 4, 1, 'tm AS m1, tk AS k1, tm AS m2, tk AS k2', 'is_primary', true),
        ('primary', 4, 1, 'sm AS m1, sk AS k1, sm AS m2, sk AS k2',
         'is_primary AND NOT (sm = tm AND sk OPERATOR(relate.=) tk)', becomes.is_symmetric)
    ) AS seat (rule, number, room, columns, condition, applies)
    WHERE applies AND seat.rule = ANY (rules)
$$;
COMMENT ON FUNCTION relate.seats(relate.type_draft, text[]) IS
'Internal. The seats that each held relationship takes: by which rule, with how much room for all, and in SQL at whose table (a pair''s or a record''s) and on what condition.';

CREATE FUNCTION relate.seats_sql(becomes relate.type_draft, rules text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(format('SELECT %s AS rule, %s AS room, id, began, first, last, %s FROM held WHERE %s',
                             number, room, columns, condition), ' UNION ALL ')
    FROM relate.seats(becomes, rules)
$$;
COMMENT ON FUNCTION relate.seats_sql(relate.type_draft, text[]) IS
'Internal. SQL for the seats that each held relationship takes. Null where no such rule is asked for.';

CREATE FUNCTION relate.busy_places_sql(becomes relate.type_draft, rules text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    -- A pair is two records; elsewhere the place is one.
    SELECT string_agg(format('SELECT %1$s AS rule, m1, k1, %2$s FROM (%3$s) AS taken GROUP BY %4$s HAVING count(*) > %5$s',
                             number, CASE number WHEN 1 THEN 'm2, k2' ELSE 'm1 AS m2, k1 AS k2' END, taken,
                             CASE number WHEN 1 THEN 'm1, k1, m2, k2' ELSE 'm1, k1' END, room), ' UNION ALL ')
    FROM (SELECT number, min(room) AS room,
                 string_agg(format('SELECT %s FROM held WHERE %s', columns, condition), ' UNION ALL ') AS taken
          FROM relate.seats(becomes, rules) GROUP BY number) AS place
$$;
COMMENT ON FUNCTION relate.busy_places_sql(relate.type_draft, text[]) IS
'Internal. SQL for the places that more held relationships take than there is room for, dates apart. A place of one side is grouped in the order of that side''s index, without a sort.';

CREATE FUNCTION relate.crowded_seats_sql(workspace name, becomes relate.type_draft, rules text[], since date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format($sql$
    WITH held AS NOT MATERIALIZED (%s), seat AS (%s),
    -- Most places are left after one pass: there are never more than there is room for, dates apart.
    busy AS MATERIALIZED (%s),
    -- ... or after another: nobody there ever meets another.
    met AS (SELECT seat.*, max(last) OVER (PARTITION BY seat.rule, seat.m1, seat.k1, seat.m2, seat.k2 ORDER BY first
                                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) >= first AS meets
            FROM seat JOIN busy ON busy.rule = seat.rule AND busy.m1 = seat.m1 AND busy.k1 OPERATOR(relate.=) seat.k1
                                   AND busy.m2 = seat.m2 AND busy.k2 OPERATOR(relate.=) seat.k2),
    shared AS (SELECT *, bool_or(meets) OVER (PARTITION BY rule, m1, k1, m2, k2) AS is_shared FROM met),
    change AS (
        SELECT *, first AS day, 1 AS difference FROM shared WHERE is_shared
        UNION ALL
        SELECT *, last + 1, -1 FROM shared WHERE is_shared AND last < '5874897-12-31'
    ),
    swept AS (SELECT *, sum(difference) OVER (PARTITION BY rule, m1, k1, m2, k2 ORDER BY day, difference) AS present
              FROM change),
    peak AS (SELECT *, max(present) OVER (PARTITION BY rule, m1, k1, m2, k2) AS most FROM swept),
    crowded AS (SELECT *, dense_rank() OVER (ORDER BY rule, m1, k1, m2, k2)::int AS place
                FROM peak WHERE most > room AND difference = 1)
    SELECT id, first, last, array_agg(place ORDER BY rule, place) AS places,
           array_agg(room ORDER BY rule, place) AS rooms, array_agg(rule ORDER BY rule, place) AS rules
    FROM crowded GROUP BY id, began, first, last ORDER BY began, id
    $sql$, relate.held_sql(workspace, becomes, rules, since), relate.seats_sql(becomes, rules),
           relate.busy_places_sql(becomes, rules));
COMMENT ON FUNCTION relate.crowded_seats_sql(name, relate.type_draft, text[], date) IS
'Internal. SQL for the relationships at places where on some day more are present than there is room for, with those places, in the order in which they began.';

CREATE FUNCTION relate.find_crowds(workspace name, becomes relate.type_draft, asked text[], since date)
RETURNS TABLE (rule text, offender bigint, rival bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off -- ruinous where the planner takes a freshly loaded table for a small one
SET enable_mergejoin = off -- would sort all relationships to find the few
SET enable_hashagg = off -- would spill groups that an index gives one after the other
SET jit = off -- long to make for expressions that take no time
AS $$
DECLARE
    names CONSTANT text[] := '{relationship_duplicate,relationship_cardinality,relationship_cardinality,'
                             'relationship_primary}';
    width CONSTANT bigint := greatest(becomes.max_targets_per_source, becomes.max_sources_per_target, 1);
    taken_until date[] := '{}'; -- chairs: `width` of them for each place
    taken_by bigint[] := '{}';
    one record;
    chair int;
    chairs int[];
BEGIN
    IF NOT asked && '{duplicate,targets,sources,primary}' THEN
        RETURN;
    END IF;
    <<relationships>>
    FOR one IN EXECUTE relate.crowded_seats_sql(workspace, becomes, asked, since) LOOP
        chairs := '{}';
        FOR i IN 1 .. cardinality(one.places) LOOP
            chair := (one.places[i] - 1) * width + 1;
            WHILE taken_until[chair] >= one.first AND chair < (one.places[i] - 1) * width + one.rooms[i] LOOP
                chair := chair + 1;
            END LOOP;
            IF taken_until[chair] >= one.first THEN
                rule := names[one.rules[i]];
                offender := one.id;
                rival := taken_by[chair];
                RETURN NEXT;
                CONTINUE relationships;
            END IF;
            chairs := chairs || chair;
        END LOOP;
        FOREACH chair IN ARRAY chairs LOOP
            taken_until[chair] := one.last;
            taken_by[chair] := one.id;
        END LOOP;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.find_crowds(name, relate.type_draft, text[], date) IS
'Internal. Relationships that find no room, each with one that was there before: of the same pair, of a record with a limit, or primary. The earliest keep their places.';

-- ---- cycles ----------------------------------------------------------------------------

CREATE FUNCTION relate.cyclic_edges(query text) RETURNS bigint[]
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_cyclic_edges';
COMMENT ON FUNCTION relate.cyclic_edges(text) IS
'Internal. The relationships in which cycles of a hierarchy can lie, dates apart, out of those that the query gives: id, type, module and key of the child, module and key of the parent. What hangs above and below of cycles is not among them. Error 22023 for another query.';

CREATE FUNCTION relate.find_cycles(workspace name, becomes relate.type_draft, asked text[], since date)
RETURNS TABLE (rule text, offender bigint, rival bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off -- ruinous where the planner takes a freshly loaded table for a small one
SET jit = off
AS $$
DECLARE
    child CONSTANT text := CASE becomes.hierarchy_parent WHEN 'source' THEN 't' ELSE 's' END;
    parent CONSTANT text := CASE becomes.hierarchy_parent WHEN 'source' THEN 's' ELSE 't' END;
    cyclic bigint[];
BEGIN
    IF 'cycle' <> ALL (asked) THEN
        RETURN;
    END IF;
    cyclic := relate.cyclic_edges(format('SELECT id, %s, %sm, %2$sk, %sm, %3$sk FROM (%s) AS held', becomes.type_id,
                                         child, parent, relate.held_sql(workspace, becomes, asked, since)));
    IF cyclic = '{}' THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($sql$
        WITH RECURSIVE held AS (%1$s),
        edge AS MATERIALIZED (
            SELECT id, first, last, %2$sm AS cm, %2$sk AS ck, %3$sm AS pm, %3$sk AS pk,
                   row_number() OVER (ORDER BY began, id) AS place
            FROM held JOIN unnest($1) AS cyclic (id) USING (id)
        ),
        walk AS (
            SELECT id, place, cm, ck, pm AS m, pk AS k, first, last FROM edge
            UNION
            SELECT w.id, w.place, w.cm, w.ck, e.pm, e.pk, greatest(w.first, e.first), least(w.last, e.last)
            FROM walk w
            JOIN edge e ON e.cm = w.m AND e.ck OPERATOR(relate.=) w.k
            WHERE e.place < w.place AND greatest(w.first, e.first) <= least(w.last, e.last)
              AND NOT (w.m = w.cm AND w.k OPERATOR(relate.=) w.ck)
        )
        SELECT DISTINCT 'relationship_cycle', id, NULL::bigint FROM walk WHERE m = cm AND k OPERATOR(relate.=) ck
        $sql$, relate.held_sql(workspace, becomes, asked, since), child, parent) USING cyclic;
END;
$$;
COMMENT ON FUNCTION relate.find_cycles(name, relate.type_draft, text[], date) IS
'Internal. Relationships that close a cycle on some day with others that began earlier.';

CREATE FUNCTION relate.find_offences(workspace name, was relate.type_draft, becomes relate.type_draft, since date)
RETURNS SETOF relate.type_offence
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rules CONSTANT text[] := relate.stricter_rules(was, becomes);
BEGIN
    RETURN QUERY
        SELECT one.rule, array_agg(one.offender ORDER BY one.offender), array_agg(one.rival ORDER BY one.offender)
        FROM (SELECT DISTINCT ON (found.offender) found.place, found.rule, found.offender, found.rival
              FROM (SELECT 1 AS place, u.* FROM relate.find_unfit(workspace, becomes, rules, since) AS u
                    UNION ALL SELECT 2, c.* FROM relate.find_crowds(workspace, becomes, rules, since) AS c
                    UNION ALL SELECT 3, c.* FROM relate.find_cycles(workspace, becomes, rules, since) AS c) AS found
              ORDER BY found.offender, found.place) AS one
        GROUP BY one.rule
        ORDER BY array_position('{relationship_self,relationship_contact,relationship_duplicate,'
                                'relationship_cardinality,relationship_primary,relationship_cycle}', one.rule);
END;
$$;
COMMENT ON FUNCTION relate.find_offences(name, relate.type_draft, relate.type_draft, date) IS
'Internal. The rules that a changed type would break from this day on, in the order of the rules, each offender once. Sees what the calling statement sees.';

-- ---- in words ---------------------------------------------------------------------------

CREATE FUNCTION relate.describe_relationship(workspace name, id bigint) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    link_table CONSTANT regclass := format('%I.relationship', workspace);
    is_shown boolean := has_table_privilege(link_table, 'SELECT');
    words text;
BEGIN
    IF is_shown AND row_security_active(link_table) THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE relationship_id = $1)', link_table) INTO is_shown USING id;
    END IF;
    IF id IS NOT NULL AND NOT is_shown THEN
        RETURN 'one that is not shown to you';
    END IF;
    IF has_table_privilege(format('%I.relationship_list', workspace), 'SELECT') THEN
        EXECUTE format($sql$
            SELECT format(' (%%s %%s %%s%%s%%s)', coalesce(source_name, source_role), label,
                          coalesce(target_name, target_role), ' from ' || to_char(start_date, 'YYYY-MM-DD'),
                          ' to ' || to_char(end_date, 'YYYY-MM-DD'))
            FROM %I.relationship_list WHERE relationship_id = $1
            $sql$, workspace) INTO words USING id;
    END IF;
    RETURN id || coalesce(words, '');
END;
$body$;
COMMENT ON FUNCTION relate.describe_relationship(name, bigint) IS
'Internal. The number of a relationship and, as far as the caller may see it, who is related to whom and when.';

CREATE FUNCTION relate.first_offenders(workspace name, offence relate.type_offence) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(relate.describe_relationship(workspace, offender)
                     || coalesce(' beside ' || relate.describe_relationship(workspace, rival), '') ORDER BY place)
    FROM unnest((offence).offenders[:5], (offence).rivals[:5]) WITH ORDINALITY AS one (offender, rival, place)
$$;
COMMENT ON FUNCTION relate.first_offenders(name, relate.type_offence) IS
'Internal. The first five offenders in words, each beside the one in its way.';

CREATE FUNCTION relate.offence_words(was relate.type_draft, becomes relate.type_draft, rule text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN becomes.is_perpetual AND NOT was.is_perpetual
                 AND rule NOT IN ('relationship_self', 'relationship_contact') THEN 'without their dates ' ELSE '' END
    || CASE rule
           WHEN 'relationship_self' THEN 'relate a record to itself'
           WHEN 'relationship_contact' THEN 'have contact details'
           WHEN 'relationship_duplicate' THEN 'repeat others of the same records'
           WHEN 'relationship_cardinality' THEN 'are too many for a record'
           WHEN 'relationship_primary' THEN 'are primary beside others'
           ELSE 'close a cycle in the hierarchy' END;
COMMENT ON FUNCTION relate.offence_words(relate.type_draft, relate.type_draft, text) IS
'Internal. What offenders against a rule do: "are too many for a record".';
