// Rows of related records put in order: within work_mem, and beyond it in sorted
// runs on disk, which are merged. Of each row the key and the attributes are kept:
// what hard links have.
#pragma once

#include "pg/memory.h"
#include "read/related.h"

namespace relate {

// First by the record asked about.
bool comes_before_in_keys(const RelatedRow &a, const RelatedRow &b);

class SortedRows {
public:
    SortedRows();

    void clear();
    void add(const RelatedRow &row); // a copy
    void sort();                     // after the last one

    // The next one, which may change with the next call of pop; null at the end.
    const RelatedRow *peek();
    // Takes it off. It lasts until handed_out.
    const RelatedRow *pop();
    void handed_out();

    void end();

private:
    struct Run {
        BufFile *file;
        RelatedRow head;
        char *bytes;
        size_t capacity;
    };

    static bool is_behind(const Run *a, const Run *b) { return comes_before_in_keys(b->head, a->head); }
    void spill();
    bool read(Run &run);

    MemoryContext memory_;   // rows that are not on disk
    MemoryContext on_disk_;  // the runs
    MemoryContext handed_out_;
    pg::Array<RelatedRow> rows_;
    size_t next_ = 0;
    pg::Array<Run *> runs_; // a heap, once sorted
};

} // namespace relate
