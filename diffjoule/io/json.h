// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"

namespace diffjoule::io {

// Text to tree. Refuses duplicate keys, nesting deeper than 100, NaN and trailing text; errors name line and column.
// Integers beyond 64 bits become reals, as in every other reader.
[[nodiscard]] Result<Document> parse_json(std::string_view text);

// Tree to text: two spaces of indent, or one line. Reals are written with as few digits as read back equal; a real that
// is not finite is written as null, because JSON has no word for it.
[[nodiscard]] std::string to_json(const Document& document);
[[nodiscard]] std::string to_json_line(const Document& document);

}  // namespace diffjoule::io
