// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "diffjoule/api/verb.h"
#include "diffjoule/dataset/measurements.h"

// The fields that say which measurements are meant, the same for every verb that reads them.
namespace diffjoule::api {

// DATA... and --skip-bad.
[[nodiscard]] std::vector<Field> data_fields();

// The tables named in the request, or the bundled ones; an error names file, line and column.
[[nodiscard]] Result<dataset::Dataset> dataset_of(const Request& request, const Context& context);

// {"rows", "used", "files": {...}, "left_out": [{"reason", "rows"}]}
[[nodiscard]] io::Document document_of(const dataset::Dataset& data);

// "398 of 790 rows used", then a line for each reason why others were not.
[[nodiscard]] std::string words_of(const io::Document& dataset);

}  // namespace diffjoule::api
