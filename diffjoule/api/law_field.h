// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/api/verb.h"
#include "diffjoule/hardware/gpu.h"
#include "diffjoule/predict/predictor.h"

// The field that says which law answers, the same for every verb that predicts.
namespace diffjoule::api {

[[nodiscard]] Field law_field();

// The law of the request's file, else the built-in one.
[[nodiscard]] Result<predict::Predictor> predictor_of(const Request& request, const Context& context);

// The same with the cards it can be asked about: a law that calibrate wrote brings its device.
struct ChosenLaw {
  predict::Predictor predictor;
  GpuCatalogue gpus;
  std::string device;           // that it brought; empty: none
  bool energy_assumed = false;  // its energies are a model's watts, not a sensor's
};
[[nodiscard]] Result<ChosenLaw> chosen_law(const Request& request, const Context& context);

}  // namespace diffjoule::api
