// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/place.h"

namespace diffjoule::store {

Result<std::string> default_place(const Environment& environment) {
  const std::string below = "/diffjoule/measurements.db";
  const auto absolute = [&environment](const char* name) -> std::optional<std::string> {
    auto value = environment ? environment(name) : std::nullopt;
    return value && value->starts_with('/') ? value : std::nullopt;
  };
  if (const auto data = absolute("XDG_DATA_HOME")) return *data + below;
  if (const auto home = absolute("HOME")) return *home + "/.local/share" + below;
  return fail(ErrorCode::unavailable,
              "no place for the store: neither XDG_DATA_HOME nor HOME is an absolute path; give --store FILE");
}

}  // namespace diffjoule::store
