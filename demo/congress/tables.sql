-- The data as it comes: one table a file, all in schema "source".
CREATE SCHEMA source;
CREATE TABLE source.persons (
    person_id text, full_name text, first_name text, middle_name text, last_name text, suffix text, nickname text,
    birth_date date, gender text, wikidata_id text, icpsr_id text, source text, last_snapshot_date date);
CREATE TABLE source.organizations (
    org_id text, name text, classification text, parent_org_id text, chamber text, note text);
CREATE TABLE source.memberships (
    membership_id int, person_id text, org_id text, role text, on_behalf_of_org_id text, caucus text, state text,
    district text, senate_class text, state_rank text, how text, end_type text, start_raw text, end_raw text,
    start_date date, end_date date, source text);
CREATE TABLE source.party_affiliations (
    person_id text, party_org_id text, caucus text, start_raw text, end_raw text, start_date date, end_date date);
CREATE TABLE source.committee_memberships (
    committee_membership_id int, person_id text, org_id text, title text, side text, rank int, first_seen_date date,
    last_seen_date date, gone_by_date date);
CREATE TABLE source.leadership_roles (
    person_id text, org_id text, title text, start_raw text, end_raw text, start_date date, end_date date);
CREATE TABLE source.district_offices (
    bioguide text, thomas text, govtrack text, id text, address text, building text, city text, fax text, hours text,
    phone text, state text, suite text, zip text, latitude text, longitude text);

-- The tables of the application, as anyone might have them. They know nothing of pg_relate.
CREATE TABLE person (
    person_id text PRIMARY KEY, full_name text NOT NULL, birth_date date, gender text);
CREATE TABLE organization (
    org_id text PRIMARY KEY, name text NOT NULL, classification text NOT NULL);
CREATE TABLE seat (
    seat_id text PRIMARY KEY, title text NOT NULL);
CREATE TABLE office (
    office_id text PRIMARY KEY, address text NOT NULL, city text, state text);
