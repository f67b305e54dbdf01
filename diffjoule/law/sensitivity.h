// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "diffjoule/law/form.h"

// How a prediction depends on the coefficients: d ln(time) / d ln(coefficient) by central differences, in the order of
// the law's coefficients. What designs of experiments are made from.
namespace diffjoule::law {

// An error where the form has no priors (Form::prior_deviations) or gives no time.
[[nodiscard]] Result<std::vector<double>> time_sensitivity(const Form& form, const Law& law,
                                                           const Observation& observation);

}  // namespace diffjoule::law
