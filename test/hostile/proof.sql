-- The traps spring under a function of ours that does not look after its search_path, and
-- neither under one that does nor under what is not ours.
CREATE FUNCTION relate.careless(a text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN lower(a); END';
CREATE FUNCTION relate.careless_too(a text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN a || a; END';
CREATE FUNCTION relate.careful(a text) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN lower(a || a); END';
CREATE FUNCTION pg_temp.another(a text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN lower(a || a); END';
DO $$
DECLARE
    sprung int := 0;
    call text;
BEGIN
    FOREACH call IN ARRAY '{relate.careless,relate.careless_too,relate.careful,pg_temp.another}'::text[] LOOP
        BEGIN
            EXECUTE format('SELECT %s(''x'')', call);
        EXCEPTION WHEN raise_exception THEN
            sprung := sprung + CASE WHEN SQLERRM ^@ 'SPRUNG' AND call ^@ 'relate.careless' THEN 1 ELSE 10 END;
        END;
    END LOOP;
    IF sprung <> 2 THEN
        RAISE 'the traps spring as they like: %', sprung;
    END IF;
END $$;
DROP FUNCTION relate.careless(text), relate.careless_too(text), relate.careful(text), pg_temp.another(text);
