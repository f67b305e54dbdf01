// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "diffjoule/error/result.h"
#include "diffjoule/sensors/wall_address.h"

// The little of HTTP/1.0 that asking for a page of metrics takes.
namespace diffjoule::sensors {

[[nodiscard]] std::string http_request(const WallAddress& address);

// Whether `answer` holds all that its Content-Length promises; false where it promises nothing and ends with the
// connection.
[[nodiscard]] bool http_is_whole(std::string_view answer);

// The page; an error for any status but 200.
[[nodiscard]] Result<std::string_view> http_page(std::string_view answer);

}  // namespace diffjoule::sensors
