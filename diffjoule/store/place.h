// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "diffjoule/error/result.h"

namespace diffjoule::store {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// $XDG_DATA_HOME/diffjoule/measurements.db, else ~/.local/share/diffjoule/measurements.db. As the XDG specification
// wants it, a value that is no absolute path is as good as none.
[[nodiscard]] Result<std::string> default_place(const Environment& environment);

}  // namespace diffjoule::store
