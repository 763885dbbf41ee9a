\set echo :ECHO
\set ECHO none
-- Run at the start of every session of a hostile test: relations with the names of a workspace's
-- tables, which pg_temp shows before any schema. They have other columns, so that a statement
-- that meets them fails.
CREATE TEMP TABLE workspace (sprung boolean);
CREATE TEMP TABLE module (sprung boolean);
CREATE TEMP TABLE relationship_type (sprung boolean);
CREATE TEMP TABLE relationship (sprung boolean);
CREATE TEMP TABLE status (sprung boolean);
CREATE TEMP TABLE record_status (sprung boolean);
CREATE TEMP TABLE relationship_list (sprung boolean);
CREATE TEMP TABLE relationship_sides (sprung boolean);
\set ECHO :echo
