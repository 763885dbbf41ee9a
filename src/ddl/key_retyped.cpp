// See key_retyped.h. The table is locked against everybody by its ALTER TABLE, so
// whoever has related one of its records has ended his transaction, and the latest
// snapshot shows it all.
#include "ddl/key_retyped.h"

#include "catalog/record.h"
#include "catalog/relationship.h"
#include "enforce/endpoint.h"
#include "enforce/violation.h"
#include "pg/error.h"
#include "pg/memory.h"
#include "pg/scan.h"
#include "pg/spi.h"

namespace relate {

namespace {

void check_key(const Workspace &workspace, const Module &module, const Relationship &row, const RecordRef &record)
{
    if (record.module_id != module.id)
        return;
    const char *problem = nullptr;
    if (!record_exists(module, record.key))
        problem = "would not be found any more";
    else if (!equal_key_datums(canonical_key(module, record.key, Looks::as_owner), record.key))
        problem = "would have a key of another spelling";
    if (problem)
        pg::raise({.sqlstate = ERRCODE_FOREIGN_KEY_VIOLATION,
                   .message = psprintf("the type of the key of table %s cannot change so: records that have "
                                       "relationships would lose them",
                                       pg::qualified_name(module.table)),
                   .detail = psprintf("%s %s of relationship " INT64_FORMAT " %s.", module.singular,
                                      cstring_of_key_datum(record.key), row.id, problem),
                   .hint = "Change the values of the key first, while the relationships follow them.",
                   .schema = workspace.name,
                   .table = "relationship"});
}

} // namespace

void check_keys_still_fit(const Workspace &workspace, const Module &module)
{
    MemoryContext each_row = AllocSetContextCreate(CurrentMemoryContext, "relate key check", ALLOCSET_DEFAULT_SIZES);
    Snapshot snapshot = pg::latest_snapshot();
    Relation table = table_open(workspace.relationship_table, AccessShareLock);
    pg::TableScan scan = pg::begin_scan(table, snapshot);
    while (pg::next(scan)) {
        CHECK_FOR_INTERRUPTS();
        pg::in_context(each_row, [&] {
            Relationship row = read_relationship(workspace, scan.slot);
            check_key(workspace, module, row, row.source);
            check_key(workspace, module, row, row.target);
            if (row.has_address_record)
                check_key(workspace, module, row, row.address);
        });
        MemoryContextReset(each_row);
    }
    pg::end(scan);
    table_close(table, AccessShareLock);
    pg::done(snapshot);
    MemoryContextDelete(each_row);
}

} // namespace relate
