// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "diffjoule/error/result.h"

// What the text of an adapter's setting means. Errors name the setting and quote the text.
namespace diffjoule::engines {

[[nodiscard]] Result<std::int64_t> whole_setting(const std::string& name, const std::string& text, std::int64_t least,
                                                 std::int64_t most);

// Bytes: "2000000", "512MiB", "4GiB", "4GB" (a power of ten), at least 1.
[[nodiscard]] Result<std::int64_t> bytes_setting(const std::string& name, const std::string& text);

}  // namespace diffjoule::engines
