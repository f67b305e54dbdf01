// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "diffjoule/law/form.h"
#include "diffjoule/law/groups.h"

// Cross-validation by label: every row is predicted by a law that has seen no row with its label.
namespace diffjoule::law {

// ln(measured / predicted) of each row; absent where nothing was measured, or the fold could not be fitted or
// predicted.
struct Residuals {
  std::vector<std::optional<double>> energy, time;
};

[[nodiscard]] Residuals leave_out(const Form& form, std::span<const Observation> observations, const Labels& by,
                                  const Law& near);

// ln(measured / predicted) of one row.
struct Residual {
  std::optional<double> energy, time;
};
[[nodiscard]] Residual residual_of(const Form& form, const Law& law, const Observation& observation);

}  // namespace diffjoule::law
