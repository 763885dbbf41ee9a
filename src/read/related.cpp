// See related.h. Here: the order, and batches of rows read below SQL.
#include "read/related.h"

#include "pg/memory.h"
#include "read/direct.h"
#include "read/hard_links.h"
#include "read/related_readers.h"
#include "read/sorted_rows.h"

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

// Hard links of some keys, ahead of the links that they go with: a record's may be
// read one type after the other, and those of many records one type for all.
class HardLinks {
public:
    explicit HardLinks(const RelatedQuery &query) : query_(query) {}

    void read(size_t first, size_t count)
    {
        rows_.clear();
        read_hard_links(query_, first, count, [&](const RelatedRow &row) {
            rows_.add(row);
            return true;
        });
        rows_.sort();
    }

    // The next one, if it is wanted before the place of the row. All last until handed_out.
    const RelatedRow *next_before(const RelatedRow &row)
    {
        const RelatedRow *next = rows_.peek();
        return next && comes_before_in_keys(*next, row) ? rows_.pop() : nullptr;
    }
    const RelatedRow *next_of(size_t from)
    {
        const RelatedRow *next = rows_.peek();
        return next && next->from == from ? rows_.pop() : nullptr;
    }
    const RelatedRow *next() { return rows_.pop(); }
    void handed_out() { rows_.handed_out(); }

    void end() { rows_.end(); }

private:
    const RelatedQuery &query_;
    SortedRows rows_;
};

// Links come in order by SQL, hard links take their places among them.
void read_merged(const RelatedQuery &query, size_t first, size_t count, FunctionRef<void(std::span<RelatedRow>)> take)
{
    if (!wants_hard_links(query)) {
        read_by_sql(query, first, count, take);
        return;
    }
    HardLinks hard_links(query);
    hard_links.read(first, count);
    size_t of_key = 0, present = first;
    pg::Array<RelatedRow> merged;
    auto hand_out = [&] {
        take({merged.begin(), merged.size()});
        merged.clear();
        hard_links.handed_out();
    };
    auto push = [&](const RelatedRow &row) {
        if (row.from != present)
            of_key = 0;
        present = row.from;
        if (!query.max_rows || of_key < static_cast<size_t>(*query.max_rows))
            merged.push(row);
        ++of_key;
        if (merged.size() >= batch_size)
            hand_out();
    };
    read_by_sql(query, first, count, [&](std::span<RelatedRow> links) {
        merged = {}; // in the memory of these
        for (const RelatedRow &link : links) {
            while (const RelatedRow *row = hard_links.next_before(link))
                push(*row);
            push(link);
        }
        hand_out(); // the links go
    });
    merged = {};
    while (const RelatedRow *row = hard_links.next())
        push(*row);
    hand_out();
    hard_links.end();
}

void read_directly(const RelatedQuery &query, Relation table, FunctionRef<void(std::span<RelatedRow>)> take)
{
    constexpr size_t keys_at_once = 256;
    DirectReader reader(query, table);
    HardLinks hard_links(query);
    Batch batch(query.max_rows);
    bool has_hard_links = wants_hard_links(query), at_once = query.keys.size() > 1;
    auto add = [&](const RelatedRow &row) { return batch.add(row); };
    auto add_hard_links = [&](size_t from) {
        if (!has_hard_links)
            return true;
        if (!at_once)
            return read_hard_links(query, from, 1, add);
        while (const RelatedRow *row = hard_links.next_of(from)) {
            bool fits = batch.add(*row);
            hard_links.handed_out();
            if (!fits)
                return false;
        }
        return true;
    };
    for (size_t from = 0; from < query.keys.size(); ++from) {
        if (has_hard_links && at_once && from % keys_at_once == 0)
            hard_links.read(from, std::min(keys_at_once, query.keys.size() - from));
        batch.begin_key();
        if (reader.read(from, add) && add_hard_links(from)) {
            batch.end_key();
        } else {
            // A record with more relationships than memory holds: SQL sorts on disk.
            batch.drop_key();
            batch.hand_out(take);
            read_merged(query, from, 1, take);
            while (at_once && hard_links.next_of(from))
                hard_links.handed_out();
        }
        if (batch.size() >= batch_size)
            batch.hand_out(take);
    }
    batch.hand_out(take);
    batch.end();
    hard_links.end();
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
    if (a.type != b.type) // hard links, which have no id
        return strcmp(a.type->name, b.type->name) < 0;
    return a.own_side == Side::source && b.own_side == Side::target;
}

// The values that a row points to.
static constexpr Datum RelatedRow::*references[] = {
    &RelatedRow::key,     &RelatedRow::description, &RelatedRow::email,      &RelatedRow::phone,
    &RelatedRow::address, &RelatedRow::attributes,  &RelatedRow::address_key, &RelatedRow::name};

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
        read_merged(query, 0, query.keys.size(), take);
    }
}

void for_each_related_unordered(const RelatedQuery &query, FunctionRef<void(const RelatedRow &)> take)
{
    if (wants_hard_links(query))
        read_hard_links(query, 0, query.keys.size(), [&](const RelatedRow &row) {
            take(row);
            return true;
        });
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
