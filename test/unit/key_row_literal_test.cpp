// Row literals are read and written as PostgreSQL does. The expected values come
// from its own record_in and record_out.
#include "key/row_literal.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace relate;
using Field = std::optional<std::string>;
using Fields = std::vector<Field>;

RowLiteralError error_of(std::string_view literal, std::size_t limit = 8) {
    std::vector<char> arena(literal.size());
    std::vector<RowField> fields(limit);
    const ParsedRow row = parse_row_literal(literal, arena, fields);
    EXPECT_EQ(row.fields.empty(), row.error != RowLiteralError::none) << literal;
    return row.error;
}

Fields parse(std::string_view literal) {
    std::vector<char> arena(literal.size());
    std::vector<RowField> buffer(64);
    const ParsedRow row = parse_row_literal(literal, arena, buffer);
    EXPECT_EQ(row.error, RowLiteralError::none) << literal;
    Fields fields;
    for (const RowField &field : row.fields)
        fields.push_back(field.is_null ? Field() : Field(std::string(field.text)));
    return fields;
}

std::string write(const Fields &fields) {
    std::vector<RowField> views;
    for (const Field &field : fields)
        views.push_back(field ? RowField{*field, false} : RowField{{}, true});
    std::string out(row_literal_size(views), '?');
    EXPECT_EQ(write_row_literal(views, out), out);
    return out;
}

TEST(RowLiteral, WritesAsRecordOut) {
    EXPECT_EQ(write({"10248", "11"}), "(10248,11)");
    EXPECT_EQ(write({"a b", "x\"y", {}}), R"~(("a b","x""y",))~");
    EXPECT_EQ(write({{}, ""}), R"~((,""))~");
    EXPECT_EQ(write({{}}), "()");
    EXPECT_EQ(write({}), "()");
    EXPECT_EQ(write({"-5", "+5"}), "(-5,+5)");
    EXPECT_EQ(write({"a\\b", "(", ")", ","}), R"~(("a\\b","(",")",","))~");
    EXPECT_EQ(write({"\t", "\n", "\v", "\f", "\r", " "}), "(\"\t\",\"\n\",\"\v\",\"\f\",\"\r\",\" \")");
    EXPECT_EQ(write({"it's", "{1,2}", "null", "NULL"}), R"~((it's,"{1,2}",null,NULL))~");
    EXPECT_EQ(write({"Zürich", "\xc2\xa0", "日本"}), "(Zürich,\xc2\xa0,日本)");
    EXPECT_EQ(write({"2024-01-01 00:00:00", "(1,2)"}), R"~(("2024-01-01 00:00:00","(1,2)"))~");
    EXPECT_EQ(write({"\"\"", "\\\\"}), R"~(("""""","\\\\"))~");
}

TEST(RowLiteral, ReadsAsRecordIn) {
    EXPECT_EQ(parse("(10248,11)"), (Fields{"10248", "11"}));
    EXPECT_EQ(parse(R"~(("a b","x""y",))~"), (Fields{"a b", "x\"y", {}}));
    EXPECT_EQ(parse("()"), (Fields{{}}));
    EXPECT_EQ(parse("(,)"), (Fields{{}, {}}));
    EXPECT_EQ(parse(R"~((,""))~"), (Fields{{}, ""}));
    EXPECT_EQ(parse(" \t\n(a,b)\v\f\r "), (Fields{"a", "b"}));
    EXPECT_EQ(parse("( a , b )"), (Fields{" a ", " b "}));
    EXPECT_EQ(parse("( )"), (Fields{" "}));
    EXPECT_EQ(parse(R"~(( "a" ,b))~"), (Fields{" a ", "b"}));
    EXPECT_EQ(parse(R"~((a"b,c"d,e))~"), (Fields{"ab,cd", "e"}));
    EXPECT_EQ(parse(R"~(("a""b\"c\\d"))~"), (Fields{"a\"b\"c\\d"}));
    EXPECT_EQ(parse(R"~((a\,b,c\)d,\"))~"), (Fields{"a,b", "c)d", "\""}));
    EXPECT_EQ(parse(R"~((""""))~"), (Fields{"\""}));
    EXPECT_EQ(parse(R"~((""a""))~"), (Fields{"a"}));
    EXPECT_EQ(parse("((a,b)"), (Fields{"(a", "b"}));
    EXPECT_EQ(parse("(null,NULL)"), (Fields{"null", "NULL"}));
    EXPECT_EQ(parse("(a\nb,\xc2\xa0)"), (Fields{"a\nb", "\xc2\xa0"}));
    EXPECT_EQ(parse(R"~((\n))~"), (Fields{"n"}));
}

TEST(RowLiteral, RefusesWhatRecordInRefuses) {
    for (const char *literal : {"", " ", "a", "1,2)", "\"(a)\"", "{1}", "\xc2\xa0(a)"})
        EXPECT_EQ(error_of(literal), RowLiteralError::no_parenthesis) << literal;
    for (const char *literal : {"(", "(a", "(a,", "(\"a)", "(\"a\"\")", "(a\\", "(\"\\", "(a,\"b", "(a\\)"})
        EXPECT_EQ(error_of(literal), RowLiteralError::unexpected_end) << literal;
    for (const char *literal : {"(a))", "(a)b", "(a) (b)", "()()", "(a),"})
        EXPECT_EQ(error_of(literal), RowLiteralError::trailing_junk) << literal;
    EXPECT_EQ(error_of("(a,b,c)", 2), RowLiteralError::too_many_fields);
    EXPECT_EQ(error_of("(a,b)", 2), RowLiteralError::none);
    EXPECT_EQ(error_of("(a)", 0), RowLiteralError::too_many_fields);
    EXPECT_STREQ(row_literal_problem(RowLiteralError::no_parenthesis), "Missing left parenthesis.");
}

TEST(RowLiteral, VerbatimFieldsNeedNoArena) {
    std::vector<RowField> fields(2);
    const std::string_view literal = "(10248,11)";
    const ParsedRow row = parse_row_literal(literal, {}, fields);
    ASSERT_EQ(row.fields.size(), 2u);
    EXPECT_EQ(row.fields[1].text.data(), literal.data() + 7);
}

TEST(RowLiteral, WhatIsWrittenReadsBack) {
    std::mt19937 random(7);
    const std::string_view alphabet = "ab1,()\"\\ \t\n'\xc3\xa9{}";
    for (int i = 0; i < 200'000; i++) {
        Fields fields(1 + random() % 4);
        for (Field &field : fields) {
            if (random() % 4 == 0) continue;
            field.emplace();
            for (std::size_t size = random() % 6; size > 0; size--)
                *field += alphabet[random() % alphabet.size()];
        }
        ASSERT_EQ(parse(write(fields)), fields) << write(fields);
    }
}

} // namespace
