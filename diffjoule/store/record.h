// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/io/document.h"
#include "diffjoule/measure/measurement.h"
#include "diffjoule/store/entry.h"
#include "diffjoule/store/import.h"

// Measurements on their way into a store.
namespace diffjoule::store {

// The columns of a measurement. `source`: "diffjoule" or an import's name.
[[nodiscard]] Entry entry_of(const measure::Measurement& measurement, const std::string& source);
[[nodiscard]] Entry entry_of(const Record& record, const std::string& source);

// The measurement's document with "source", "boundary" and "caveats".
[[nodiscard]] io::Document document_of(const Record& record, const std::string& source);

}  // namespace diffjoule::store
