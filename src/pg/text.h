// Texts of the server as C++ sees them.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

// The letters of a text or varchar; they live as long as the datum, or its untoasted copy.
inline std::string_view text_view(Datum value)
{
    text *packed = DatumGetTextPP(value);
    return {VARDATA_ANY(packed), static_cast<size_t>(VARSIZE_ANY_EXHDR(packed))};
}

// A copy; null for 0.
inline const char *c_string_or_null(Datum value) { return value ? TextDatumGetCString(value) : nullptr; }

} // namespace relate::pg
