// See trigger.h.
#include "pg/trigger.h"

#include "pg/error.h"

namespace relate::pg {

namespace {

TriggerData *trigger_data(FunctionCallInfo fcinfo, const char *function)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        raise({.sqlstate = ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
               .message = psprintf("function relate.%s() can only be called by a trigger", function)});
    return reinterpret_cast<TriggerData *>(fcinfo->context);
}

} // namespace

RowEvent row_event(FunctionCallInfo fcinfo, const char *function, When when, Events events)
{
    auto *data = trigger_data(fcinfo, function);
    TriggerEvent event = data->tg_event;
    bool time_fits = when == When::before ? TRIGGER_FIRED_BEFORE(event) : TRIGGER_FIRED_AFTER(event);
    bool event_fits = events == Events::remove ? TRIGGER_FIRED_BY_DELETE(event)
                                               : TRIGGER_FIRED_BY_INSERT(event) || TRIGGER_FIRED_BY_UPDATE(event);
    if (!TRIGGER_FIRED_FOR_ROW(event) || !time_fits || !event_fits)
        raise({.sqlstate = ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
               .message = psprintf("function relate.%s() is for a trigger %s %s FOR EACH ROW", function,
                                   when == When::before ? "BEFORE" : "AFTER",
                                   events == Events::remove ? "DELETE" : "INSERT OR UPDATE")});
    bool is_update = TRIGGER_FIRED_BY_UPDATE(event);
    return {data, data->tg_relation, is_update ? data->tg_newslot : data->tg_trigslot,
            is_update ? data->tg_trigslot : nullptr};
}

Relation truncated_table(FunctionCallInfo fcinfo, const char *function)
{
    auto *data = trigger_data(fcinfo, function);
    if (!TRIGGER_FIRED_BY_TRUNCATE(data->tg_event) || !TRIGGER_FIRED_BEFORE(data->tg_event))
        raise({.sqlstate = ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
               .message = psprintf("function relate.%s() is for a trigger BEFORE TRUNCATE FOR EACH STATEMENT",
                                   function)});
    return data->tg_relation;
}

} // namespace relate::pg
