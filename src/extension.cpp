// The library's face to the server: the magic block and the settings.
#include "pg/pg.h"

extern "C" {
PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
}

static char *workspace_setting;

void _PG_init(void)
{
    DefineCustomStringVariable("relate.workspace", "The workspace that relate's functions work in.",
                               "Empty means the database's default workspace.", &workspace_setting, "",
                               PGC_USERSET, 0, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("relate");
}

extern "C" {
PG_FUNCTION_INFO_V1(relate_version);

Datum relate_version(PG_FUNCTION_ARGS)
{
    (void) fcinfo;
    PG_RETURN_TEXT_P(cstring_to_text(RELATE_VERSION));
}
}
