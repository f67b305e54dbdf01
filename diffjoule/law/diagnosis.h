// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/law/carriers.h"
#include "diffjoule/law/folds.h"

// What the residuals of a law say of law and data: which class of operation carries them (carriers.h), whether they
// move with the batch, clocks or power (trends.h), lie to one side by label (biases.h), and how much of them is noise
// (scatter.h). Of rows on one GPU; those on several are one look of their own.
namespace diffjoule::law {

// `residuals` of any form; `roofline` tells shares and bounds.
[[nodiscard]] Looked diagnose(std::span<const Observation> rows, const Residuals& residuals, const Law& roofline);

// ln(measured / predicted) by a law as it is.
[[nodiscard]] Residuals residuals_of(const Form& form, const Law& law, std::span<const Observation> rows);

}  // namespace diffjoule::law
