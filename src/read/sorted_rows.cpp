// See sorted_rows.h. The files go with the statement, or the transaction that fails.
#include "read/sorted_rows.h"

namespace relate {

bool comes_before_in_keys(const RelatedRow &a, const RelatedRow &b)
{
    return a.from != b.from ? a.from < b.from : comes_before(a, b);
}

SortedRows::SortedRows()
    : memory_(AllocSetContextCreate(CurrentMemoryContext, "relate sorted rows", ALLOCSET_DEFAULT_SIZES)),
      on_disk_(AllocSetContextCreate(CurrentMemoryContext, "relate sorted runs", ALLOCSET_DEFAULT_SIZES)),
      handed_out_(AllocSetContextCreate(CurrentMemoryContext, "relate sorted row", ALLOCSET_SMALL_SIZES))
{
}

void SortedRows::clear()
{
    for (Run *run : runs_)
        BufFileClose(run->file);
    runs_ = {};
    rows_ = {};
    next_ = 0;
    MemoryContextReset(memory_);
    MemoryContextReset(on_disk_);
    MemoryContextReset(handed_out_);
}

void SortedRows::end()
{
    clear();
    MemoryContextDelete(memory_);
    MemoryContextDelete(on_disk_);
    MemoryContextDelete(handed_out_);
}

void SortedRows::add(const RelatedRow &row)
{
    pg::in_context(memory_, [&] { rows_.push(copy_row(row)); });
    if (rows_.size() % 256 == 0 && MemoryContextMemAllocated(memory_, true) > static_cast<Size>(work_mem) * 1024)
        spill();
}

void SortedRows::sort()
{
    if (!runs_.empty() && !rows_.empty())
        spill();
    std::sort(rows_.begin(), rows_.end(), comes_before_in_keys);
    for (Run *run : runs_) {
        BufFileSeek(run->file, 0, 0, SEEK_SET);
        read(*run); // none is empty
    }
    std::make_heap(runs_.begin(), runs_.end(), is_behind);
}

// A row is its fields, then the key, the attributes and the name as they are.
void SortedRows::spill()
{
    std::sort(rows_.begin(), rows_.end(), comes_before_in_keys);
    pg::in_context(on_disk_, [&] {
        auto *run = static_cast<Run *>(palloc0(sizeof(Run)));
        run->file = BufFileCreateTemp(false);
        runs_.push(run);
        for (RelatedRow &row : rows_) {
            BufFileWrite(run->file, &row, sizeof row);
            for (Datum value : {row.key, row.attributes, row.name})
                if (value)
                    BufFileWrite(run->file, DatumGetPointer(value), VARSIZE_ANY(DatumGetPointer(value)));
        }
    });
    rows_ = {};
    MemoryContextReset(memory_);
}

static void read_bytes(BufFile *file, void *to, size_t size)
{
    if (BufFileRead(file, to, size) != size)
        ereport(ERROR, (errcode_for_file_access(), errmsg("could not read from temporary file: %m")));
}

// False at the end of the run. The sizes of the values are told by their first bytes.
bool SortedRows::read(Run &run)
{
    if (BufFileRead(run.file, &run.head, sizeof run.head) != sizeof run.head)
        return false;
    size_t used = 0;
    Datum *values[] = {&run.head.key, &run.head.attributes, &run.head.name};
    size_t places[std::size(values)] = {};
    for (size_t i = 0; i < std::size(values); ++i) {
        if (!*values[i])
            continue;
        auto make_room = [&](size_t size) {
            if (size <= run.capacity)
                return;
            size_t capacity = std::max(2 * run.capacity, size + 64);
            run.bytes = static_cast<char *>(run.bytes ? repalloc_huge(run.bytes, capacity)
                                                      : MemoryContextAllocHuge(on_disk_, capacity));
            run.capacity = capacity;
        };
        used = MAXALIGN(used);
        make_room(used + VARHDRSZ);
        char *at = run.bytes + used;
        read_bytes(run.file, at, 1);
        size_t known = 1;
        if (!VARATT_IS_1B(at)) {
            read_bytes(run.file, at + 1, VARHDRSZ - 1);
            known = VARHDRSZ;
        }
        size_t size = VARSIZE_ANY(at);
        make_room(used + size);
        read_bytes(run.file, run.bytes + used + known, size - known);
        places[i] = used;
        used += size;
    }
    for (size_t i = 0; i < std::size(values); ++i)
        if (*values[i])
            *values[i] = PointerGetDatum(run.bytes + places[i]);
    return true;
}

const RelatedRow *SortedRows::peek()
{
    if (!runs_.empty())
        return &runs_[0]->head;
    return next_ < rows_.size() ? &rows_[next_] : nullptr;
}

const RelatedRow *SortedRows::pop()
{
    if (runs_.empty())
        return next_ < rows_.size() ? &rows_[next_++] : nullptr;
    auto *row = pg::in_context(handed_out_, [&] {
        auto *copy = static_cast<RelatedRow *>(palloc(sizeof(RelatedRow)));
        *copy = copy_row(runs_[0]->head);
        return copy;
    });
    std::pop_heap(runs_.begin(), runs_.end(), is_behind);
    if (read(*runs_.back())) {
        std::push_heap(runs_.begin(), runs_.end(), is_behind);
    } else {
        BufFileClose(runs_.back()->file);
        runs_.pop();
    }
    return row;
}

void SortedRows::handed_out()
{
    MemoryContextReset(handed_out_);
}

} // namespace relate
