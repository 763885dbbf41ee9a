// See related.h. Here: the order, and batches of rows read below SQL.
#include "query/related.h"

#include "pg/memory.h"
#include "query/direct.h"
#include "query/related_readers.h"

namespace relate {

namespace {

constexpr size_t batch_size = 1000;

// Rows of several keys, until there are enough for a batch.
class Batch {
public:
    explicit Batch(std::optional<int32> max_rows) : max_rows_(max_rows)
    {
        memory_ = AllocSetContextCreate(CurrentMemoryContext, "relate related rows", ALLOCSET_DEFAULT_SIZES);
    }

    // False where memory is full.
    bool add(const RelatedRow &row)
    {
        pg::in_context(memory_, [&] { rows_.push(copy_row(row)); });
        if (max_rows_ && of_key() > 2 * static_cast<size_t>(*max_rows_) + 100)
            cut();
        bool looks = rows_.size() % 256 == 0;
        return !looks || MemoryContextMemAllocated(memory_, true) < static_cast<Size>(work_mem) * 1024;
    }

    void begin_key() { first_ = rows_.size(); }
    void end_key()
    {
        cut();
        std::sort(rows_.begin() + first_, rows_.end(), comes_before);
    }
    void drop_key()
    {
        while (rows_.size() > first_)
            rows_.pop();
    }

    size_t size() const { return rows_.size(); }
    std::span<RelatedRow> rows() { return {rows_.begin(), rows_.size()}; }

    // `take` works in the batch's memory, which goes afterwards.
    void hand_out(FunctionRef<void(std::span<RelatedRow>)> take)
    {
        if (!rows_.empty())
            pg::in_context(memory_, [&] { take(rows()); });
        rows_ = {};
        MemoryContextReset(memory_);
    }

    void end() { MemoryContextDelete(memory_); }

private:
    size_t of_key() const { return rows_.size() - first_; }

    // Only the first max_rows of the key stay.
    void cut()
    {
        if (!max_rows_ || of_key() <= static_cast<size_t>(*max_rows_))
            return;
        RelatedRow *first = rows_.begin() + first_, *middle = first + *max_rows_;
        std::nth_element(first, middle, rows_.end(), comes_before);
        while (rows_.size() > first_ + static_cast<size_t>(*max_rows_)) {
            free_copy(rows_.back());
            rows_.pop();
        }
    }

    std::optional<int32> max_rows_;
    MemoryContext memory_;
    pg::Array<RelatedRow> rows_;
    size_t first_ = 0; // of the present key
};

void read_directly(const RelatedQuery &query, Relation table, FunctionRef<void(std::span<RelatedRow>)> take)
{
    DirectReader reader(query, table);
    Batch batch(query.max_rows);
    for (size_t from = 0; from < query.keys.size(); ++from) {
        batch.begin_key();
        if (reader.read(from, [&](const RelatedRow &row) { return batch.add(row); })) {
            batch.end_key();
        } else {
            // A record with more relationships than memory holds: SQL sorts on disk.
            batch.drop_key();
            batch.hand_out(take);
            read_by_sql(query, from, 1, take);
        }
        if (batch.size() >= batch_size)
            batch.hand_out(take);
    }
    batch.hand_out(take);
    batch.end();
    reader.end();
}

} // namespace

void set_dates(RelatedRow &row, DateADT as_of, std::optional<DateADT> start, std::optional<DateADT> end)
{
    if (!row.type->is_perpetual) {
        row.start_date = start;
        row.end_date = end;
    }
    row.is_current = (!row.start_date || *row.start_date <= as_of) && (!row.end_date || *row.end_date >= as_of);
}

bool comes_before(const RelatedRow &a, const RelatedRow &b)
{
    if (a.importance != b.importance)
        return a.importance > b.importance;
    if (a.start_date != b.start_date)
        return a.start_date && (!b.start_date || *a.start_date < *b.start_date);
    if (int order = compare_key_datums(a.key, b.key))
        return order < 0;
    if (a.module != b.module)
        return strcmp(a.module->name, b.module->name) < 0;
    if (a.id != b.id)
        return a.id < b.id;
    return a.own_side == Side::source && b.own_side == Side::target;
}

// The values that a row points to.
static constexpr Datum RelatedRow::*references[] = {
    &RelatedRow::key,     &RelatedRow::description, &RelatedRow::email,      &RelatedRow::phone,
    &RelatedRow::address, &RelatedRow::attributes,  &RelatedRow::address_key};

RelatedRow copy_row(const RelatedRow &row)
{
    RelatedRow copy = row;
    for (Datum RelatedRow::*value : references)
        if (copy.*value)
            copy.*value = datumCopy(copy.*value, false, -1);
    return copy;
}

void free_copy(const RelatedRow &copy)
{
    for (Datum RelatedRow::*value : references)
        if (copy.*value)
            pfree(DatumGetPointer(copy.*value));
}

void for_each_related(const RelatedQuery &query, FunctionRef<void(std::span<RelatedRow>)> take)
{
    if (Relation table = open_directly(*query.workspace)) {
        read_directly(query, table, take);
        table_close(table, NoLock);
    } else {
        read_by_sql(query, 0, query.keys.size(), take);
    }
}

void for_each_related_unordered(const RelatedQuery &query, FunctionRef<void(const RelatedRow &)> take)
{
    Relation table = open_directly(*query.workspace);
    if (!table) {
        read_by_sql(query, 0, query.keys.size(), [&](std::span<RelatedRow> rows) {
            for (const RelatedRow &row : rows)
                take(row);
        });
        return;
    }
    DirectReader reader(query, table);
    for (size_t from = 0; from < query.keys.size(); ++from)
        reader.read(from, [&](const RelatedRow &row) {
            take(row);
            return true;
        });
    reader.end();
    table_close(table, NoLock);
}

} // namespace relate
