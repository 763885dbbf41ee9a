// The library's face to the server: the magic block and the start.
#include "catalog/module_table.h"
#include "catalog/workspace.h"
#include "ddl/known_workspaces.h"
#include "ddl/own_ddl.h"
#include "enforce/record_moved.h"
#include "enforce/type_lock.h"
#include "pg/pg.h"
#include "pg/look_ahead.h"
#include "pg/row_source.h"
#include "query/hierarchy.h"
#include "query/network.h"

extern "C" {

RELATE_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
void _PG_init(void)
{
    relate::init_type_change();
    relate::init_own_ddl();
    relate::init_workspaces(); // after them, no new setting may be called relate.*
    relate::init_module_tables();
    relate::init_moves();
    relate::init_remembered_workspaces();
    relate::init_hierarchy_rows();
    relate::init_is_under();
    relate::init_network_rows();
    relate::pg::init_row_source_scan();
    relate::pg::init_look_ahead();
}

PG_FUNCTION_INFO_V1(relate_version);
Datum relate_version(PG_FUNCTION_ARGS)
{
    (void) fcinfo;
    PG_RETURN_TEXT_P(cstring_to_text(RELATE_VERSION));
}
}
