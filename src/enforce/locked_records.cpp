// See locked_records.h.
#include "enforce/locked_records.h"

#include "pg/lock.h"

namespace relate {

namespace {

constexpr size_t slot_count = 1 << 15;
constexpr uint32 worthwhile = 64; // records in one command

struct Slot {
    uint32 era;
    Oid table;
    uint8 size;
    std::byte key[23]; // longer ones are not remembered
};

Slot *slots;
uint32 era; // of the command that we are in; a slot of another era is empty
uint32 asked;
pg::Moment moment;

void enter_command()
{
    pg::Moment now = pg::this_moment();
    if (now == moment)
        return;
    moment = now;
    asked = 0;
    if (++era == 0) { // all eras were used: the oldest slots must not look new
        if (slots)
            memset(slots, 0, slot_count * sizeof(Slot));
        era = 1;
    }
}

Slot &slot_of(Oid table, KeyBytes key)
{
    uint32 hash = hash_bytes(reinterpret_cast<const unsigned char *>(key.data()), static_cast<int>(key.size()));
    return slots[hash_combine(hash, table) & (slot_count - 1)];
}

} // namespace

bool is_locked_already(Oid table, KeyBytes key)
{
    enter_command();
    if (++asked <= worthwhile || !slots || key.size() > sizeof(Slot::key))
        return false;
    const Slot &slot = slot_of(table, key);
    return slot.era == era && slot.table == table && slot.size == key.size() &&
           memcmp(slot.key, key.data(), key.size()) == 0;
}

void remember_locked(Oid table, KeyBytes key)
{
    enter_command();
    if (asked <= worthwhile || key.size() > sizeof(Slot::key))
        return;
    if (!slots)
        slots = static_cast<Slot *>(MemoryContextAllocZero(TopMemoryContext, slot_count * sizeof(Slot)));
    Slot &slot = slot_of(table, key);
    slot.era = era;
    slot.table = table;
    slot.size = static_cast<uint8>(key.size());
    memcpy(slot.key, key.data(), key.size());
}

} // namespace relate
