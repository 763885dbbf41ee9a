// relate.catalog_changed(): the statement trigger on a workspace's own tables
// that makes every backend read the catalog again. Fires ALWAYS, also for
// replicated and restored rows, and never raises.
#include "pg/pg.h"

extern "C" {

PG_FUNCTION_INFO_V1(relate_catalog_changed);
Datum relate_catalog_changed(PG_FUNCTION_ARGS)
{
    if (CALLED_AS_TRIGGER(fcinfo)) {
        auto *data = reinterpret_cast<TriggerData *>(fcinfo->context);
        CacheInvalidateRelcache(data->tg_relation);
    }
    return PointerGetDatum(nullptr);
}
}
