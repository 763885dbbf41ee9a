-- Rules of relationships in the users' own tables: relate.no_cycle and relate.no_overlap on tables of all sorts.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
\pset format unaligned
\pset tuples_only
CREATE SCHEMA enforce_hard_links;
SET search_path = enforce_hard_links, relate, pg_temp;

-- Runs a statement: how many rows it wrote, or all that its error says.
CREATE FUNCTION attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
    error_schema text;
    error_table text;
    error_column text;
    error_constraint text;
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN format('written: %s', written);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS error_schema = SCHEMA_NAME, error_table = TABLE_NAME, error_column = COLUMN_NAME,
        error_constraint = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', concat_ws(' ', SQLSTATE, nullif(error_constraint, ''),
        'on ' || nullif(concat_ws('.', nullif(error_schema, ''), nullif(error_table, ''), nullif(error_column, '')), '')),
        '  ' || SQLERRM, '  detail: ' || nullif(detail, ''), '  hint: ' || nullif(hint, ''));
END $$;

-- Days of timestamps: the last and the first of two rows may not be the same.
CREATE TABLE stint (person int, firm int, since timestamp, until timestamp);
CREATE CONSTRAINT TRIGGER rule AFTER INSERT OR UPDATE ON stint FOR EACH ROW EXECUTE FUNCTION relate.no_overlap('{person,firm}', '{since,until}');
SELECT attempt($$INSERT INTO stint VALUES (1, 1, '2020-01-01 10:00', '2020-01-05 08:00')$$),
       attempt($$INSERT INTO stint VALUES (1, 1, '2020-01-05 20:00', NULL)$$) AS "the same day",
       attempt($$INSERT INTO stint VALUES (1, 1, '2020-01-06 00:00', NULL)$$) AS "the next day",
       attempt($$INSERT INTO stint VALUES (1, 1, NULL, '2020-01-01 00:00')$$) AS "until the first day",
       attempt($$INSERT INTO stint VALUES (1, 1, '2010-01-01', '2009-01-01')$$) AS "never",
       attempt($$INSERT INTO stint VALUES (1, NULL, NULL, NULL), (1, NULL, NULL, NULL)$$) AS "of nobody";
-- A row is not in its own way; others are, when it changes.
SELECT attempt($$UPDATE stint SET until = '2020-01-04' WHERE until = '2020-01-05 08:00'$$) AS shorter,
       attempt($$UPDATE stint SET until = '2020-01-06' WHERE until = '2020-01-04'$$) AS "too long",
       attempt($$INSERT INTO stint VALUES (1, 2, NULL, NULL)$$) AS "another firm",
       attempt($$UPDATE stint SET firm = 1 WHERE firm = 2$$) AS "becomes the same";
CREATE TABLE stint_tz (person int, firm int, since timestamptz);
CREATE CONSTRAINT TRIGGER rule AFTER INSERT OR UPDATE ON stint_tz FOR EACH ROW EXECUTE FUNCTION relate.no_overlap('{person,firm}', '{"",since}');
SELECT attempt($$INSERT INTO stint_tz VALUES (1, 1, '2020-01-01')$$), attempt($$INSERT INTO stint_tz VALUES (1, 1, '1990-01-01')$$) AS "always until then";
CREATE TABLE stint_tz_2 (person int, firm int, since timestamptz);
CREATE CONSTRAINT TRIGGER rule AFTER INSERT OR UPDATE ON stint_tz_2 FOR EACH ROW EXECUTE FUNCTION relate.no_overlap('{person}', '{since,since}');
SELECT attempt($$INSERT INTO stint_tz_2 VALUES (1, 1, '2020-01-01 23:59+00')$$), attempt($$INSERT INTO stint_tz_2 VALUES (1, 1, '2020-01-01 00:00+00')$$) AS "the same day",
       attempt($$INSERT INTO stint_tz_2 VALUES (1, 1, '2020-01-02 00:00+00')$$) AS "the next day", attempt($$UPDATE stint_tz_2 SET since = '2020-01-02' WHERE since < '2020-01-02'$$) AS "moved there";

-- Partitions: a row in another one is another row, at whatever place; columns may lie elsewhere there.
CREATE TABLE parted (part int, person int, firm int, since date, until date) PARTITION BY LIST (part);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 (until date, gone int, since date, firm int, person int, part int);
ALTER TABLE parted_2 DROP gone;
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES IN (2);
CREATE CONSTRAINT TRIGGER rule AFTER INSERT OR UPDATE ON parted FOR EACH ROW EXECUTE FUNCTION relate.no_overlap('{person,firm}', '{since,until}');
SELECT attempt($$INSERT INTO parted VALUES (1, 1, 1, '2020-01-01', '2020-12-31')$$), attempt($$INSERT INTO parted VALUES (2, 1, 1, '2020-06-01', NULL)$$) AS "the same time",
       attempt($$INSERT INTO parted_2 (part, person, firm, since) VALUES (2, 1, 1, '2020-06-01')$$) AS "straight into the partition",
       attempt($$INSERT INTO parted VALUES (2, 1, 1, '2021-01-01', NULL)$$) AS "later", attempt($$UPDATE parted SET part = 3 - part$$) AS "they change places";
-- Tables that inherit have rows of their own.
CREATE TABLE heir () INHERITS (stint);
INSERT INTO heir VALUES (5, 5, NULL, NULL);
SELECT attempt($$INSERT INTO stint VALUES (5, 5, NULL, NULL)$$) AS "the heir's is another", attempt($$INSERT INTO stint VALUES (5, 5, NULL, NULL)$$) AS "its own";

-- Cycles, on some day: the way up gets narrower from row to row ...
CREATE TABLE link (child int, parent int, since date, until date);
CREATE CONSTRAINT TRIGGER rule AFTER INSERT OR UPDATE ON link FOR EACH ROW EXECUTE FUNCTION relate.no_cycle('{child}', '{parent}', '{since,until}');
INSERT INTO link VALUES (1, 2, NULL, NULL), (2, 3, '2022-01-01', NULL), (2, NULL, NULL, NULL);
SELECT attempt($$INSERT INTO link VALUES (3, 1, '2020-01-01', '2021-12-31')$$) AS "before that", attempt($$INSERT INTO link VALUES (3, 1, '2022-01-01', '2022-01-01')$$) AS "on that day",
       attempt($$UPDATE link SET until = '2022-01-01' WHERE child = 3$$) AS "to that day", attempt($$UPDATE link SET child = 4 WHERE child = 3$$) AS "another child",
       attempt($$UPDATE link SET until = '2022-01-01' WHERE child = 4$$) AS "now it may", attempt($$UPDATE link SET child = 3 WHERE child = 4$$) AS "but not this child",
       attempt($$UPDATE link SET parent = 4 WHERE child = 2 AND parent = 3$$) AS "nor that parent";
SELECT * FROM link ORDER BY child, parent;
-- ... and a record may be reached twice, at other times.
TRUNCATE link;
INSERT INTO link VALUES (4, 5, '2020-01-01', '2029-12-31'), (5, 6, '2020-01-01', '2020-12-31'), (5, 7, '2025-01-01', '2029-12-31'),
    (6, 8, '2020-01-01', '2020-12-31'), (7, 8, '2025-01-01', '2029-12-31'), (8, 9, '2025-01-01', NULL);
SELECT attempt($$INSERT INTO link VALUES (9, 4, '2020-01-01', '2024-12-31')$$) AS "by the first way, not", attempt($$INSERT INTO link VALUES (9, 4, '2020-01-01', '2025-01-01')$$) AS "by the second";

-- Who may write, and no more, is held to the rules too, and is not told what he may not read.
CREATE ROLE regress_enforce_hard_links;
GRANT USAGE ON SCHEMA enforce_hard_links TO regress_enforce_hard_links;
GRANT INSERT ON stint, link TO regress_enforce_hard_links;
SET ROLE regress_enforce_hard_links;
SELECT attempt($$INSERT INTO link VALUES (9, 4, NULL, NULL)$$) AS "a cycle", attempt($$INSERT INTO link VALUES (99, 4, NULL, NULL)$$) AS "none",
       attempt($$INSERT INTO stint VALUES (5, 5, NULL, NULL)$$) AS "an overlap", attempt($$INSERT INTO stint VALUES (99, 5, NULL, NULL)$$) AS "none";
RESET ROLE;
GRANT SELECT (child) ON link TO regress_enforce_hard_links;
SET ROLE regress_enforce_hard_links;
SELECT attempt($$INSERT INTO link VALUES (9, 4, NULL, NULL)$$) AS "reads children only";
RESET ROLE;
GRANT SELECT (parent) ON link TO regress_enforce_hard_links;
SET ROLE regress_enforce_hard_links;
SELECT attempt($$INSERT INTO link VALUES (9, 4, NULL, NULL)$$) AS "reads both";
RESET ROLE;
CREATE POLICY nine ON link USING (child = 9);
ALTER TABLE link ENABLE ROW LEVEL SECURITY;
SET ROLE regress_enforce_hard_links;
SELECT attempt($$INSERT INTO link VALUES (9, 4, NULL, NULL)$$) AS "reads some of them";
RESET ROLE;

-- Triggers that were made wrongly say so.
CREATE TABLE wrong (id int, parent int);
CREATE TRIGGER rule AFTER INSERT ON wrong FOR EACH ROW EXECUTE FUNCTION relate.no_cycle('{id}', '{parent}');
SELECT attempt('INSERT INTO wrong VALUES (1, 2)');
DROP TRIGGER rule ON wrong;
CREATE TRIGGER rule AFTER INSERT ON wrong FOR EACH ROW EXECUTE FUNCTION relate.no_overlap('{id,nowhere}', '{"",""}');
SELECT attempt('INSERT INTO wrong VALUES (1, 2)');

DROP SCHEMA enforce_hard_links CASCADE;
DROP OWNED BY regress_enforce_hard_links;
DROP ROLE regress_enforce_hard_links;
