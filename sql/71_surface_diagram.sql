
-- ---------------------------------------------------------------------------
-- Diagrams in Mermaid's language: of modules and types, and of what surrounds a
-- record. Read with the rights of the caller; nothing is stored.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.mermaid_text(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN replace(replace(replace(replace(replace(replace(regexp_replace(words, '\s+', ' ', 'g'),
    '#', '#35;'), '"', '#34;'), '<', '#60;'), '>', '#62;'), '&', '#38;'), '`', '#96;');
COMMENT ON FUNCTION relate.mermaid_text(text) IS
'Internal. Words as a flowchart of Mermaid takes them between quotes: on one line, with codes for what means something to it.';

CREATE FUNCTION relate.mermaid_name(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN '"' || btrim(regexp_replace(replace(words, '"', ''''), '[\s%\\]+', ' ', 'g')) || '"';
COMMENT ON FUNCTION relate.mermaid_name(text) IS
'Internal. Words as an entity-relationship diagram of Mermaid takes them, which knows no codes: quoted, without what it does not take.';

CREATE FUNCTION relate.mermaid_word(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN regexp_replace(regexp_replace(word, '[^A-Za-z0-9_]+', '_', 'g'), '^([0-9])', '_\1');
COMMENT ON FUNCTION relate.mermaid_word(text) IS 'Internal. The name or type of a column as Mermaid takes it.';

CREATE FUNCTION relate.diagram() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    entities text;
    types text;
BEGIN
    EXECUTE format($query$
        WITH entity AS MATERIALIZED (
            SELECT m.*, relate.mermaid_name(CASE WHEN count(*) OVER (PARTITION BY m.singular) > 1
                                                 THEN format('%%s (%%s)', m.singular, m.name) ELSE m.singular END) AS label
            FROM %1$I.module m
        ), field AS (
            SELECT e.module_id, a.attname, format_type(a.atttypid, NULL) AS type, k.name = ANY (e.key_columns) AS is_key, min(k.place) AS place
            FROM entity e
            CROSS JOIN unnest(e.key_columns || e.name_columns) WITH ORDINALITY AS k (name, place)
            JOIN pg_attribute a ON a.attrelid = e.table_name AND a.attname = k.name AND NOT a.attisdropped
            GROUP BY e.module_id, a.attname, a.atttypid, is_key
        )
        SELECT (SELECT string_agg(format(E'    %%s {\n%%s    }\n', e.label,
                    (SELECT string_agg(format(E'        %%s %%s%%s\n', relate.mermaid_word(f.type), relate.mermaid_word(f.attname),
                                              CASE WHEN f.is_key THEN ' PK' ELSE '' END), '' ORDER BY f.place)
                     FROM field f WHERE f.module_id = e.module_id)), '' ORDER BY e.name) FROM entity e),
               (SELECT string_agg(format(E'    %%s %%s--%%s %%s : %%s\n', coalesce(s.label, '"any module"'),
                    CASE WHEN t.cardinality IN ('one_to_one', 'one_to_many') THEN '|o' ELSE '}o' END,
                    CASE WHEN t.cardinality IN ('one_to_one', 'many_to_one') THEN 'o|' ELSE 'o{' END,
                    coalesce(d.label, '"any module"'), relate.mermaid_name(t.label)), '' ORDER BY t.name)
                FROM %1$I.relationship_type t
                LEFT JOIN entity s ON s.module_id = t.source_module_id
                LEFT JOIN entity d ON d.module_id = t.target_module_id
                WHERE t.is_active)
        $query$, workspace) INTO entities, types;
    RETURN concat(E'erDiagram\n', entities, types);
END;
$body$;
COMMENT ON FUNCTION relate.diagram() IS
'The modules of the current workspace, with their key and name columns, and its active relationship types, as an entity-relationship diagram in Mermaid''s language: paste it into Markdown of GitHub or GitLab, or https://mermaid.live. Each type reads from source to target, by its label.';

CREATE TYPE relate.diagram_edge AS (
    from_module text,
    from_key relate.record_key,
    to_module text,
    to_key relate.record_key,
    to_name text,
    label text,
    identity text
);
COMMENT ON TYPE relate.diagram_edge IS
'Internal. A relationship as read from one record to another; identity tells that both ends read the same one.';

CREATE FUNCTION relate.diagram_edges(module text, keys relate.record_key[], types text[], as_of date) RETURNS SETOF relate.diagram_edge
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT $1, r.from_key, r.module, r.key, r.name, r.label, '
        'coalesce(r.relationship_id::text, concat_ws(''/'', t.name, '
        '    CASE WHEN (t.label, t.source_role) = (r.label, r.own_role) THEN concat_ws(''/'', r.from_key, r.key) '
        '         ELSE concat_ws(''/'', r.key, r.from_key) END)) '
        'FROM relate.related_records_of($1, $2, $3, $4) AS r JOIN %I.relationship_type AS t ON t.name = r.relationship_type',
        relate.current_workspace()) USING module, keys, types, as_of;
END;
$$;
COMMENT ON FUNCTION relate.diagram_edges(text, relate.record_key[], text[], date) IS
'Internal. The relationships of some records of a module, in the order of related_records_of.';

CREATE FUNCTION relate.diagram(module text, key relate.record_key, types text[] DEFAULT NULL, as_of date DEFAULT current_date,
                               max_depth int DEFAULT 1, max_records int DEFAULT 50) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    labels CONSTANT jsonb := (SELECT jsonb_object_agg(m.name, m.singular) FROM relate.modules() AS m);
    seen text[] := '{}';     -- records, as module/key: the place is the number of the node
    edges text[] := '{}';    -- identities of those drawn
    reached relate.diagram_edge[];
    frontier relate.diagram_edge[]; -- the records to look at next
    edge relate.diagram_edge;
    group_of record;
    from_place int;
    to_place int;
    hidden int := 0;
    drawing text := E'flowchart LR\n';
BEGIN
    PERFORM relate.not_null('{module, key}', diagram.module, diagram.key::text);
    IF max_depth < 0 OR max_records < 1 THEN
        RAISE '% must not be less than %', CASE WHEN max_depth < 0 THEN 'max_depth' ELSE 'max_records' END,
              CASE WHEN max_depth < 0 THEN 0 ELSE 1 END USING ERRCODE = 'invalid_parameter_value';
    END IF;
    edge.to_module := diagram.module;
    edge.to_key := relate.canonical_key(relate.module_id(diagram.module), diagram.key);
    edge.to_name := relate.record_name(diagram.module, edge.to_key);
    frontier := ARRAY[edge];
    seen := ARRAY[concat_ws('/', edge.to_module, edge.to_key)];
    drawing := drawing || relate.diagram_node(1, labels, edge, true);
    FOR depth IN 1 .. coalesce(max_depth, 1) LOOP
        reached := '{}';
        FOR group_of IN SELECT f.to_module AS module, array_agg(f.to_key ORDER BY place) AS keys
                        FROM unnest(frontier) WITH ORDINALITY AS f (a, b, to_module, to_key, c, d, e, place)
                        GROUP BY f.to_module ORDER BY min(place) LOOP
            FOR edge IN SELECT * FROM relate.diagram_edges(group_of.module, group_of.keys, types, as_of) LOOP
                CONTINUE WHEN edge.identity = ANY (edges);
                from_place := array_position(seen, concat_ws('/', edge.from_module, edge.from_key));
                to_place := array_position(seen, concat_ws('/', edge.to_module, edge.to_key));
                edges := edges || edge.identity;
                IF to_place IS NULL AND cardinality(seen) >= coalesce(max_records, 50) THEN
                    hidden := hidden + 1;
                    CONTINUE;
                ELSIF to_place IS NULL THEN
                    seen := seen || concat_ws('/', edge.to_module, edge.to_key);
                    to_place := cardinality(seen);
                    reached := reached || edge;
                    drawing := drawing || relate.diagram_node(to_place, labels, edge, false);
                END IF;
                drawing := drawing || format(E'    r%s -->|"%s"| r%s\n', from_place, relate.mermaid_text(edge.label), to_place);
            END LOOP;
        END LOOP;
        EXIT WHEN reached = '{}';
        frontier := reached;
    END LOOP;
    RETURN drawing || CASE WHEN hidden > 0 THEN format(E'    %%%% %s more relationships lead to records that are not shown\n', hidden) ELSE '' END;
END;
$$;
COMMENT ON FUNCTION relate.diagram(text, relate.record_key, text[], date, int, int) IS
'A record and what surrounds it on a day, as a flowchart in Mermaid''s language: records as boxes, each relationship as an arrow that reads from the nearer to the further record. max_depth: how many steps away; types: only these; max_records: no more boxes than these, the most important first. Errors: 42704 unknown module or type, 22004 null module or key, 22023 max_depth below 0 or max_records below 1, 42501 no SELECT on relationship.';

CREATE FUNCTION relate.diagram_node(place int, labels jsonb, reached relate.diagram_edge, is_start boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format(CASE WHEN is_start THEN E'    r%s(["%s%s %s"])\n' ELSE E'    r%s["%s%s %s"]\n' END, place,
    relate.mermaid_text(reached.to_name) || '<br/>', relate.mermaid_text(labels ->> reached.to_module), relate.mermaid_text(reached.to_key::text));
COMMENT ON FUNCTION relate.diagram_node(int, jsonb, relate.diagram_edge, boolean) IS 'Internal. The box of a record.';
