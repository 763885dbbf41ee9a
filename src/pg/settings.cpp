// See settings.h.
#include "pg/settings.h"

namespace relate::pg {

int pin_output_settings()
{
    static constexpr const char *pinned[][2] = {{"DateStyle", "ISO, YMD"},
                                                {"TimeZone", "UTC"},
                                                {"IntervalStyle", "postgres"},
                                                {"extra_float_digits", "1"},
                                                {"bytea_output", "hex"}};
    int level = NewGUCNestLevel();
    for (auto &[name, value] : pinned)
        set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    return level;
}

void unpin(int level)
{
    AtEOXact_GUC(true, level);
}

} // namespace relate::pg
