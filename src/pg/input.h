// Reading a value from text with its type's input function, where bad text is an
// answer and not an error.
#pragma once

#include "pg/pg.h"

namespace relate::pg {

// False where the text is no value of the type. Any other error is raised.
bool read_value(const FmgrInfo &input, const char *text, Oid type_parameter, Datum &value);

} // namespace relate::pg
