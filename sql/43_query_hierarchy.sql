
-- Hierarchies: who is above and below a record, by a type with hierarchy_parent.
--
-- All functions read as the caller, as of a day: SELECT on the workspace's table
-- "relationship" is needed (42501 otherwise), and policies on it apply. A record
-- with several parents comes once, at its least depth. They hold the records met
-- in memory, at most work_mem times hash_mem_multiplier (53200 beyond).

CREATE FUNCTION relate.hierarchy_support(internal) RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_hierarchy_support';
COMMENT ON FUNCTION relate.hierarchy_support(internal) IS
'Internal. Tells the planner how many rows the functions that walk relationships give, from the statistics of the table "relationship", and where they would know their records ahead.';

CREATE FUNCTION relate.ancestors(type text, key relate.record_key, as_of date DEFAULT current_date,
    max_depth int DEFAULT NULL, module text DEFAULT NULL)
RETURNS TABLE (module text, key relate.record_key, depth int, parent_module text, parent_key relate.record_key)
LANGUAGE c STABLE PARALLEL SAFE COST 100 ROWS 10 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_ancestors';
COMMENT ON FUNCTION relate.ancestors(text, relate.record_key, date, int, text) IS
'The records above a record in a hierarchy, nearest first: depth 1 are its parents. parent_module and parent_key are the parent of the record in the row, the first one where it has several, null at the top. module: that of the record asked about, needed only where the type leaves the child''s module open. Errors: 42704 unknown type, module or record; 22023 the type is no hierarchy, max_depth below 0; 22004 null type or key, no module where one is needed; 42501; 53200.';

CREATE FUNCTION relate.descendants(type text, key relate.record_key, as_of date DEFAULT current_date,
    max_depth int DEFAULT NULL, module text DEFAULT NULL)
RETURNS TABLE (module text, key relate.record_key, depth int, parent_module text, parent_key relate.record_key)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 1000 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_descendants';
COMMENT ON FUNCTION relate.descendants(text, relate.record_key, date, int, text) IS
'The records below a record in a hierarchy, breadth first: depth 1 are its children, in the order of their keys. parent_module and parent_key are the parent through which the record is reached, the first one where there are several. module: that of the record asked about, needed only where the type leaves the parent''s module open. Errors as of ancestors.';

CREATE FUNCTION relate.children(type text, key relate.record_key, as_of date DEFAULT current_date, module text DEFAULT NULL)
RETURNS TABLE (module text, key relate.record_key, depth int, parent_module text, parent_key relate.record_key)
LANGUAGE c STABLE PARALLEL SAFE COST 100 ROWS 10 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_children';
COMMENT ON FUNCTION relate.children(text, relate.record_key, date, text) IS
'The records directly below a record in a hierarchy: descendants of depth 1.';

CREATE FUNCTION relate.siblings(type text, key relate.record_key, as_of date DEFAULT current_date, module text DEFAULT NULL)
RETURNS TABLE (module text, key relate.record_key, depth int, parent_module text, parent_key relate.record_key)
LANGUAGE c STABLE PARALLEL SAFE COST 100 ROWS 10 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_siblings';
COMMENT ON FUNCTION relate.siblings(text, relate.record_key, date, text) IS
'The other children of a record''s parents, each once; depth is 0, the record''s own level. parent_module and parent_key are the shared parent. A root has none. Arguments and errors as of ancestors.';

CREATE FUNCTION relate.descendant_count(type text, key relate.record_key, as_of date DEFAULT current_date,
    max_depth int DEFAULT NULL, module text DEFAULT NULL) RETURNS bigint
LANGUAGE c STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'relate_descendant_count';
COMMENT ON FUNCTION relate.descendant_count(text, relate.record_key, date, int, text) IS
'How many records are below a record in a hierarchy, each counted once. Arguments and errors as of descendants.';

CREATE FUNCTION relate.hierarchy_tree(type text, key relate.record_key, as_of date DEFAULT current_date,
    max_depth int DEFAULT NULL, module text DEFAULT NULL)
RETURNS TABLE (module text, key relate.record_key, name text, role text, depth int, parent_module text,
    parent_key relate.record_key, child_count int, path relate.record_key[], tree text)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 1000 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_hierarchy_tree';
COMMENT ON FUNCTION relate.hierarchy_tree(text, relate.record_key, date, int, text) IS
'A record and all below it, depth first; of every root where key is null. depth is 0 for the record itself; child_count how many children a record has, shown or not; path the keys from the first record to this one; tree the name, indented by two blanks a level. role is the parent''s role for the first record, the child''s for the others. Names are null where the caller may not read them (then tree shows the key). Arguments and errors as of descendants.';

CREATE FUNCTION relate.hierarchy_roots(type text, as_of date DEFAULT current_date)
RETURNS TABLE (module text, key relate.record_key, name text)
LANGUAGE c STABLE PARALLEL SAFE COST 10000 ROWS 100 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_hierarchy_roots';
COMMENT ON FUNCTION relate.hierarchy_roots(text, date) IS
'The tops of a hierarchy: records that have children and no parent, by module and key. Errors: 42704 unknown type; 22023 the type is no hierarchy; 42501; 53200.';

CREATE FUNCTION relate.hierarchy_path(type text, key relate.record_key, as_of date DEFAULT current_date, module text DEFAULT NULL)
RETURNS TABLE (module text, key relate.record_key, name text, depth int)
LANGUAGE c STABLE PARALLEL SAFE COST 100 ROWS 10 AS 'MODULE_PATHNAME', 'relate_hierarchy_path';
COMMENT ON FUNCTION relate.hierarchy_path(text, relate.record_key, date, text) IS
'The way from the top of a hierarchy down to a record, the record included; depth counts from 0 at the top. Where there are several, a shortest one, over the first parents. Arguments and errors as of ancestors.';

CREATE FUNCTION relate.lowest_common_ancestor(type text, key relate.record_key, other_key relate.record_key,
    as_of date DEFAULT current_date, module text DEFAULT NULL, other_module text DEFAULT NULL)
RETURNS TABLE (module text, key relate.record_key, name text, distance int, other_distance int)
LANGUAGE c STABLE PARALLEL SAFE COST 100 ROWS 1 AS 'MODULE_PATHNAME', 'relate_lowest_common_ancestor';
COMMENT ON FUNCTION relate.lowest_common_ancestor(text, relate.record_key, relate.record_key, date, text, text) IS
'The lowest record that is above both records, or is one of them and above the other; no row where there is none. distance and other_distance are how far it is above each. Where several parents leave several, the one of the least sum of distances, then the first by module and key. Arguments and errors as of ancestors.';

CREATE FUNCTION relate.is_under(type text, key relate.record_key, ancestor_key relate.record_key,
    as_of date DEFAULT current_date, module text DEFAULT NULL, ancestor_module text DEFAULT NULL) RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 30 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_is_under';
COMMENT ON FUNCTION relate.is_under(text, relate.record_key, relate.record_key, date, text, text) IS
'Whether a record is below another one in a hierarchy. Null where a key is null. The modules are needed only where the type leaves them open. Errors: 42704 unknown type, module or record; 22023 the type is no hierarchy; 22004; 42501; 53200.';

CREATE FUNCTION relate.is_under_or_equal(type text, key relate.record_key, ancestor_key relate.record_key,
    as_of date DEFAULT current_date, module text DEFAULT NULL, ancestor_module text DEFAULT NULL) RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 30 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_is_under_or_equal';
COMMENT ON FUNCTION relate.is_under_or_equal(text, relate.record_key, relate.record_key, date, text, text) IS
'Whether a record is below another one in a hierarchy, or is that record. See is_under.';

CREATE FUNCTION relate.is_not_under(type text, key relate.record_key, ancestor_key relate.record_key,
    as_of date DEFAULT current_date, module text DEFAULT NULL, ancestor_module text DEFAULT NULL) RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 30 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_is_not_under';
COMMENT ON FUNCTION relate.is_not_under(text, relate.record_key, relate.record_key, date, text, text) IS
'Whether a record is not below another one in a hierarchy: the opposite of is_under, true also for that record itself.';

CREATE FUNCTION relate.is_above(type text, key relate.record_key, descendant_key relate.record_key,
    as_of date DEFAULT current_date, module text DEFAULT NULL, descendant_module text DEFAULT NULL) RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 30 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_is_above';
COMMENT ON FUNCTION relate.is_above(text, relate.record_key, relate.record_key, date, text, text) IS
'Whether a record is above another one in a hierarchy. See is_under.';

CREATE FUNCTION relate.is_above_or_equal(type text, key relate.record_key, descendant_key relate.record_key,
    as_of date DEFAULT current_date, module text DEFAULT NULL, descendant_module text DEFAULT NULL) RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 30 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_is_above_or_equal';
COMMENT ON FUNCTION relate.is_above_or_equal(text, relate.record_key, relate.record_key, date, text, text) IS
'Whether a record is above another one in a hierarchy, or is that record. See is_under.';
