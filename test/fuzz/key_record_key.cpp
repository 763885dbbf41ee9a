// Fuzz target: any two texts. Their keys give them back, and compare as the texts do.
//   clang++ -std=c++20 -Isrc -fsanitize=fuzzer,address test/fuzz/key_record_key.cpp -o fuzz_record_key
#include "key/record_key.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace {

using namespace relate;

void require(bool holds) {
    if (!holds) std::abort();
}

std::vector<std::byte> checked_key(std::string_view text) {
    std::vector<std::byte> key(key_capacity(text.size()));
    key.resize(encode_text_key(text, key));
    key.shrink_to_fit(); // so that a read past the end is seen
    KeyTextBuffer buffer;
    require(text_of_key(key, buffer) == text);
    if (const auto value = integer_of_key(key)) {
        std::array<std::byte, integer_key_capacity> again;
        const std::size_t size = encode_integer_key(*value, again);
        require(equal_keys(std::span(again).first(size), key));
    }
    return key;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char *>(data), size);
    const std::size_t middle = size == 0 ? 0 : data[0] % size;
    const std::string_view left(input.data(), middle), right(input.data() + middle, size - middle);
    const auto a = checked_key(left), b = checked_key(right);
    require(equal_keys(a, b) == (left == right));
    require((compare_keys(a, b) == 0) == (left == right));
    require((compare_keys(a, b) < 0) == (compare_keys(b, a) > 0));
    require(key_prefix(a) == key_prefix(b) || (key_prefix(a) < key_prefix(b)) == (compare_keys(a, b) < 0));

    // The same bytes taken for a key, as a damaged page might give them.
    const KeyBytes stray(reinterpret_cast<const std::byte *>(data), size);
    KeyTextBuffer buffer;
    require(text_of_key(stray, buffer).size() <= std::max(size, buffer.size()));
    return 0;
}
