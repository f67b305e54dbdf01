// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"

namespace diffjoule::io {

// Text to tree; errors name line and column. Dates and times are read as text.
[[nodiscard]] Result<Document> parse_toml(std::string_view text);

}  // namespace diffjoule::io
