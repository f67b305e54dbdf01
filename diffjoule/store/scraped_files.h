// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/store/import.h"

// Files with the text of an exporter, scraped at different times.
namespace diffjoule::store {

// A line of text that begins so: a sample, not JSON that names the metric.
[[nodiscard]] bool has_metric(const Input& input, std::string_view beginning);

// Samples carry their own time, else a file's samples have the time at which it was written, which is said.
[[nodiscard]] Result<Imported> read_scrapes(const std::string& format, std::span<const Input> inputs);

}  // namespace diffjoule::store
