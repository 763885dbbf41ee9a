// FunctionRef: what functions that hand out rows take.
#include "base/function_ref.h"

#include <gtest/gtest.h>

#include <string>

namespace {

using relate::FunctionRef;

int call(FunctionRef<int(int)> function, int argument) { return function(argument); }
int twice(int value) { return 2 * value; }

TEST(FunctionRef, CallsALambdaWithItsState)
{
    int sum = 0;
    EXPECT_EQ(call([&](int value) { return sum += value; }, 5), 5);
    EXPECT_EQ(sum, 5);
}

TEST(FunctionRef, CallsAFunctionAndAConstObject)
{
    const auto plus_one = [](int value) { return value + 1; };
    EXPECT_EQ(call(plus_one, 1), 2);
    EXPECT_EQ(call([](int value) { return twice(value); }, 4), 8);
}

TEST(FunctionRef, PassesReferencesThrough)
{
    std::string text = "a";
    FunctionRef<void(std::string &)> append = [](std::string &s) { s += "b"; };
    FunctionRef<void(std::string &)> copy = append;
    copy(text);
    EXPECT_EQ(text, "ab");
}

} // namespace
