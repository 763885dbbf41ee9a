// likeness: which names resemble each other.
#include "base/likeness.h"

#include <gtest/gtest.h>

using relate::likeness;

TEST(Likeness, TheSameInAnyCaseIsOne)
{
    EXPECT_DOUBLE_EQ(likeness("Contact", "contact"), 1.0);
    EXPECT_DOUBLE_EQ(likeness("", ""), 1.0);
}

TEST(Likeness, NothingInCommonIsZero)
{
    EXPECT_DOUBLE_EQ(likeness("abc", "xyz"), 0.0);
    EXPECT_DOUBLE_EQ(likeness("", "xyz"), 0.0);
}

TEST(Likeness, IsTheShareOfCommonPairs)
{
    // " n", "ni", "ig", "gh", "ht", "t " and " n", "na", "ac", "ch", "ht", "t ".
    EXPECT_DOUBLE_EQ(likeness("night", "nacht"), 0.5);
    // A repeated pair counts once: " a", "aa", "a " and " a", "aa", "a ".
    EXPECT_DOUBLE_EQ(likeness("aaa", "aa"), 1.0);
}

TEST(Likeness, IsSymmetricAndTakesAnyBytes)
{
    EXPECT_DOUBLE_EQ(likeness("organisation", "organization"), likeness("organization", "organisation"));
    EXPECT_GT(likeness("organisation", "organization"), 0.7);
    EXPECT_GT(likeness("caf\xc3\xa9", "cafe"), 0.4);
}
