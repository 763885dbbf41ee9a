// See json.h.
#include "pg/json.h"

namespace relate::pg {

void JsonWriter::date(const char *name, std::optional<DateADT> member)
{
    if (!member)
        return text(name, nullptr);
    // As jsonb writes dates: ISO, whatever DateStyle says.
    text(name, JsonEncodeDateTime(nullptr, DateADTGetDatum(*member), DATEOID, nullptr));
}

} // namespace relate::pg
