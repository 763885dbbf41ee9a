
-- ---------------------------------------------------------------------------
-- Adopting a schema: foreign keys and junction tables as relationship types.
--
-- One plan, made by set-based queries on the catalogs: relate.plan_modules says
-- which tables become modules, relate.plan_types what becomes of each foreign
-- key. The preview shows the plan; adopting writes it into the workspace, where
-- the triggers of "module" and "relationship_type" verify it as any other row.
-- No row of the user's tables moves; they get our triggers, as any module does.
-- ---------------------------------------------------------------------------

-- What becomes of a foreign key, or of the two of a junction table.
CREATE TYPE relate.adoption AS (
    name text,
    source_table regclass,
    target_table regclass,
    cardinality relate.cardinality,
    hierarchy_parent text,
    source_role text,
    target_role text,
    label text,
    inverse_label text,
    storage text,
    storage_table regclass,
    source_columns name[],
    target_columns name[],
    start_column name,
    end_column name,
    on_source_delete text,
    on_target_delete text,
    columns text,
    note text,
    source_reference name[],
    target_reference name[]
);
COMMENT ON TYPE relate.adoption IS
'Internal. A relationship type that a foreign key or junction table becomes; where it becomes none, note says why.';

-- What a plan asks of the relationship types that a workspace has.
CREATE TYPE relate.adopted_type AS (
    name text,
    source_module_id int,
    target_module_id int,
    label text,
    inverse_label text,
    storage text,
    storage_table regclass,
    storage_source_columns name[],
    storage_target_columns name[]
);
COMMENT ON TYPE relate.adopted_type IS 'Internal. What a plan asks of the relationship types of a workspace.';

-- ---- names --------------------------------------------------------------------------

CREATE FUNCTION relate.column_stem(column_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    word text := relate.identifier_of(column_name);
BEGIN
    word := regexp_replace(word, '^(fk|id)_', '');
    RETURN coalesce(nullif(regexp_replace(word, '_(id|ids|uid|uuid|guid|key|code|no|nr|num|number|fk|ref|pk)$', ''), ''), word);
END;
$$;
COMMENT ON FUNCTION relate.column_stem(text) IS
'Internal. What a foreign key column is called after: customer for customer_id, reports_to for itself.';

CREATE FUNCTION relate.foreign_key_stem(columns name[], key_columns name[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    prefix text;
    last name := columns[cardinality(columns)];
    word text;
BEGIN
    -- Columns named as those they refer to (that of a tenant, say) tell nothing; others may share a prefix: line_pos, line_doc.
    FOR i IN 1 .. cardinality(columns) LOOP
        CONTINUE WHEN columns[i] = key_columns[i];
        last := columns[i];
        word := CASE WHEN right(columns[i], length(key_columns[i])) = key_columns[i] THEN key_columns[i]
                     ELSE relate.identifier_of(key_columns[i]) END;
        IF right(columns[i], length(word) + 1) <> '_' || word OR prefix <> left(columns[i], -length(word) - 1) THEN
            RETURN relate.column_stem(last);
        END IF;
        prefix := left(columns[i], -length(word) - 1);
    END LOOP;
    RETURN coalesce(nullif(relate.identifier_of(prefix), ''), relate.column_stem(last));
END;
$$;
COMMENT ON FUNCTION relate.foreign_key_stem(name[], name[]) IS
'Internal. What a foreign key is called after: customer for customer_id, line for (line_pos, line_doc), reports_to for itself.';

CREATE FUNCTION relate.column_words(stem text, is_same boolean, is_self boolean, is_unique boolean, source text, target text,
    OUT source_role text, OUT target_role text, OUT label text, OUT inverse_label text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words CONSTANT text := replace(stem, '_', ' ');
BEGIN
    source_role := source;
    target_role := CASE WHEN is_same THEN target ELSE relate.label_of(stem) END;
    IF is_self AND stem ~ '(^|_)(reports?_to|manager|supervisor|boss|superior)$' THEN
        source_role := 'Report';
        target_role := CASE WHEN stem ~ 'report' THEN 'Manager' ELSE target_role END;
        label := 'reports to';
        inverse_label := CASE WHEN stem ~ 'supervisor' THEN 'supervises' ELSE 'manages' END;
    ELSIF is_self AND (is_same OR stem ~ '^parent(_|$)') THEN
        source_role := 'Child';
        target_role := 'Parent';
        label := 'is child of';
        inverse_label := 'is parent of';
    ELSIF is_same THEN
        label := 'belongs to ' || target;
        inverse_label := 'has ' || source;
    ELSIF stem ~ '_by$' THEN
        label := 'is ' || words;
        -- created by: created
        inverse_label := CASE WHEN stem ~ '(ed|sold|sent|paid|made|held|built|bought|taught|led)_by$' THEN format('%s %s', left(words, -3), source)
                              ELSE format('has %s ("%s")', source, words) END;
    ELSIF stem ~ '_(to|via|from|for|in|at|of|with|on|through|under|as|into|off)$' THEN
        label := words;
        inverse_label := format('has %s ("%s")', source, words);
    ELSE
        label := 'has ' || target_role;
        inverse_label := format('is %s of %s', target_role, source);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.column_words(text, boolean, boolean, boolean, text, text) IS
'Internal. Roles and labels of a foreign key: by its column''s stem, whether that is the target''s own name, and the labels of both modules.';
