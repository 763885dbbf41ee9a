-- Functions that take a key also accept text and varchar columns.
--
-- A text column has no implicit cast to record_key (it would let texts and
-- numbers compare by accident), so each listed function gets thin overloads that
-- take text: one for every combination of its key arguments. Without them,
-- related_records('contact', contact.code) would ask every user for a cast.
-- Arguments with a default get none, nor do arrays of keys: text[] casts by itself.

CREATE FUNCTION relate.create_text_overloads(function_name name) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    key_type constant oid := 'relate.record_key'::regtype;
    main pg_proc;
    main_signature text;
    key_places int[];     -- of the input arguments, those that take a key and have no default
    key_names text;       -- their names, for the comment
    as_text int[];        -- of those, the ones that take text in this overload
    parameters text;
    arguments text;
    has_columns boolean;  -- called in FROM, so that its columns stay columns
    created int := 0;
BEGIN
    -- The loop's snapshot does not see the overloads, which have the same name.
    FOR main IN SELECT * FROM pg_proc p
                 WHERE p.pronamespace = 'relate'::regnamespace AND p.proname = function_name AND p.prokind = 'f'
                   -- An update finds the overloads too: what takes text where another takes a key.
                   AND NOT EXISTS (SELECT FROM pg_proc o
                                    WHERE o.pronamespace = p.pronamespace AND o.proname = p.proname AND o.oid <> p.oid
                                      AND o.pronargs = p.pronargs
                                      AND NOT EXISTS (SELECT FROM ROWS FROM (unnest(p.proargtypes::oid[]), unnest(o.proargtypes::oid[]))
                                                                  AS arguments (own, others)
                                                       WHERE own <> others AND NOT (own = 'text'::regtype AND others = key_type)))
                 ORDER BY p.oid
    LOOP
        main_signature := format('relate.%I(%s)', main.proname, pg_get_function_identity_arguments(main.oid));
        SELECT array_agg(place ORDER BY place), string_agg(coalesce(main.proargnames[place], '$' || place), ', ' ORDER BY place)
          INTO key_places, key_names
          FROM unnest(main.proargtypes::oid[]) WITH ORDINALITY a (argument_type, place)
         WHERE argument_type = key_type AND place <= main.pronargs - main.pronargdefaults;
        CONTINUE WHEN key_places IS NULL;

        has_columns := main.proretset OR main.prorettype = 'record'::regtype
                       OR EXISTS (SELECT FROM pg_type t WHERE t.oid = main.prorettype AND t.typtype = 'c');
        IF main.prorettype = 'record'::regtype AND main.proargmodes IS NULL THEN
            RAISE 'function % returns records without columns: it can have no text overload', main_signature
                USING ERRCODE = 'feature_not_supported';
        END IF;

        -- Every combination but the function itself, as the bits of a number.
        FOR combination IN 1 .. (1 << cardinality(key_places)) - 1 LOOP
            SELECT array_agg(key_places[i]) INTO as_text
              FROM generate_subscripts(key_places, 1) i WHERE combination & (1 << (i - 1)) <> 0;

            SELECT string_agg(concat_ws(' ', CASE mode WHEN 'o' THEN 'OUT' WHEN 'b' THEN 'INOUT' WHEN 'v' THEN 'VARIADIC' END,
                       quote_ident(nullif(argument_name, '')),
                       CASE WHEN input_place = ANY (as_text) THEN 'text' ELSE format_type(argument_type, NULL) END,
                       'DEFAULT ' || pg_get_function_arg_default(main.oid, place::int)), ', ' ORDER BY place)
                       FILTER (WHERE mode <> 't'),
                   string_agg(CASE WHEN mode = 'v' THEN 'VARIADIC ' ELSE '' END || '$' || input_place
                       || CASE WHEN input_place = ANY (as_text) THEN '::relate.record_key' ELSE '' END, ', ' ORDER BY place)
                       FILTER (WHERE input_place IS NOT NULL)
              INTO parameters, arguments
              FROM (SELECT place, argument_type, mode, main.proargnames[place] AS argument_name,
                           CASE WHEN mode IN ('i', 'b', 'v')
                                THEN count(*) FILTER (WHERE mode IN ('i', 'b', 'v')) OVER (ORDER BY place) END AS input_place
                      FROM unnest(coalesce(main.proallargtypes, main.proargtypes::oid[])) WITH ORDINALITY a (argument_type, place),
                           LATERAL (SELECT coalesce(main.proargmodes[place], 'i')) m (mode)) a;

            -- No SET, so that the planner can inline it: all names are qualified instead.
            -- In an extension's script, OR REPLACE takes nothing that is not the extension's own.
            EXECUTE format('CREATE OR REPLACE FUNCTION relate.%I(%s) RETURNS %s LANGUAGE sql %s %s %s COST %s %s AS %L',
                function_name, parameters, pg_get_function_result(main.oid),
                CASE main.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
                CASE main.proparallel WHEN 's' THEN 'PARALLEL SAFE' WHEN 'r' THEN 'PARALLEL RESTRICTED' ELSE 'PARALLEL UNSAFE' END,
                CASE WHEN main.proisstrict THEN 'STRICT' ELSE '' END,
                main.procost, CASE WHEN main.proretset THEN 'ROWS ' || main.prorows ELSE '' END,
                format(CASE WHEN has_columns THEN 'SELECT * FROM relate.%I(%s)' ELSE 'SELECT relate.%I(%s)' END,
                       function_name, arguments));
            EXECUTE format('COMMENT ON FUNCTION relate.%I(%s) IS %L', function_name,
                (SELECT string_agg(CASE WHEN place = ANY (as_text) THEN 'text' ELSE format_type(argument_type, NULL) END, ', ' ORDER BY place)
                   FROM unnest(main.proargtypes::oid[]) WITH ORDINALITY a (argument_type, place)),
                format('%s with text for keys (%s): see there.', main_signature, key_names));
            created := created + 1;
        END LOOP;
    END LOOP;

    IF main_signature IS NULL THEN
        RAISE 'function relate.% is to have text overloads, but does not exist', quote_ident(function_name)
            USING ERRCODE = 'undefined_function';
    ELSIF created = 0 THEN
        RAISE 'function % is to have text overloads, but takes no key', main_signature
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Arguments with a default get no overload, and arrays of keys take text[] without one.';
    END IF;
    RETURN created;
END $function$;
COMMENT ON FUNCTION relate.create_text_overloads(name) IS
'For the install and update scripts: gives each function of schema relate with this name overloads that take text in place of its record_key arguments without default. Returns how many were made. 42883 where there is no such function, 22023 where none takes a key.';
REVOKE ALL ON FUNCTION relate.create_text_overloads(name) FROM PUBLIC;

-- The list: one name a line, in any order.
DO $overloads$
BEGIN
    PERFORM relate.create_text_overloads(m[1]::name) FROM pg_catalog.regexp_matches($list$
        ancestors
        are_related
        children
        connect
        connections_in_common
        create_relationship
        delete_relationship
        descendant_count
        descendants
        diagram
        end_relationship
        follow
        hierarchy_path
        hierarchy_tree
        is_above
        is_above_or_equal
        is_not_under
        is_under
        is_under_or_equal
        lowest_common_ancestor
        network
        possible_types
        preview_delete
        record_name
        record_overview
        related_records
        related_rows
        set_parent
        set_status
        shortest_path
        siblings
        status_of
    $list$, '\S+', 'g') m;
END $overloads$;
