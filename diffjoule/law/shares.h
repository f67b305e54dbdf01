// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "diffjoule/law/explanation.h"

// What of a run's predicted time and energy each class of operation is. Of time it is the elasticity: a class that
// takes 1 % longer makes the run longer by its share of 1 %. So to first order ln(measured / predicted) = sum over
// classes of share x ln(what the class costs / what the law says).
namespace diffjoule::law {

// The classes of operators, then launches (of time) or static power and idle GPUs (of energy).
inline constexpr std::size_t share_classes = work_classes + 1;
inline constexpr std::array<const char*, work_classes> work_class_names{"linear", "convolution", "attention", "other"};
using Shares = std::array<double, share_classes>;

struct RunShares {
  Shares time{}, energy{};       // each sums to one
  Bound bound = Bound::compute;  // of the denoiser
};

// Of one GPU. An error for a law of another form than the roofline, or for the wall.
[[nodiscard]] Result<RunShares> shares_of(const Law& roofline, const Observation& observation);

}  // namespace diffjoule::law
