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

Datum jsonb_of_row(Datum row)
{
    // to_jsonb asks for the type of its argument's expression.
    FmgrInfo function;
    fmgr_info(F_TO_JSONB, &function);
    List *arguments = list_make1(makeNullConst(RECORDOID, -1, InvalidOid));
    fmgr_info_set_expr(reinterpret_cast<Node *>(makeFuncExpr(F_TO_JSONB, JSONBOID, arguments, InvalidOid, InvalidOid,
                                                             COERCE_EXPLICIT_CALL)),
                       &function);
    return FunctionCall1(&function, row);
}

} // namespace relate::pg
