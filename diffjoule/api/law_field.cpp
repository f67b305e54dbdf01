// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/law_field.h"

#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/sweep/calibration.h"

namespace diffjoule::api {

Field law_field() {
  return {.name = "law",
          .help = "a law file of diffjoule fit or calibrate; default: the built-in law",
          .placeholder = "FILE"};
}

Result<ChosenLaw> chosen_law(const Request& request, const Context& context) {
  GpuCatalogue gpus(context.data);
  const auto path = request.text("law");
  if (!path) {
    auto law = predict::builtin_law(context.data);
    if (!law) return forward(law, "the built-in law");
    auto predictor = predict::Predictor::with(std::move(*law));
    if (!predictor) return forward(predictor);
    return ChosenLaw{std::move(*predictor), std::move(gpus), {}};
  }
  auto document = io::read_file(*path).and_then([](const std::string& text) { return io::parse_json(text); });
  if (!document) return forward(document, *path);
  sweep::CalibratedLaw read;
  if (sweep::has_device(*document)) {
    auto calibrated = sweep::calibrated_law_from(*document);
    if (!calibrated) return forward(calibrated, *path);
    read = std::move(*calibrated);
    gpus.add(read.device);
  } else {
    auto law = law::law_from(*document);
    if (!law) return forward(law, *path);
    read.law = std::move(*law);
  }
  auto predictor = predict::Predictor::with(std::move(read.law));
  if (!predictor) return forward(predictor, *path);
  return ChosenLaw{std::move(*predictor), std::move(gpus), read.device.name, read.energy_assumed};
}

Result<predict::Predictor> predictor_of(const Request& request, const Context& context) {
  auto chosen = chosen_law(request, context);
  if (!chosen) return forward(chosen);
  return std::move(chosen->predictor);
}

}  // namespace diffjoule::api
