-- Every relationship to load, with the row of the source that it comes from.
CREATE TABLE source.link (
    link_id bigserial PRIMARY KEY, type text NOT NULL, from_file text NOT NULL, from_row text NOT NULL,
    source_key text NOT NULL, target_key text NOT NULL, start_date date, end_date date, importance int,
    description text, phone text, address_key text, attributes jsonb, is_adjusted boolean NOT NULL DEFAULT false);

INSERT INTO source.link (type, from_file, from_row, source_key, target_key)
SELECT 'part', 'organizations', org_id, org_id, parent_org_id
FROM source.organizations WHERE parent_org_id IS NOT NULL;

INSERT INTO source.link (type, from_file, from_row, source_key, target_key, attributes)
SELECT 'former member', 'memberships', membership_id, person_id, org_id, jsonb_build_object('seat', seat)
FROM source.term WHERE start_date IS NULL;
INSERT INTO source.link (type, from_file, from_row, source_key, target_key)
SELECT 'former party member', 'memberships', membership_id, person_id, on_behalf_of_org_id
FROM source.term WHERE start_date IS NULL AND on_behalf_of_org_id IS NOT NULL;

-- A membership that runs today has phone and address of the first office.
INSERT INTO source.link (type, from_file, from_row, source_key, target_key, start_date, end_date, description, phone,
                         address_key, attributes)
SELECT 'chamber', 'memberships', membership_id, person_id, org_id, start_date, end_date, seat, o.phone, o.id,
       jsonb_strip_nulls(jsonb_build_object('caucus', caucus, 'state_rank', state_rank, 'how', how, 'end_type', end_type))
FROM source.term t
LEFT JOIN (SELECT DISTINCT ON (bioguide) bioguide, id, phone FROM source.district_offices ORDER BY bioguide, id) o
       ON o.bioguide = t.person_id AND DATE '2026-06-15' BETWEEN t.start_date AND t.end_date
WHERE start_date IS NOT NULL;
INSERT INTO source.link (type, from_file, from_row, source_key, target_key, start_date, end_date)
SELECT 'seat', 'memberships', membership_id, person_id, seat_id, start_date, end_date
FROM source.term WHERE start_date IS NOT NULL;
INSERT INTO source.link (type, from_file, from_row, source_key, target_key, start_date, end_date, attributes)
SELECT replace(role, '-', ' '), 'memberships', membership_id, person_id, org_id, start_date, end_date,
       jsonb_strip_nulls(jsonb_build_object('how', how))
FROM source.memberships WHERE org_id = 'EXEC';

-- Terms of the same party that follow each other within a year are one membership of the
-- party. Where the source has changes of party within a term, these replace the term.
WITH stint AS (
    SELECT membership_id, person_id, on_behalf_of_org_id AS party_id, start_date, end_date
    FROM source.memberships m
    WHERE start_date IS NOT NULL
      AND NOT EXISTS (SELECT FROM source.party_affiliations a
                      WHERE a.person_id = m.person_id AND a.start_date < m.end_date AND a.end_date > m.start_date)
    UNION ALL
    SELECT NULL, person_id, party_org_id, start_date, end_date FROM source.party_affiliations
), marked AS (
    SELECT *, coalesce(party_id <> lag(party_id) OVER w OR start_date > lag(end_date) OVER w + 365, true) AS is_new
    FROM stint WINDOW w AS (PARTITION BY person_id ORDER BY start_date, end_date)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE is_new) OVER (PARTITION BY person_id ORDER BY start_date, end_date) AS number
    FROM marked
)
INSERT INTO source.link (type, from_file, from_row, source_key, target_key, start_date, end_date)
SELECT 'party', 'memberships', coalesce(min(membership_id)::text, person_id), person_id, party_id, min(start_date), max(end_date)
FROM numbered GROUP BY person_id, number, party_id;

-- The title says how important a seat is; the rank, which runs to 37, is an attribute.
-- It is held until the day before the member was found gone.
INSERT INTO source.link (type, from_file, from_row, source_key, target_key, start_date, end_date, importance,
                         description, attributes)
SELECT CASE WHEN title IN ('Chair', 'Chairman', 'Chairwoman', 'Chairperson') THEN 'committee chair'
            WHEN title = 'Ranking Member' THEN 'ranking member' ELSE 'committee member' END,
       'committee_memberships', committee_membership_id, person_id, org_id, first_seen_date, gone_by_date - 1,
       CASE WHEN title IN ('Chair', 'Chairman', 'Chairwoman', 'Chairperson') THEN 5
            WHEN title = 'member' THEN 3 WHEN title = 'Ex Officio' THEN 2 ELSE 4 END,
       nullif(title, 'member'), jsonb_build_object('rank', rank, 'side', side)
FROM source.committee_memberships;

INSERT INTO source.link (type, from_file, from_row, source_key, target_key, start_date, end_date, description)
SELECT 'leadership', 'leadership_roles', concat_ws(' ', person_id, start_raw), person_id, org_id, start_date, end_date, title
FROM source.leadership_roles;

INSERT INTO source.link (type, from_file, from_row, source_key, target_key, phone, address_key, attributes)
SELECT 'district office', 'district_offices', id, bioguide, id, phone, id,
       jsonb_strip_nulls(jsonb_build_object('hours', hours, 'fax', fax))
FROM source.district_offices;

CREATE INDEX ON source.link (type, source_key, start_date);
CREATE INDEX ON source.link (type, target_key, start_date);
ANALYZE source.link;

-- A handover: the source ends a row on the day on which the next one begins. Where the
-- type allows one at a time, the first ends a day earlier.
UPDATE source.link a
SET end_date = end_date - 1, is_adjusted = true
FROM congress.relationship_type t
WHERE t.name = a.type AND a.end_date > a.start_date
  AND (EXISTS (SELECT FROM source.link b
               WHERE b.type = a.type AND b.source_key = a.source_key AND b.start_date = a.end_date
                 AND (t.max_targets_per_source = 1 OR b.target_key = a.target_key))
       OR t.max_sources_per_target = 1
          AND EXISTS (SELECT FROM source.link b
                      WHERE b.type = a.type AND b.target_key = a.target_key AND b.start_date = a.end_date));

CREATE TABLE source.refused (
    link_id bigint PRIMARY KEY, sqlstate text NOT NULL, rule text NOT NULL, message text NOT NULL, detail text, hint text);
COMMENT ON TABLE source.refused IS 'The rows that the rules refused, and why.';

CREATE VIEW source.row_to_load AS
SELECT l.link_id, l.type, t.type_id, l.source_key::relate.record_key, l.target_key::relate.record_key, l.start_date,
       l.end_date, l.importance, l.description, l.phone,
       (SELECT module_id FROM congress.module WHERE name = 'office' AND l.address_key IS NOT NULL) AS address_module_id,
       l.address_key::relate.record_key, l.attributes
FROM source.link l JOIN congress.relationship_type t ON t.name = l.type;

-- What COPY refuses as a whole is loaded in batches; a batch with a refused row in halves,
-- down to the row, which is kept with the reason. Earlier rows come first.
CREATE PROCEDURE source.load_batch(ids bigint[]) LANGUAGE plpgsql AS $$
DECLARE
    middle int := cardinality(ids) / 2;
    d source.refused;
BEGIN
    INSERT INTO congress.relationship (type_id, source_key, target_key, start_date, end_date, importance, description,
                                       phone, address_module_id, address_key, attributes)
    SELECT type_id, source_key, target_key, start_date, end_date, importance, description, phone, address_module_id,
           address_key, attributes
    FROM source.row_to_load WHERE link_id = ANY (ids);
EXCEPTION WHEN integrity_constraint_violation OR data_exception OR undefined_object THEN
    IF cardinality(ids) > 1 THEN
        CALL source.load_batch(ids[:middle]);
        CALL source.load_batch(ids[middle + 1:]);
        RETURN;
    END IF;
    GET STACKED DIAGNOSTICS d.sqlstate = RETURNED_SQLSTATE, d.rule = CONSTRAINT_NAME, d.message = MESSAGE_TEXT,
        d.detail = PG_EXCEPTION_DETAIL, d.hint = PG_EXCEPTION_HINT;
    INSERT INTO source.refused VALUES (ids[1], d.sqlstate, d.rule, d.message, d.detail, d.hint);
END;
$$;
CREATE PROCEDURE source.load_in_halves(type text) LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
BEGIN
    FOR ids IN SELECT array_agg(link_id ORDER BY place)
               FROM (SELECT link_id, row_number() OVER (ORDER BY start_date, link_id) AS place
                     FROM source.link l WHERE l.type = load_in_halves.type) AS numbered
               GROUP BY (place - 1) / 500 ORDER BY (place - 1) / 500
    LOOP
        CALL source.load_batch(ids);
    END LOOP;
END;
$$;

-- A refused holder of a seat: the source ends the predecessor's term by schedule, though he
-- left early. on_conflict => 'end_old' ends it on the day before; what is refused still, stays.
CREATE FUNCTION source.seat_refused() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    l record;
    seated int := 0;
BEGIN
    FOR l IN SELECT k.* FROM source.link k JOIN source.refused r ON r.link_id = k.link_id
             WHERE k.type IN ('seat', 'chamber') ORDER BY k.start_date, k.link_id
    LOOP
        BEGIN
            PERFORM relate.create_relationship(l.type, l.source_key, l.target_key, l.start_date, l.end_date,
                description => l.description, attributes => l.attributes, on_conflict => 'end_old');
            DELETE FROM source.refused r WHERE r.link_id = l.link_id;
            seated := seated + 1;
        EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
            NULL; -- it stays in the list
        END;
    END LOOP;
    RETURN seated;
END;
$$;
