// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

// The nearest names to one that was not found, for "did you mean".
namespace diffjoule {

// At most `most` of `known`, nearest first. Distance is Damerau-Levenshtein on case-folded text without spaces,
// dashes, dots and underscores; a name that contains the query (or is contained in it) counts as near. Names further
// than half the query's length are left out.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view query, std::span<const std::string> known,
                                                     std::size_t most = 3);

// `no GPU named "h900"; did you mean "H100-SXM-80GB", ...?`, and where nothing is near, the advice
// `"diffjoule list gpus" shows all`.
[[nodiscard]] std::string unknown_name(std::string_view kind, std::string_view query,
                                       std::span<const std::string> known, std::string_view list_command);

// Case-folded, with spaces, dashes, dots and underscores removed: how names are compared everywhere.
[[nodiscard]] std::string folded_name(std::string_view name);

}  // namespace diffjoule
