// The library's face to the server: the magic block and the start.
#include "catalog/workspace.h"
#include "pg/pg.h"

extern "C" {

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
void _PG_init(void)
{
    relate::init_workspaces();
}

PG_FUNCTION_INFO_V1(relate_version);
Datum relate_version(PG_FUNCTION_ARGS)
{
    (void) fcinfo;
    PG_RETURN_TEXT_P(cstring_to_text(RELATE_VERSION));
}
}
