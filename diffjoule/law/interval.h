// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/law/form.h"

// A prediction with its interval, and what makes it wide.
//
// The 90 % prediction interval is median x exp(-+ t(0.95, dof) s), with s^2 the sum of: the law's spread (unseen
// models); 0.10^2 for a laboratory of its own; the deviation between cards, where the card was not measured; spread^2 /
// 3 of a card whose variant is not stated (a uniform half range); and (0.25 ln r)^2 for every axis on which the
// workload lies outside the law's domain by a factor r. A law of one device knows its laboratory; a model that it was
// not fitted on adds 0.15^2 (assumed).
namespace diffjoule::law {

struct DomainAxis {
  std::string name;
  double (*value)(const Observation&);
};

// Where a law may be asked about things it has not seen: FLOPs an item, pixels, steps, batch, GPUs.
[[nodiscard]] const std::vector<DomainAxis>& domain_axes();

struct Prediction {
  Energy energy, energy_low, energy_high;                         // of one item
  std::optional<Duration> duration, duration_low, duration_high;  // of the batch
  double deviation = 0.0;                                         // s of energy
  std::vector<std::string> extrapolations;                        // "steps: 4 below 20 to 50"
  bool card_unseen = false;
};

inline constexpr double interval_level = 0.90;

[[nodiscard]] Result<Prediction> predict(const Form& form, const Law& law, const Observation& observation);

}  // namespace diffjoule::law
