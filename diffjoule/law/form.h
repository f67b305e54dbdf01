// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "diffjoule/law/law.h"

// A form is the shape of a law: how observations become coefficients and coefficients a prediction. One file in forms/
// defines one member, `Form paper();`. fit() sees only what it is given; predict() never looks at what was measured.
namespace diffjoule::law {

// Medians, for the boundary of the observation.
struct Central {
  Energy energy_per_item;
  std::optional<Duration> latency_per_batch;  // forms without a time have none
};

struct Form {
  std::string name;
  std::string summary;
  bool baseline = false;  // shown for comparison
  // Intervals, spread and domain are added by fit() in fit.h, not here.
  Result<Law> (*fit)(std::span<const Observation> observations);
  Result<Central> (*predict)(const Law& law, const Observation& observation);
  // How many coefficients a law of this form has; 0 where that depends on the data.
  std::size_t coefficients = 0;
  // Standard deviation in ln of a card that nobody measured, where the data have one card only: stated, not fitted.
  double between_cards_prior = 0.30;
  // The same as fit, from a law nearby: quicker, where fitting is iterative. Absent: fit does.
  Result<Law> (*refit)(std::span<const Observation> observations, const Law& near) = nullptr;
  // The law with what few rows say of their cards and hosts, all else held; absent: the form cannot.
  Result<Law> (*update)(const Law& law, std::span<const Observation> observations) = nullptr;
  // Of one device, from its own runs: never fitted to a table of many, and its spread is that of leaving out a
  // configuration, not a model.
  bool one_device = false;
  // Of the logarithms of its coefficients, in their order; empty: the form has no priors.
  std::vector<double> prior_deviations = {};
};

// The members of forms/, by name of file.
[[nodiscard]] const std::vector<Form>& all_forms();

// An error offers the nearest names.
[[nodiscard]] Result<const Form*> form_named(const std::string& name);

}  // namespace diffjoule::law
