-- Relationship status: the lists of statuses, and what each record is to us.
SET client_min_messages = warning;
SET DateStyle = 'ISO';
SELECT relate.create_workspace('action_status');
SET relate.workspace = 'action_status';
SET search_path = action_status;

-- What a statement that is refused says.
CREATE FUNCTION refusal(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    rule text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN NEXT concat_ws(' ', SQLSTATE, nullif(rule, '') || ':', SQLERRM);
    RETURN QUERY SELECT 'DETAIL: ' || detail WHERE detail <> '' UNION ALL SELECT 'HINT: ' || hint WHERE hint <> '';
END $$;

CREATE TABLE contact (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO contact VALUES (1, 'Jim'), (2, 'Bob'), (3, 'Ann'), (4, 'Sue');
CREATE TABLE company (code text PRIMARY KEY, name text NOT NULL);
INSERT INTO company VALUES ('WW', 'Worldwide Widgets'), ('AW', 'Amalgamated Widget');
SELECT relate.register_module('contact'), relate.register_module('company');

-- Every module starts with two.
SELECT * FROM relate.statuses('contact');
-- The list: add, rename, order, retire, restore.
SELECT relate.add_status('contact', 'Former customer') > 0 AS last, relate.add_status('contact', 'Lead', 1) > 0 AS first,
       relate.add_status('contact', 'Partner', 99) > 0 AS beyond;
SELECT relate.rename_status('contact', 'former customer', 'Lost'), relate.rename_status('contact', 'Lead', 'LEAD');
SELECT * FROM relate.statuses('contact');
SELECT relate.retire_status('contact', 'Partner');
SELECT relate.order_statuses('contact', '{Customer,lead,Prospect,Lost}');
SELECT * FROM relate.statuses('contact');
SELECT relate.restore_status('contact', 'Partner');
SELECT relate.order_statuses('contact', '{Partner,Customer,LEAD,Prospect,Lost}');
SELECT * FROM relate.statuses('contact');
-- Another module has a list of its own.
SELECT * FROM relate.statuses('company');

SELECT refusal($$SELECT relate.add_status('contact', 'CUSTOMER')$$);
SELECT refusal($$SELECT relate.add_status('contact', ' ')$$);
SELECT refusal($$SELECT relate.add_status('contact', 'Friend', 0)$$);
SELECT refusal($$SELECT relate.add_status('contract', 'Friend')$$);
SELECT refusal($$SELECT relate.add_status('contact', NULL)$$);
SELECT refusal($$SELECT relate.rename_status('contact', 'Friend', 'Foe')$$);
SELECT refusal($$SELECT relate.rename_status('contact', 'Lost', 'customer')$$);
SELECT refusal($$SELECT relate.rename_status('contact', 'Lost', '')$$);
SELECT refusal($$SELECT relate.rename_status('contact', 'Lost', NULL)$$);
SELECT refusal($$SELECT relate.order_statuses('contact', '{Partner,Customer}')$$);
SELECT refusal($$SELECT relate.order_statuses('contact', '{Partner,Customer,LEAD,Prospect,Lost,lost}')$$);
SELECT refusal($$SELECT relate.order_statuses('contact', '{Partner,Customer,LEAD,Prospect,Lost,Friend}')$$);
SELECT refusal($$SELECT relate.order_statuses('contact', '{}')$$);
SELECT refusal($$SELECT relate.order_statuses('contact', NULL)$$);
SELECT refusal($$SELECT relate.retire_status('contact', 'Friend')$$);
SELECT refusal($$SELECT relate.restore_status('company', 'Partner')$$);
SELECT refusal($$SELECT * FROM relate.statuses('contract')$$);
SELECT refusal($$SELECT * FROM relate.statuses(NULL)$$);

-- What a record is to us, since when and by whom.
SELECT relate.set_status('contact', 1, 'Customer', '2020-02-29'), relate.set_status('contact', 2, 'prospect', '2021-01-01'),
       relate.set_status('contact', '003', 'Prospect'), relate.set_status('company', 'WW', 'Customer', '2019-01-01');
SELECT relate.status_of('contact', 1), relate.status_of('contact', '0002'), relate.status_of('company', code), relate.status_of('contact', 4)
FROM company WHERE code = 'WW';
SELECT key, status, since = current_date AS today, set_at > now() - interval '1 minute' AS just_now, set_by = current_user AS by_me
FROM relate.records_with_status('contact', 'prospect') ORDER BY key::bigint;
-- Set again: the same status keeps its day and its author, a day given moves it, another status begins today.
UPDATE record_status SET set_by = 'somebody', set_at = '2021-01-01';
SELECT relate.set_status('contact', 1, 'customer'), relate.set_status('contact', 2, 'Prospect', '2021-02-01'), relate.set_status('contact', 3, 'Lost');
SELECT key, status, since = current_date AS today, set_by = 'somebody' AS untouched FROM relate.records_with_status('contact') ORDER BY key::bigint;
SELECT key, status, since FROM relate.records_with_status('contact', '{Customer,Prospect}'::text[]) ORDER BY key::bigint;
SELECT key, status, since FROM relate.records_with_status('contact', ARRAY['lost']) WHERE since < current_date;

-- In list views.
SELECT c.name, s.status, s.since FROM contact AS c JOIN relate.records_with_status('contact', '{Customer,Prospect}'::text[]) AS s ON c.id = s.key::bigint
ORDER BY c.name;
SELECT name FROM contact WHERE relate.status_of('contact', id) = 'Customer';
SELECT c.name, s.status IS NULL AS without FROM contact AS c LEFT JOIN relate.records_with_status('contact') AS s ON c.id = s.key::bigint
ORDER BY c.id;

-- A retired status stays readable and cannot be given, by nobody.
SELECT relate.retire_status('contact', 'Prospect');
SELECT relate.status_of('contact', 2), key, since FROM relate.records_with_status('contact', 'Prospect');
SELECT refusal($$SELECT relate.set_status('contact', 4, 'Prospect')$$);
SELECT refusal($$INSERT INTO record_status SELECT module_id, '4', status_id, '2020-01-01', now(), current_user
                 FROM status JOIN module USING (module_id) WHERE module.name = 'contact' AND status.name = 'Prospect'$$);
SELECT refusal($$SELECT relate.add_status('contact', 'prospect')$$);
SELECT relate.restore_status('contact', 'Prospect'), relate.set_status('contact', 4, 'Prospect');
SELECT relate.status_of('contact', 4);
-- Null takes it away, also twice.
SELECT relate.set_status('contact', 4, NULL), relate.set_status('contact', 4, NULL);
SELECT relate.status_of('contact', 4) IS NULL AS cleared;

-- Refused.
SELECT refusal($$SELECT relate.set_status('contact', 1, 'Friend')$$);
SELECT refusal($$SELECT relate.set_status('company', 'WW', 'Lost')$$);
SELECT refusal($$SELECT relate.set_status('contract', 1, 'Customer')$$);
SELECT refusal($$SELECT relate.set_status('contact', 9, 'Customer')$$);
SELECT refusal($$SELECT relate.set_status('contact', 'one', 'Customer')$$);
SELECT refusal($$SELECT relate.set_status('contact', 1, 'Customer', 'infinity')$$);
SELECT refusal($$SELECT relate.set_status(NULL, 1, 'Customer')$$);
SELECT refusal($$SELECT relate.set_status('contact', NULL::int, 'Customer')$$);
SELECT refusal($$SELECT relate.status_of('contract', 1)$$);
SELECT relate.status_of('contact', NULL::int) IS NULL AS nobody, relate.status_of('contact', 'one') IS NULL AS no_such_key;
SELECT refusal($$SELECT * FROM relate.records_with_status('contact', 'Friend')$$);
SELECT refusal($$SELECT * FROM relate.records_with_status('contract')$$);
SELECT refusal($$SELECT * FROM relate.records_with_status('contact', NULL::text)$$);
SELECT count(*) FROM relate.records_with_status('contact', '{}'::text[]);
-- Plain DML: a record that is not there, another module's status.
SELECT refusal($$INSERT INTO record_status SELECT module_id, '9', status_id, '2020-01-01', now(), current_user
                 FROM status JOIN module USING (module_id) WHERE module.name = 'contact' AND status.name = 'Customer'$$);
SELECT refusal($$UPDATE record_status SET status_id = (SELECT status_id FROM status JOIN module USING (module_id)
                 WHERE module.name = 'company' AND status.name = 'Customer') WHERE key::text = '1'$$);

-- A record that goes takes its status with it.
DELETE FROM contact WHERE id = 1;
SELECT key, status FROM relate.records_with_status('contact') ORDER BY key::bigint;
INSERT INTO contact VALUES (1, 'Jim again');
SELECT relate.status_of('contact', 1) IS NULL AS gone;

RESET search_path;
DROP SCHEMA action_status CASCADE;
