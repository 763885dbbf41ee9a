-- The records, out of the source's tables. A seat is a district of a state in the House,
-- a class of a state in the Senate.
CREATE VIEW source.term AS
SELECT m.*,
       CASE org_id WHEN 'HOUSE' THEN state || '-' || district ELSE state || '-S' || senate_class END AS seat_id,
       CASE WHEN org_id = 'SENATE' THEN format('Senate, %s class %s', state, senate_class)
            WHEN district = '0' THEN format('House, %s at large', state)
            ELSE format('House, %s district %s', state, district) END AS seat
FROM source.memberships m
WHERE org_id IN ('HOUSE', 'SENATE');

INSERT INTO person SELECT person_id, full_name, birth_date, gender FROM source.persons;
INSERT INTO organization SELECT org_id, name, classification FROM source.organizations;
INSERT INTO seat SELECT DISTINCT seat_id, seat FROM source.term WHERE source = 'terms';
INSERT INTO office SELECT id, concat_ws(', ', address, building, suite, city, concat_ws(' ', state, zip)), city, state
FROM source.district_offices;
ANALYZE;
