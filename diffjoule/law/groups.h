// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/law/observation.h"

// Rows of one model on one GPU that differ in batch size are near duplicates: a group (model x GPU x source) has weight
// one, however many rows it has, and is left out whole.
namespace diffjoule::law {

// "sdxl-base on H100-SXM-80GB (mlenergy-v2)", "flux1-dev on 4 x H100-SXM-80GB (mlenergy-v3)"
[[nodiscard]] std::string group_of(const Observation& observation);

// Runs of one configuration have the same: model, size, work, batch, steps, dtype.
[[nodiscard]] std::string configuration_of(const Observation& observation);

// 1 / (rows of the observation's group).
[[nodiscard]] std::vector<double> group_weights(std::span<const Observation> observations);

// A number from 0 for each different label, in order of first appearance.
struct Labels {
  std::vector<std::size_t> of_row;
  std::vector<std::string> names;
};
[[nodiscard]] Labels labels(std::span<const Observation> observations,
                            const std::function<std::string(const Observation&)>& label);

}  // namespace diffjoule::law
