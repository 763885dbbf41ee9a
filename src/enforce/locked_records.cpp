// See locked_records.h.
#include "enforce/locked_records.h"

#include "pg/lock.h"

namespace relate {

namespace {

constexpr size_t first_slots = 1 << 12;
constexpr uint32 worthwhile = 64; // records in one command

struct Slot {
    uint32 era;
    Oid table;
    uint8 size;
    std::byte key[23]; // longer ones are not remembered
};

Slot *slots; // in TopTransactionContext
size_t slot_count;
uint32 era;   // of the command that we are in; a slot of another era is empty
uint32 asked; // in this command
pg::Moment moment;

void enter_command()
{
    pg::Moment now = pg::this_moment();
    if (now == moment)
        return;
    if (now.transaction != moment.transaction)
        slots = nullptr; // gone with the transaction
    moment = now;
    asked = 0;
    if (++era == 0) { // all eras were used: the oldest slots must not look new
        slots = nullptr;
        era = 1;
    }
}

Slot &slot_of(Oid table, KeyBytes key)
{
    uint32 hash = hash_bytes(reinterpret_cast<const unsigned char *>(key.data()), static_cast<int>(key.size()));
    return slots[hash_combine(hash, table) & (slot_count - 1)];
}

KeyBytes key_of(const Slot &slot)
{
    return {slot.key, slot.size};
}

size_t most_slots()
{
    return std::bit_floor(std::max(first_slots, static_cast<size_t>(work_mem) * 1024 / sizeof(Slot)));
}

// Twice as many slots as records were asked for, within work_mem.
void make_room()
{
    size_t wanted = std::min(std::max(first_slots, std::bit_ceil(size_t{asked} * 2)), most_slots());
    if (slots && slot_count >= wanted)
        return;
    Slot *old = slots;
    size_t old_count = old ? slot_count : 0;
    slots = static_cast<Slot *>(
        MemoryContextAllocExtended(TopTransactionContext, wanted * sizeof(Slot), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    slot_count = wanted;
    for (size_t i = 0; i < old_count; ++i)
        if (old[i].era == era)
            slot_of(old[i].table, key_of(old[i])) = old[i];
    if (old)
        pfree(old);
}

} // namespace

bool is_locked_already(Oid table, KeyBytes key)
{
    enter_command();
    if (++asked <= worthwhile || !slots || key.size() > sizeof(Slot::key))
        return false;
    const Slot &slot = slot_of(table, key);
    return slot.era == era && slot.table == table && equal_keys(key_of(slot), key);
}

void remember_locked(Oid table, KeyBytes key)
{
    enter_command();
    if (asked <= worthwhile || key.size() > sizeof(Slot::key))
        return;
    make_room();
    Slot &slot = slot_of(table, key);
    slot.era = era;
    slot.table = table;
    slot.size = static_cast<uint8>(key.size());
    memcpy(slot.key, key.data(), key.size());
}

} // namespace relate
