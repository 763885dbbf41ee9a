// Errors about names that the catalogue does not have.
#pragma once

#include "catalog/workspace.h"

namespace relate {

// "Perhaps you meant ..." with up to three names that resemble the one wanted; null where none does.
const char *similar_names(std::string_view wanted, std::span<const std::string_view> names);

// 42704, with similar names where the caller may read the catalogue.
[[noreturn]] void raise_unknown_module(const Workspace &workspace, std::string_view name);
[[noreturn]] void raise_unknown_type(const Workspace &workspace, std::string_view name);

// The word of a path, its number counted from 1, that leads nowhere from these modules (in words);
// `known` is what does.
[[noreturn]] void raise_unknown_step(const Workspace &workspace, std::string_view word, size_t number,
                                     const char *modules, std::span<const std::string_view> known);

} // namespace relate
