
-- ---------------------------------------------------------------------------
-- Samples: four small worlds to try everything on.
--
-- Each sample is one schema that holds its tables and a workspace of its own,
-- so it meets no module or type of the user's, and DROP SCHEMA ... CASCADE
-- leaves nothing behind. All people, companies and events are invented.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.sample_schema(sample text) RETURNS name
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.not_null('{name}', sample);
    IF sample NOT IN ('airline', 'property', 'elevator', 'network') THEN
        RAISE 'sample "%" does not exist', sample
            USING ERRCODE = 'undefined_object', HINT = 'The samples are airline, property, elevator and network.';
    END IF;
    IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'sample_' || sample) THEN
        RAISE 'sample "%" cannot be loaded: schema "sample_%" exists already', sample, sample
            USING ERRCODE = 'duplicate_object', SCHEMA = 'sample_' || sample,
                  DETAIL = 'A sample is loaded into a schema of that name.',
                  HINT = CASE WHEN EXISTS (SELECT FROM relate.find_workspaces() AS w WHERE w.name = 'sample_' || sample)
                              THEN format('To have it anew: DROP SCHEMA sample_%s CASCADE.', sample)
                              ELSE format('Rename that schema: ALTER SCHEMA sample_%s RENAME TO ....', sample) END;
    END IF;
    RETURN 'sample_' || sample;
END;
$$;
COMMENT ON FUNCTION relate.sample_schema(text) IS
'Internal. The schema into which a sample is loaded; raises 42704 for an unknown sample, 42710 if that schema exists.';

-- ---- airline: one to one, one to many, and a system module --------------------------

CREATE FUNCTION relate.load_sample_airline() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE sample_airline.passenger (
        id int PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, born date, home_airport text);
    CREATE TABLE sample_airline.loyalty_account (
        account_no text PRIMARY KEY, tier text NOT NULL, miles int NOT NULL);
    CREATE TABLE sample_airline.contact (
        id int PRIMARY KEY, full_name text NOT NULL, email text, phone text);
    CREATE TABLE sample_airline.ticket (
        ticket_no int PRIMARY KEY, subject text NOT NULL, priority text NOT NULL, opened_on date NOT NULL);
    CREATE TABLE sample_airline.agent (
        login text PRIMARY KEY, full_name text NOT NULL);

    INSERT INTO sample_airline.passenger VALUES
        (1, 'Ines', 'Carvalho', '1984-03-17', 'LIS'), (2, 'Marek', 'Dvorsky', '1991-11-02', 'PRG'),
        (3, 'Aiko', 'Tanabe', '1978-07-29', 'KIX'), (4, 'Oluwaseun', 'Adeyemi', '1969-01-08', 'LOS'),
        (5, 'Freya', 'Halvorsen', '2001-05-23', 'BGO'), (6, 'Rafael', 'Quintero', '1995-09-14', 'MDE'),
        (7, 'Tess', 'Quintero', '2016-12-01', 'MDE'), (8, 'Bashir', 'Haddad', '1959-04-30', 'BEY');
    INSERT INTO sample_airline.loyalty_account VALUES
        ('SK-104417', 'Gold', 61200), ('SK-230985', 'Blue', 4150), ('SK-088216', 'Platinum', 188430),
        ('SK-361702', 'Silver', 27900), ('SK-455093', 'Blue', 900), ('SK-019964', 'Gold', 73015),
        ('SK-507731', 'Blue', 0);
    INSERT INTO sample_airline.contact VALUES
        (1, 'Ines Carvalho', 'ines.carvalho@example.com', '+351 555 0117'),
        (2, 'Rafael Quintero', 'rafa.q@example.net', '+57 555 0143'),
        (3, 'Greta Blom', 'g.blom@tulpreizen.example', '+31 555 0188'),
        (4, 'Aiko Tanabe', 'aiko@tanabe.example', NULL),
        (5, 'Nadia Haddad', 'nadia.haddad@example.org', '+961 555 0121');
    INSERT INTO sample_airline.ticket VALUES
        (1001, 'Suitcase arrived two days late', 'high', '2025-02-03'),
        (1002, 'Seat map shows the wrong aircraft', 'low', '2025-02-11'),
        (1003, 'Miles of a codeshare flight are missing', 'normal', '2025-03-02'),
        (1004, 'Wheelchair at both ends, please', 'high', '2025-03-19'),
        (1005, 'Refund for a cancelled leg', 'normal', '2025-04-07'),
        (1006, 'Child meal was forgotten', 'low', '2025-04-22'),
        (1007, 'Group booking: 14 names to change', 'normal', '2025-05-06'),
        (1008, 'Invoice without the company''s VAT number', 'low', '2025-05-09'),
        (1009, 'Missed connection, hotel not booked', 'high', '2025-06-15');
    INSERT INTO sample_airline.agent VALUES
        ('lmoreau', 'Louise Moreau'), ('dkim', 'Daniel Kim'), ('sosei', 'Sena Osei');

    PERFORM relate.register_module('sample_airline.passenger', kind => 'individual');
    PERFORM relate.register_module('sample_airline.loyalty_account', name_columns => '{account_no}');
    PERFORM relate.register_module('sample_airline.contact', kind => 'individual');
    PERFORM relate.register_module('sample_airline.ticket', name_columns => '{subject}', date_column => 'opened_on');
    PERFORM relate.register_module('sample_airline.agent', is_system => true);

    PERFORM relate.create_relationship_type('loyalty account', 'passenger', 'loyalty_account', 'one_to_one',
        source_role => 'Member', target_role => 'Account', label => 'collects miles on', inverse_label => 'is the account of',
        default_importance => 4);
    PERFORM relate.create_relationship_type('ticket', 'contact', 'ticket', 'one_to_many',
        source_role => 'Reporter', label => 'reported', inverse_label => 'was reported by', default_importance => 4);
    -- Users of the system are assigned by a lookup: ticket, assigned agent, user.
    PERFORM relate.create_relationship_type('assigned agent', 'ticket', 'agent', 'many_to_one',
        target_role => 'Assigned Agent', label => 'is handled by', inverse_label => 'handles');
    PERFORM relate.create_relationship_type('booking for', 'contact', 'passenger', 'many_to_many',
        source_role => 'Booker', target_role => 'Traveller', label => 'books for', inverse_label => 'is booked by',
        source_may => '{book,change}', is_perpetual => true);
    PERFORM relate.create_relationship_type('travel companion', 'passenger', 'passenger', 'many_to_many',
        source_role => 'Companion', label => 'travels with', is_symmetric => true, default_importance => 2);

    INSERT INTO sample_airline.relationship_list
        (relationship_type, source_key, target_key, start_date, end_date, description)
    VALUES
        ('loyalty account', '1', 'SK-104417', '2017-06-01', NULL, NULL),
        ('loyalty account', '2', 'SK-230985', '2023-01-15', NULL, NULL),
        ('loyalty account', '3', 'SK-088216', '2009-04-02', NULL, NULL),
        ('loyalty account', '4', 'SK-361702', '2019-10-20', NULL, NULL),
        ('loyalty account', '5', 'SK-455093', '2024-08-11', NULL, NULL),
        ('loyalty account', '6', 'SK-507731', '2020-02-01', '2022-06-30', 'Card lost, account closed'),
        ('loyalty account', '6', 'SK-019964', '2022-07-01', NULL, 'Replaces SK-507731'),
        ('ticket', '1', '1001', '2025-02-03', NULL, NULL), ('ticket', '1', '1003', '2025-03-02', NULL, NULL),
        ('ticket', '1', '1009', '2025-06-15', NULL, NULL), ('ticket', '2', '1006', '2025-04-22', NULL, NULL),
        ('ticket', '3', '1002', '2025-02-11', NULL, NULL), ('ticket', '3', '1007', '2025-05-06', NULL, NULL),
        ('ticket', '3', '1008', '2025-05-09', NULL, NULL), ('ticket', '4', '1005', '2025-04-07', NULL, NULL),
        ('ticket', '5', '1004', '2025-03-19', NULL, NULL),
        ('assigned agent', '1001', 'lmoreau', '2025-02-03', '2025-02-06', 'Tracing desk'),
        ('assigned agent', '1001', 'dkim', '2025-02-07', NULL, 'Compensation'),
        ('assigned agent', '1003', 'dkim', '2025-03-02', NULL, NULL),
        ('assigned agent', '1004', 'sosei', '2025-03-19', NULL, NULL),
        ('assigned agent', '1007', 'lmoreau', '2025-05-06', NULL, NULL),
        ('assigned agent', '1009', 'sosei', '2025-06-15', NULL, NULL),
        ('booking for', '1', '1', NULL, NULL, NULL), ('booking for', '2', '6', NULL, NULL, NULL),
        ('booking for', '2', '7', NULL, NULL, 'Father'), ('booking for', '3', '2', NULL, NULL, 'Travel agency'),
        ('booking for', '3', '5', NULL, NULL, 'Travel agency'), ('booking for', '4', '3', NULL, NULL, NULL),
        ('booking for', '5', '8', NULL, NULL, 'Daughter'),
        ('travel companion', '6', '7', '2016-12-01', NULL, 'Father and daughter'),
        ('travel companion', '1', '2', '2024-09-01', '2025-01-31', 'Commuted Lisbon to Prague together');

    PERFORM relate.add_status('contact', 'Key account', 1);
    PERFORM relate.set_status('contact', '3', 'Key account', '2022-01-01');
    PERFORM relate.set_status('contact', '1', 'Customer', '2017-06-01');
    PERFORM relate.set_status('contact', '5', 'Prospect', '2025-03-19');
END;
$$;
COMMENT ON FUNCTION relate.load_sample_airline() IS
'Internal. Tables, records, types and relationships of the sample "airline", in its schema and the current workspace.';

-- ---- property: many to one, keys that are uuids, records of two kinds -------------------

CREATE FUNCTION relate.load_sample_property() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE sample_property.contact (
        id int PRIMARY KEY, name text NOT NULL, kind text NOT NULL, email text);
    CREATE TABLE sample_property.opportunity (
        id int PRIMARY KEY, title text NOT NULL, stage text NOT NULL, amount numeric(12,2), created_on date NOT NULL);
    CREATE TABLE sample_property.listing (
        listing_id uuid PRIMARY KEY, title text NOT NULL, town text NOT NULL, asking_price numeric(12,2));
    CREATE TABLE sample_property.broker (
        id int PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL);

    INSERT INTO sample_property.contact VALUES
        (1, 'Leonor Bettencourt', 'individual', 'leonor@bettencourt.example'),
        (2, 'Henrik Aalto', 'individual', 'h.aalto@example.com'),
        (3, 'Sadia Rahman', 'individual', 'sadia.rahman@example.net'),
        (4, 'Copperfield Homes', 'organization', 'deals@copperfield.example'),
        (5, 'Tevita Moala', 'individual', NULL),
        (6, 'Bluegate Pension Fund', 'organization', 'property@bluegate.example');
    INSERT INTO sample_property.opportunity VALUES
        (1, 'Harbour flat, first purchase', 'Viewing', 312000, '2025-01-20'),
        (2, 'Villa with orchard', 'Offer made', 745000, '2025-02-14'),
        (3, 'Building plot on Mill Lane', 'Won', 98000, '2024-06-03'),
        (4, 'Twelve row houses', 'Negotiation', 3400000, '2025-03-08'),
        (5, 'Studio to let', 'Lost', 134000, '2024-09-30'),
        (6, 'Office floor, long lease', 'Viewing', 1250000, '2025-04-25'),
        (7, 'Cottage for the weekends', 'New', 188000, '2025-05-02');
    INSERT INTO sample_property.listing VALUES
        ('0a6d9f14-51c7-4b0e-9c35-7be1d20f6a01', 'Harbour flat, 3 rooms', 'Lagoa', 318000),
        ('1c27e8b3-90d4-4f6a-8a12-43d5b9e07c02', 'Villa Oliveira', 'Tavira', 760000),
        ('2f93b0c8-1e65-4d27-b7f0-95a86c41de03', 'Plot 17, Mill Lane', 'Norvik', 98000),
        ('3e58d7a1-c2f9-48b3-8e64-0d17f3b52a04', 'Saltworks Terrace', 'Norvik', 3500000),
        ('4b71c6e2-7d08-4a95-9f1b-6c20e8d34f05', 'Old Mint, 4th floor', 'Hedby', 1300000);
    INSERT INTO sample_property.broker VALUES (1, 'Wilma', 'Ostrander'), (2, 'Joon-ho', 'Pak');

    PERFORM relate.register_module('sample_property.contact', kind_column => 'kind');
    PERFORM relate.register_module('sample_property.opportunity', plural => 'Opportunities', date_column => 'created_on');
    PERFORM relate.register_module('sample_property.listing');
    PERFORM relate.register_module('sample_property.broker', kind => 'individual');

    PERFORM relate.create_relationship_type('buyer', 'opportunity', 'contact', 'many_to_one',
        source_role => 'Deal', target_role => 'Buyer', label => 'is a deal with', inverse_label => 'buys in',
        default_importance => 5);
    PERFORM relate.create_relationship_type('subject of deal', 'opportunity', 'listing', 'many_to_one',
        source_role => 'Deal', target_role => 'Property', label => 'is about', inverse_label => 'is wanted in',
        is_perpetual => true);
    PERFORM relate.create_relationship_type('broker of deal', 'opportunity', 'broker', 'many_to_one',
        source_role => 'Deal', target_role => 'Broker', label => 'is led by', inverse_label => 'leads');
    PERFORM relate.create_relationship_type('spouse', 'contact', 'contact', 'one_to_one', source_kind => 'individual',
        source_role => 'Spouse', label => 'is married to', is_symmetric => true, source_may => '{sign}');
    PERFORM relate.create_relationship_type('representative', 'contact', 'contact', 'many_to_many',
        source_kind => 'individual', target_kind => 'organization', source_role => 'Representative', target_role => 'Client',
        label => 'represents', inverse_label => 'is represented by', source_may => '{sign,view}');

    INSERT INTO sample_property.relationship_list
        (relationship_type, source_key, target_key, start_date, end_date, importance, description)
    VALUES
        ('buyer', '1', '1', '2025-01-20', NULL, NULL, NULL), ('buyer', '2', '1', '2025-02-14', NULL, NULL, NULL),
        ('buyer', '3', '1', '2024-06-03', NULL, 3, 'Her first plot with us'),
        ('buyer', '4', '4', '2025-03-08', NULL, NULL, NULL),
        ('buyer', '5', '2', '2024-09-30', '2024-12-10', 2, 'Bought elsewhere'),
        ('buyer', '6', '6', '2025-04-25', NULL, NULL, NULL), ('buyer', '7', '2', '2025-05-02', NULL, NULL, NULL),
        ('subject of deal', '1', '0a6d9f14-51c7-4b0e-9c35-7be1d20f6a01', NULL, NULL, NULL, NULL),
        ('subject of deal', '2', '1c27e8b3-90d4-4f6a-8a12-43d5b9e07c02', NULL, NULL, NULL, NULL),
        ('subject of deal', '3', '2f93b0c8-1e65-4d27-b7f0-95a86c41de03', NULL, NULL, NULL, NULL),
        ('subject of deal', '4', '3e58d7a1-c2f9-48b3-8e64-0d17f3b52a04', NULL, NULL, NULL, NULL),
        ('subject of deal', '6', '4b71c6e2-7d08-4a95-9f1b-6c20e8d34f05', NULL, NULL, NULL, NULL),
        ('broker of deal', '1', '1', '2025-01-20', NULL, NULL, NULL),
        ('broker of deal', '2', '1', '2025-02-14', '2025-03-31', NULL, 'On leave from April'),
        ('broker of deal', '2', '2', '2025-04-01', NULL, NULL, NULL),
        ('broker of deal', '4', '2', '2025-03-08', NULL, NULL, NULL),
        ('broker of deal', '6', '1', '2025-04-25', NULL, NULL, NULL),
        ('spouse', '1', '2', '2011-08-27', NULL, 4, NULL),
        ('representative', '3', '4', '2023-02-01', NULL, NULL, 'Head of acquisitions'),
        ('representative', '5', '6', '2020-05-01', '2024-12-31', NULL, 'Outside counsel'),
        ('representative', '3', '6', '2025-01-01', NULL, NULL, 'Took over from Tevita Moala');

    PERFORM relate.set_status('contact', '1', 'Customer', '2024-06-03');
    PERFORM relate.set_status('contact', '4', 'Prospect', '2025-03-08');
    PERFORM relate.set_status('contact', '6', 'Prospect', '2025-04-25');
END;
$$;
COMMENT ON FUNCTION relate.load_sample_property() IS
'Internal. Tables, records, types and relationships of the sample "property", in its schema and the current workspace.';

-- ---- elevator: many to many with a limit, a key of two columns, a hierarchy --------------

CREATE FUNCTION relate.load_sample_elevator() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE sample_elevator.technician (
        id int PRIMARY KEY, full_name text NOT NULL, certificate text NOT NULL);
    CREATE TABLE sample_elevator.building (
        id int PRIMARY KEY, name text NOT NULL, street text NOT NULL);
    CREATE TABLE sample_elevator.elevator (
        building_id int NOT NULL REFERENCES sample_elevator.building, car int NOT NULL, name text NOT NULL,
        PRIMARY KEY (building_id, car));
    CREATE TABLE sample_elevator.service_request (
        id int PRIMARY KEY, title text NOT NULL, reported_on date NOT NULL, is_urgent boolean NOT NULL);

    INSERT INTO sample_elevator.technician VALUES
        (1, 'Alexandra Petrov', 'Class A'), (2, 'John Mbeki', 'Class A'), (3, 'Siobhan Kearney', 'Class B'),
        (4, 'Luca Ferrante', 'Class B'), (5, 'Minh Anh Vu', 'Apprentice');
    INSERT INTO sample_elevator.building VALUES
        (1, 'Meridian Tower', '4 Quay Street'), (2, 'St. Brigid''s Hospital', '12 Hill Road'),
        (3, 'Larkspur Apartments', '77 Garden Row');
    INSERT INTO sample_elevator.elevator VALUES
        (1, 1, 'Meridian, left car'), (1, 2, 'Meridian, right car'), (1, 3, 'Meridian, goods lift'),
        (2, 1, 'Hospital, bed lift'), (2, 2, 'Hospital, visitors'), (3, 1, 'Larkspur, only car');
    INSERT INTO sample_elevator.service_request VALUES
        (1, 'Doors close too fast', '2025-03-03', false), (2, 'Yearly inspection', '2025-03-10', false),
        (3, 'Car stops between floors 6 and 7', '2025-03-12', true), (4, 'Replace the hoist rope', '2025-04-01', false),
        (5, 'Alarm button is dead', '2025-04-15', true), (6, 'Retrofit of the controller', '2025-05-05', false);

    PERFORM relate.register_module('sample_elevator.technician', kind => 'individual');
    PERFORM relate.register_module('sample_elevator.building');
    PERFORM relate.register_module('sample_elevator.elevator');
    PERFORM relate.register_module('sample_elevator.service_request', date_column => 'reported_on');

    -- A crew has at most three people at any time.
    PERFORM relate.create_relationship_type('assignment', 'technician', 'service_request', 'many_to_many',
        source_role => 'Technician', target_role => 'Job', label => 'works on', inverse_label => 'is worked on by',
        max_sources_per_target => 3, default_importance => 4);
    PERFORM relate.create_relationship_type('faulty elevator', 'service_request', 'elevator', 'many_to_one',
        source_role => 'Request', label => 'concerns', inverse_label => 'has', is_perpetual => true);
    PERFORM relate.create_relationship_type('location', 'elevator', 'building', 'many_to_one',
        label => 'is in', inverse_label => 'houses', is_perpetual => true);
    PERFORM relate.create_relationship_type('supervision', 'technician', 'technician', 'many_to_one',
        source_role => 'Junior', target_role => 'Supervisor', label => 'reports to', inverse_label => 'supervises',
        hierarchy_parent => 'target', default_importance => 2);

    INSERT INTO sample_elevator.relationship_list
        (relationship_type, source_key, target_key, start_date, end_date, description)
    VALUES
        ('assignment', '1', '1', '2025-03-04', '2025-03-04', NULL), ('assignment', '1', '2', '2025-03-10', '2025-03-11', NULL),
        ('assignment', '2', '3', '2025-03-12', '2025-03-14', 'On call'),
        ('assignment', '1', '3', '2025-03-12', '2025-03-13', NULL), ('assignment', '3', '3', '2025-03-13', '2025-03-14', NULL),
        ('assignment', '3', '4', '2025-04-07', '2025-04-11', NULL), ('assignment', '4', '4', '2025-04-07', '2025-04-11', NULL),
        ('assignment', '5', '4', '2025-04-08', '2025-04-11', 'Learning to splice'),
        ('assignment', '2', '5', '2025-04-15', '2025-04-15', NULL),
        ('assignment', '1', '6', '2025-05-12', NULL, 'Lead'), ('assignment', '4', '6', '2025-05-12', NULL, NULL),
        ('assignment', '5', '6', '2025-05-19', NULL, NULL),
        ('faulty elevator', '1', '(1,1)', NULL, NULL, NULL), ('faulty elevator', '2', '(2,1)', NULL, NULL, NULL),
        ('faulty elevator', '3', '(1,2)', NULL, NULL, NULL), ('faulty elevator', '4', '(1,3)', NULL, NULL, NULL),
        ('faulty elevator', '5', '(3,1)', NULL, NULL, NULL), ('faulty elevator', '6', '(2,2)', NULL, NULL, NULL),
        ('location', '(1,1)', '1', NULL, NULL, NULL), ('location', '(1,2)', '1', NULL, NULL, NULL),
        ('location', '(1,3)', '1', NULL, NULL, NULL), ('location', '(2,1)', '2', NULL, NULL, NULL),
        ('location', '(2,2)', '2', NULL, NULL, NULL), ('location', '(3,1)', '3', NULL, NULL, NULL),
        ('supervision', '3', '1', '2021-01-01', NULL, NULL), ('supervision', '4', '2', '2022-09-01', '2024-12-31', NULL),
        ('supervision', '4', '1', '2025-01-01', NULL, NULL), ('supervision', '5', '4', '2025-02-01', NULL, NULL);

    PERFORM relate.set_status('building', '2', 'Customer', '2018-01-01');
    PERFORM relate.set_status('building', '3', 'Prospect', '2025-04-15');
END;
$$;
COMMENT ON FUNCTION relate.load_sample_elevator() IS
'Internal. Tables, records, types and relationships of the sample "elevator", in its schema and the current workspace.';

-- ---- network: who knows whom, around one opportunity --------------------------------------

CREATE FUNCTION relate.load_sample_network() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE sample_network.contact (
        id int PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, email text);
    CREATE TABLE sample_network.organization (
        id int PRIMARY KEY, name text NOT NULL, city text);
    CREATE TABLE sample_network.opportunity (
        id int PRIMARY KEY, title text NOT NULL, amount numeric(12,2), created_on date NOT NULL);
    CREATE TABLE sample_network.address (
        id int PRIMARY KEY, line text NOT NULL);

    INSERT INTO sample_network.contact VALUES
        (1, 'Jim', 'Smith', 'jim.smith@example.com'), (2, 'Bob', 'Jones', 'bob.jones@example.com'),
        (3, 'Carmen', 'Jones', NULL), (4, 'Dolores', 'Vance', 'dolores.vance@example.net'),
        (5, 'Tomasz', 'Wieczorek', 't.wieczorek@example.net'), (6, 'Priya', 'Raman', 'priya@raman.example'),
        (7, 'Hana', 'Okafor', NULL), (8, 'Luis', 'Ferreira', 'luis.ferreira@example.org'),
        (9, 'Grace', 'Lindqvist', NULL);
    INSERT INTO sample_network.organization VALUES
        (1, 'Worldwide Widgets', 'Dayton'), (2, 'Widget Consulting', 'Columbus'), (3, 'Amalgamated', 'Toledo'),
        (4, 'Amalgamated Logistics', 'Toledo'), (5, 'West State University', 'Athens');
    INSERT INTO sample_network.opportunity VALUES
        (1, 'Amalgamated: new widget line', 480000, '2025-02-10'),
        (2, 'Worldwide Widgets: spare parts for 2026', 65000, '2025-05-19'),
        (3, 'Amalgamated Logistics: conveyor refit', 120000, '2024-08-05');
    INSERT INTO sample_network.address VALUES
        (1, 'Worldwide Widgets, 200 Foundry Road, Dayton'), (2, 'Amalgamated, 1 Amalgamated Plaza, Toledo');

    PERFORM relate.register_module('sample_network.contact', kind => 'individual');
    PERFORM relate.register_module('sample_network.organization', kind => 'organization');
    PERFORM relate.register_module('sample_network.opportunity', plural => 'Opportunities', date_column => 'created_on');
    PERFORM relate.register_module('sample_network.address', name_columns => '{line}');

    PERFORM relate.create_relationship_type('employment', 'contact', 'organization', 'many_to_many',
        source_role => 'Employee', target_role => 'Employer', label => 'works for', inverse_label => 'employs',
        source_may => '{order}');
    PERFORM relate.create_relationship_type('alumni', 'contact', 'organization', 'many_to_many',
        source_role => 'Alumnus', target_role => 'University', label => 'studied at', inverse_label => 'taught',
        default_importance => 2, has_contact_details => false);
    PERFORM relate.create_relationship_type('friendship', 'contact', 'contact', 'many_to_many',
        source_role => 'Friend', label => 'is a friend of', is_symmetric => true, default_importance => 4);
    PERFORM relate.create_relationship_type('marriage', 'contact', 'contact', 'one_to_one',
        source_role => 'Spouse', label => 'is married to', is_symmetric => true, source_may => '{*}');
    PERFORM relate.create_relationship_type('decision', 'contact', 'opportunity', 'many_to_many',
        source_role => 'Decision Maker', target_role => 'Opportunity', label => 'decides on', inverse_label => 'is decided by',
        default_importance => 5);
    PERFORM relate.create_relationship_type('customer', 'opportunity', 'organization', 'many_to_one',
        source_role => 'Opportunity', target_role => 'Customer', label => 'is a sale to', inverse_label => 'may buy in',
        default_importance => 4);
    PERFORM relate.create_relationship_type('subsidiary', 'organization', 'organization', 'many_to_one',
        source_role => 'Subsidiary', target_role => 'Parent company', label => 'belongs to', inverse_label => 'owns',
        hierarchy_parent => 'target');

    INSERT INTO sample_network.relationship_list
        (relationship_type, source_key, target_key, start_date, end_date, importance, description, email, phone,
         address_module, address_key)
    VALUES
        ('employment', '1', '1', '2012-05-01', '2018-12-31', 2, 'Regional Sales Manager', NULL, NULL, NULL, NULL),
        ('employment', '1', '1', '2019-01-01', NULL, 5, 'VP of Sales', 'jsmith@worldwide-widgets.example', '+1 555 0101',
         'address', '1'),
        ('employment', '9', '1', '2010-03-01', '2018-12-31', NULL, 'VP of Sales', NULL, NULL, NULL, NULL),
        ('employment', '6', '1', '2016-09-12', NULL, 4, 'VP of Engineering', 'praman@worldwide-widgets.example', NULL,
         'address', '1'),
        ('employment', '2', '2', '2015-04-01', NULL, 4, 'Consultant', 'bob@widget-consulting.example', '+1 555 0102',
         NULL, NULL),
        ('employment', '8', '2', '2008-01-01', NULL, 5, 'Managing Partner', NULL, NULL, NULL, NULL),
        ('employment', '4', '3', '2014-11-03', NULL, 5, 'Chief Financial Officer', 'dvance@amalgamated.example', '+1 555 0103',
         'address', '2'),
        ('employment', '5', '3', '2020-02-17', NULL, 4, 'Head of Procurement', 'twieczorek@amalgamated.example', NULL,
         'address', '2'),
        ('employment', '7', '5', '2003-08-15', NULL, 3, 'Dean of Alumni', NULL, NULL, NULL, NULL);
    INSERT INTO sample_network.relationship_list
        (relationship_type, source_key, target_key, start_date, end_date, description)
    VALUES
        ('alumni', '1', '5', '1989-09-01', '1993-06-15', 'Business Administration'),
        ('alumni', '2', '5', '1989-09-01', '1993-06-15', 'Industrial Engineering'),
        ('alumni', '6', '5', '1998-09-01', '2002-06-14', 'Mechanical Engineering'),
        ('friendship', '1', '2', '1989-09-01', NULL, 'Friends ever since they were college roommates at West State University'),
        ('friendship', '4', '8', '2016-01-01', NULL, 'Sail together'),
        ('marriage', '2', '3', '1997-06-21', NULL, NULL),
        ('decision', '2', '1', '2025-02-10', NULL, 'Outside consultant on the decision-making team'),
        ('decision', '4', '1', '2025-02-10', NULL, 'Signs the order'),
        ('decision', '5', '1', '2025-02-10', '2025-04-30', 'Ran the tender'),
        ('decision', '6', '2', '2025-05-19', NULL, NULL),
        ('customer', '1', '3', '2025-02-10', NULL, NULL), ('customer', '2', '1', '2025-05-19', NULL, NULL),
        ('customer', '3', '4', '2024-08-05', '2024-12-20', 'Lost on price'),
        ('subsidiary', '4', '3', '2009-07-01', NULL, NULL);

    PERFORM relate.set_status('organization', '1', 'Customer', '2012-05-01');
    PERFORM relate.set_status('organization', '3', 'Prospect', '2024-08-05');
    PERFORM relate.set_status('contact', '1', 'Customer', '2012-05-01');
END;
$$;
COMMENT ON FUNCTION relate.load_sample_network() IS
'Internal. Tables, records, types and relationships of the sample "network", in its schema and the current workspace.';

-- ---- the verb ---------------------------------------------------------------------------------

CREATE FUNCTION relate.sample_script(sample text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE sample
    WHEN 'airline' THEN $script$
-- Who is Rafael Quintero to us, and what has he?
SELECT role, label, name, start_date, end_date
FROM relate.related_records('passenger', 6, show => 'all');
-- Which tickets has each contact?
SELECT source_name, label, target_name, start_date
FROM sample_airline.relationship_list WHERE relationship_type = 'ticket';
-- An account belongs to one passenger: this is refused.
SELECT relate.connect('passenger', 7, 'collects miles on', 'loyalty_account', 'SK-104417');
$script$
    WHEN 'property' THEN $script$
-- Which deals has Leonor Bettencourt?
SELECT role, label, name, start_date, importance
FROM relate.related_records('contact', 1);
-- All there is about one deal.
SELECT jsonb_pretty(relate.record_overview('opportunity', 2));
-- A deal has one buyer: this is refused.
SELECT relate.connect('opportunity', 1, 'is a deal with', 'contact', 5);
$script$
    WHEN 'elevator' THEN $script$
-- Who worked on the car that got stuck?
SELECT role, name, start_date, end_date
FROM relate.related_records('service_request', 3, show => 'all');
-- A crew has at most three people at any time: this is refused.
SELECT relate.connect('technician', 2, 'works on', 'service_request', 6, '2025-06-01');
-- Nobody reports to his own apprentice: this is refused.
SELECT relate.connect('technician', 1, 'reports to', 'technician', 5, '2025-06-01');
$script$
    WHEN 'network' THEN $script$
-- Whom and what does Jim Smith know?
SELECT role, name, start_date, description
FROM relate.related_records('contact', 1);
-- Who decides on the opportunity at Amalgamated?
SELECT role, name, description
FROM relate.related_records('opportunity', 1, '{decision}');
-- And who of their friends could introduce us?
SELECT d.name AS decision_maker, f.name AS friend, f.description
FROM relate.related_records('opportunity', 1, '{decision}') AS d,
     relate.related_records('contact', d.key, '{friendship}') AS f;
$script$
END;
COMMENT ON FUNCTION relate.sample_script(text) IS
'Internal. Three statements to try on a sample, with what each shows.';

CREATE FUNCTION relate.load_sample(name text) RETURNS SETOF text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
SET relate.workspace = ''
AS $$
DECLARE
    workspace CONSTANT name := relate.sample_schema(name);
    modules text;
    relationships bigint;
    is_default boolean;
BEGIN
    PERFORM relate.create_workspace(workspace);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', workspace, format('Sample "%s" of pg_relate, all of it invented.', name));
    -- Ends with this function, which has the setting in its definition.
    PERFORM set_config('relate.workspace', workspace, true);
    CASE name
        WHEN 'airline' THEN PERFORM relate.load_sample_airline();
        WHEN 'property' THEN PERFORM relate.load_sample_property();
        WHEN 'elevator' THEN PERFORM relate.load_sample_elevator();
        WHEN 'network' THEN PERFORM relate.load_sample_network();
    END CASE;
    EXECUTE format('SELECT string_agg(lower(plural), '', '' ORDER BY module_id) FROM %I.module', workspace) INTO modules;
    EXECUTE format('SELECT count(*) FROM %I.relationship', workspace) INTO relationships;
    EXECUTE format('SELECT is_default FROM %I.workspace', workspace) INTO is_default;

    RETURN NEXT format('-- Loaded into schema %s: %s, and %s relationships.', workspace, modules, relationships);
    IF NOT is_default THEN
        RETURN NEXT format('SET relate.workspace = %L;', workspace);
    END IF;
    RETURN QUERY SELECT string_to_table(btrim(relate.sample_script(name), E'\n'), E'\n');
    RETURN NEXT format('-- To remove it: DROP SCHEMA %I CASCADE;', workspace);
END;
$$;
COMMENT ON FUNCTION relate.load_sample(text) IS
'Loads a small invented world to try things on: airline (1:1, 1:N, a system module), property (N:1, uuid keys, kinds), elevator (N:M with a limit, keys of two columns, a hierarchy) or network (who knows whom). Makes the schema sample_<name>, which holds the sample''s tables and is a workspace of its own: the default one if it is the first of the database. Returns a script to try, line by line. Errors: 42704 unknown sample, 42710 its schema exists already.';
