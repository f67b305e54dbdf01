// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/io/openmetrics.h"
#include "diffjoule/measure/running_totals.h"

// The names under which Prometheus sees what was measured: base units, one type a name, labels gpu_uuid and gpu_name
// (device and device_name where it is no GPU), rail, model, phase.
namespace diffjoule::api {

struct ImageEnergy {
  std::uint64_t marked = 0;         // images said by marks; they share all energy where no phase "image" is known
  std::optional<Energy> predicted;  // of one
};

[[nodiscard]] std::vector<io::MetricFamily> families_of(const measure::RunningTotals& totals, const std::string& model,
                                                        const ImageEnergy& images);

}  // namespace diffjoule::api
