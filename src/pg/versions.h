// What differs between the versions of PostgreSQL that pg_relate builds with: here, and
// nowhere else. Included by pg.h.
//
// Calls have the newest version's form and, where there was no such call, a name of ours.
#pragma once

extern "C" {
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#endif
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif
}

// Whether input functions can tell of bad input without an error (input.cpp).
#define RELATE_HAS_SOFT_ERRORS (PG_VERSION_NUM >= 160000)

// Since 18 the magic block also says, to pg_get_loaded_modules(), what the library is.
#if PG_VERSION_NUM >= 180000
#define RELATE_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "pg_relate", .version = RELATE_VERSION)
#else
#define RELATE_MODULE_MAGIC PG_MODULE_MAGIC
#endif

namespace relate::pg {

// ---- rights -------------------------------------------------------------------

#if PG_VERSION_NUM >= 160000

inline AclResult check_right(Oid catalog, Oid object, Oid role, AclMode right)
{
    return object_aclcheck(catalog, object, role, right);
}
inline bool owns(Oid catalog, Oid object, Oid role) { return object_ownercheck(catalog, object, role); }

#else

// Of the catalogs that we ask about.
inline AclResult check_right(Oid catalog, Oid object, Oid role, AclMode right)
{
    return catalog == NamespaceRelationId ? pg_namespace_aclcheck(object, role, right)
                                          : pg_proc_aclcheck(object, role, right);
}
inline bool owns(Oid catalog, Oid object, Oid role)
{
    return catalog == RelationRelationId    ? pg_class_ownercheck(object, role)
           : catalog == ProcedureRelationId ? pg_proc_ownercheck(object, role)
                                            : pg_database_ownercheck(object, role);
}

#endif

// ---- indexes ------------------------------------------------------------------

inline IndexScanDesc begin_index_scan(Relation table, Relation index, Snapshot snapshot, int keys)
{
#if PG_VERSION_NUM >= 180000
    return index_beginscan(table, index, snapshot, nullptr, keys, 0);
#else
    return index_beginscan(table, index, snapshot, keys, 0);
#endif
}

// Locked for reading; none where the index is empty.
inline Buffer btree_root([[maybe_unused]] Relation table, Relation index)
{
#if PG_VERSION_NUM >= 160000
    return _bt_getroot(index, table, BT_READ);
#else
    return _bt_getroot(index, BT_READ);
#endif
}

inline auto storage_of(Relation relation)
{
#if PG_VERSION_NUM >= 160000
    return relation->rd_locator;
#else
    return relation->rd_node;
#endif
}

// Raises where old_snapshot_threshold has let what the snapshot sees be removed from the page.
inline void test_for_old_snapshot([[maybe_unused]] Snapshot snapshot, [[maybe_unused]] Relation relation,
                                  [[maybe_unused]] Page page)
{
#if PG_VERSION_NUM < 170000
    TestForOldSnapshot(snapshot, relation, page);
#endif
}

// ---- trees of nodes -------------------------------------------------------------

using WalksNode = bool (*)(Node *node, void *context);

#if PG_VERSION_NUM < 160000
// As declarations without parameters want it.
inline auto without_parameters(WalksNode walk) { return reinterpret_cast<bool (*)()>(reinterpret_cast<void (*)()>(walk)); }
#endif

inline bool walk_expression(Node *node, WalksNode walk, void *context)
{
#if PG_VERSION_NUM >= 160000
    return expression_tree_walker(node, walk, context);
#else
    return expression_tree_walker(node, without_parameters(walk), context);
#endif
}

using ChangesNode = Node *(*)(Node *node, void *context);

inline Node *change_expression(Node *node, ChangesNode change, void *context)
{
#if PG_VERSION_NUM >= 160000
    return expression_tree_mutator(node, change, context);
#else
    return expression_tree_mutator(node, reinterpret_cast<Node *(*) ()>(reinterpret_cast<void (*)()>(change)), context);
#endif
}

// Not what stands for the columns of joins.
inline bool walk_query(Query *query, WalksNode walk, void *context, int flags = 0)
{
#if PG_VERSION_NUM >= 160000
    return query_tree_walker(query, walk, context, flags | QTW_IGNORE_JOINALIASES);
#else
    return query_tree_walker(query, without_parameters(walk), context, flags | QTW_IGNORE_JOINALIASES);
#endif
}

// By outer joins above where the column is read.
inline void forget_nulling([[maybe_unused]] Var *column)
{
#if PG_VERSION_NUM >= 160000
    column->varnullingrels = nullptr;
#endif
}

// ---- locks and transactions -----------------------------------------------------

// Waits; the lock is released at the end of the transaction.
inline LockAcquireResult acquire_lock(const LOCKTAG &tag, LOCKMODE mode, LOCALLOCK *&local)
{
#if PG_VERSION_NUM >= 180000
    return LockAcquireExtended(&tag, mode, false, false, true, &local, false);
#else
    return LockAcquireExtended(&tag, mode, false, false, true, &local);
#endif
}

inline LocalTransactionId this_transaction()
{
#if PG_VERSION_NUM >= 170000
    return MyProc->vxid.lxid;
#else
    return MyProc->lxid;
#endif
}

} // namespace relate::pg
