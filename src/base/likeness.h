// How alike two names are: for "perhaps you meant".
//
// Server-free. Names are compared by their pairs of neighbouring letters (the
// Dice coefficient), ASCII letters in any case.
#pragma once

#include <bitset>
#include <cstddef>
#include <string_view>

namespace relate {

namespace likeness_detail {

using Pairs = std::bitset<65536>;

inline unsigned lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : static_cast<unsigned char>(letter);
}

// The pairs of the name with a blank before and after it, so that its first and last letters count too.
inline void add_pairs(Pairs &pairs, std::string_view name)
{
    unsigned previous = ' ';
    for (char letter : name) {
        pairs[previous << 8 | lower(letter)] = true;
        previous = lower(letter);
    }
    pairs[previous << 8 | ' '] = true;
}

} // namespace likeness_detail

// From 0 (no pair in common) to 1 (the same pairs).
inline double likeness(std::string_view a, std::string_view b)
{
    likeness_detail::Pairs of_a, of_b;
    likeness_detail::add_pairs(of_a, a);
    likeness_detail::add_pairs(of_b, b);
    return 2.0 * static_cast<double>((of_a & of_b).count()) / static_cast<double>(of_a.count() + of_b.count());
}

} // namespace relate
