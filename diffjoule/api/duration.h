// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "diffjoule/api/verb.h"
#include "diffjoule/units/units.h"

// Times and shares as people type them in requests.
namespace diffjoule::api {

// "10s", "500ms", "2m", "1h"; a bare number is seconds.
[[nodiscard]] Result<Duration> duration_from(std::string_view text);

// "1%" or "0.01", above 0 and below 1.
[[nodiscard]] Result<double> share_from(std::string_view text);

// That field of the request, which an error names.
[[nodiscard]] Result<std::optional<Duration>> duration_of(const Request& request, const std::string& field);

}  // namespace diffjoule::api
