-- Keys of many types in columns and junctions: written by the verbs, read back, moved in a hierarchy.
-- A length is not lost: character(5) is not character(1), bit(5) not bit(1).
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA adopt_keys;
SET search_path = adopt_keys, pg_temp;
SET relate.workspace = 'adopt_keys_crm';
SET timezone = 'UTC';
SELECT relate.create_workspace('adopt_keys_crm');
CREATE DOMAIN code AS varchar(4) CHECK (pg_catalog.length(VALUE) > 1);
CREATE TYPE colour AS ENUM ('red', 'green');
CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

CREATE TABLE kind_of_key (word text PRIMARY KEY, type text, one text, two text);
INSERT INTO kind_of_key VALUES
    ('character', 'char(5)', 'ALFKI', 'AB'), ('varchar', 'varchar(7)', 'ALFKI', 'B x'), ('caseless', 'text COLLATE no_case', 'Alfki', 'B'),
    ('numeric', 'numeric(8,3)', '12.5', '1200'), ('bit', 'bit(5)', '10101', '00001'), ('varbit', 'varbit(6)', '101', '0'),
    ('moment', 'timestamptz(3)', '2024-01-01 12:00:00.123Z', '2024-06-01 00:00Z'), ('day', 'date', '2024-02-29', '2024-03-01'),
    ('span', 'interval(2)', '1 day 2 seconds', '3 days'), ('domain', 'code', 'AB', 'ABCD'), ('enum', 'colour', 'red', 'green'),
    ('uuid', 'uuid', '00000000-0000-0000-0000-00000000000A', '00000000-0000-0000-0000-00000000000B'), ('binary', 'bytea', '\xAB00', '\x01'),
    ('name', 'name', 'Ab', 'c'), ('small', 'smallint', '-3', '7'), ('money', 'money', '12.5', '7'), ('o''clock', 'time', '12:00', '13:00');
DO $$
DECLARE
    k kind_of_key;
BEGIN
    FOR k IN SELECT * FROM kind_of_key LOOP
        EXECUTE format('CREATE TABLE %1$I (id %4$s PRIMARY KEY, name text); CREATE TABLE %2$I (id %4$s PRIMARY KEY, far_id %4$s REFERENCES %1$I); '
            'CREATE TABLE %3$I (near_id %4$s REFERENCES %2$I, far_id %4$s REFERENCES %1$I, PRIMARY KEY (near_id, far_id)); '
            'CREATE TABLE %7$I (id %4$s PRIMARY KEY, parent_id %4$s REFERENCES %7$I NOT NULL); '
            'INSERT INTO %1$I VALUES (%5$L, ''One''), (%6$L, ''Two''); INSERT INTO %2$I VALUES (%5$L), (%6$L); INSERT INTO %7$I VALUES (%5$L, %5$L), (%6$L, %6$L)',
            'far_' || k.word, 'near_' || k.word, 'many_' || k.word, k.type, k.one, k.two, 'tree_' || k.word);
    END LOOP;
END $$;
-- A key that can be none is told, and holds up nothing else.
SELECT count(relationship_type) AS adopted, array_agg(note) FILTER (WHERE note IS NOT NULL) AS notes FROM relate.adopt_foreign_keys('adopt_keys');

CREATE FUNCTION written(word text, one text, two text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    keys text;
    answer text;
BEGIN
    PERFORM relate.create_relationship('near_' || word || '_far', one, one);
    PERFORM relate.create_relationship('near_' || word || '_far', one, two, on_conflict => 'replace');
    PERFORM relate.connect('near_' || word, one, 'many_' || word, 'far_' || word, one);
    EXECUTE format('SELECT string_agg(concat(n.id, '' to '', n.far_id, '' and '', m.far_id, '' under '', t.parent_id), ''; '') '
                   'FROM %I n JOIN %I m ON m.near_id = n.id JOIN %I t ON t.id = n.id', 'near_' || word, 'many_' || word, 'tree_' || word) INTO keys;
    SELECT string_agg(concat(key, ' ', name), ', ' ORDER BY name) INTO answer FROM relate.related_records('near_' || word, one);
    PERFORM relate.delete_relationship('near_' || word || '_far', one, two);
    PERFORM relate.delete_relationship('many_' || word, one, one);
    RETURN keys || ' | ' || answer;
END $$;
CREATE FUNCTION moved(word text, one text, two text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    keys text;
BEGIN
    PERFORM relate.set_parent('tree_' || word || '_parent', two, one);
    SELECT string_agg(key::text, ', ') INTO keys FROM relate.descendants('tree_' || word || '_parent', one);
    RETURN keys;
END $$;
SELECT word, written(word, one, two) FROM kind_of_key WHERE word NOT IN ('o''clock', 'money') ORDER BY word;
SELECT word, moved(word, one, two) FROM kind_of_key WHERE word NOT IN ('o''clock', 'money') ORDER BY word;
-- What is too long fits nowhere.
SELECT relate.create_relationship('near_character_far', 'ALFKI', 'ALFKIX');
SELECT relate.create_relationship('near_bit_far', '10101', '101010');
SELECT relate.delete_relationship('near_character_far', 'ALFKI', 'A');

SELECT relate.drop_workspace('adopt_keys_crm', 'cascade');
DROP SCHEMA adopt_keys CASCADE;
