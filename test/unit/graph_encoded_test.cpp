// Short runs of bytes are copied, compared and hashed as memcpy and memcmp would, and nothing
// beside them is touched.
#include "graph/encoded.h"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace relate::graph;
using Bytes = std::vector<std::byte>; // of just that size, so that sanitizers see who reads further

constexpr std::size_t most = 40;

Bytes bytes_of(std::size_t size)
{
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::byte>(7 + 31 * i);
    return bytes;
}

TEST(Encoded, CopiesOfAnySize)
{
    for (std::size_t size = 0; size <= most; ++size) {
        Bytes from = bytes_of(size), to(size);
        detail::copy(to.data(), from.data(), size);
        EXPECT_EQ(to, from) << size;
    }
}

TEST(Encoded, OneByteMakesADifference)
{
    for (std::size_t size = 1; size <= most; ++size) {
        const Bytes one = bytes_of(size);
        EXPECT_TRUE(detail::are_same(one.data(), Bytes(one).data(), size));
        EXPECT_EQ(hash_encoded(one), hash_encoded(Bytes(one)));
        for (std::size_t i = 0; i < size; ++i) {
            Bytes other = one;
            other[i] ^= std::byte{0x80};
            EXPECT_FALSE(detail::are_same(one.data(), other.data(), size)) << size << " " << i;
            EXPECT_NE(hash_encoded(one), hash_encoded(other)) << size << " " << i;
            if (size <= sizeof(std::uint64_t)) {
                EXPECT_NE(detail::load_few(one.data(), size), detail::load_few(other.data(), size)) << size << " " << i;
            }
        }
    }
}

TEST(Encoded, NothingIsNothing)
{
    EXPECT_EQ(detail::load_few(nullptr, 0), 0u);
    EXPECT_TRUE(detail::are_same(nullptr, nullptr, 0));
    detail::copy(nullptr, nullptr, 0);
}

} // namespace
