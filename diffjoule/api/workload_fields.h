// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "diffjoule/api/verb.h"
#include "diffjoule/models/pipeline_shelf.h"
#include "diffjoule/models/program.h"
#include "diffjoule/workload/workload.h"

// The fields that say what is to be generated, the same for every verb that takes a model.
namespace diffjoule::api {

[[nodiscard]] std::vector<Field> workload_fields();

// `more` after workload_fields().
[[nodiscard]] std::vector<Field> with_workload_fields(std::vector<Field> more);

[[nodiscard]] Result<Workload> workload_of(const Request& request);

// Where the verbs find models: by name in the catalogue, or by path.
[[nodiscard]] models::PipelineShelf shelf_of(const Context& context);

// The settled workload as a document: every value that was used.
[[nodiscard]] io::Document document_of(const models::Pipeline& pipeline, const models::Settings& settings);

// Lines as a list.
[[nodiscard]] io::Document list_of(const std::vector<std::string>& lines);

// An exact count: an integer, or above 2^53 its decimal digits as text, because JavaScript and doubles would round it.
[[nodiscard]] io::Document exact(WideInteger count);

}  // namespace diffjoule::api
