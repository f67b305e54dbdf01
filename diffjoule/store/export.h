// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/measure/measurement.h"

// A measurement in the words of our neighbours. One file in exports/ writes one format, `Export zeus_log();`.
namespace diffjoule::store {

struct ExportOptions {
  std::optional<CarbonIntensity> intensity = std::nullopt;  // of the electricity; absent: no emissions
  std::string model = {};                                   // what was run, where it is known
};

struct Export {
  std::string name;
  std::string summary;
  // An error: the format has no way to say what was measured.
  Result<std::string> (*write)(const measure::Measurement& measurement, const ExportOptions& options);
};

// The members of exports/, by name of file.
[[nodiscard]] const std::vector<Export>& all_exports();

// An error offers the nearest names.
[[nodiscard]] Result<const Export*> export_named(const std::string& name);

}  // namespace diffjoule::store
