// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/trial_document.h"

#include "diffjoule/workload/document.h"

namespace diffjoule::sweep {
namespace {

using io::Document;

void set_energy(Document& document, const std::optional<Estimate<Energy>>& energy) {
  document.set("energy_j", energy ? Document(energy->value.in(joule)) : Document());
  document.set("energy_uncertainty_j", energy ? Document(energy->uncertainty.in(joule)) : Document());
}

std::optional<Estimate<Energy>> energy_in(const Document& document) {
  const Document *value = document.find("energy_j"), *uncertainty = document.find("energy_uncertainty_j");
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return Estimate<Energy>{value->number() * joule, (uncertainty != nullptr ? uncertainty->number() : 0.0) * joule};
}

double number_in(const Document& document, const char* name) {
  const Document* value = document.find(name);
  return value != nullptr ? value->number() : 0.0;
}

std::string text_in(const Document& document, const char* name) {
  const Document* value = document.find(name);
  return value != nullptr && value->text() != nullptr ? *value->text() : std::string();
}

bool truth_in(const Document& document, const char* name) {
  const Document* value = document.find(name);
  return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

}  // namespace

Document to_document(const Trial& trial) {
  Document d, levels = Document::Object{}, phases = Document::Array{};
  for (const auto& [axis, level] : trial.configuration.levels) levels.set(axis, level);
  d.set("workload", to_document(trial.configuration.workload)).set("levels", std::move(levels));
  if (trial.configuration.check) d.set("check", true);
  d.set("replicate", trial.replicate).set("elapsed_s", trial.elapsed.in(second));
  d.set("elapsed_uncertainty", trial.elapsed_uncertainty);
  set_energy(d, trial.energy);
  d.set("energy_assumed", trial.energy_assumed).set("scaled", trial.scaled);
  for (const TrialPhase& phase : trial.phases) {
    Document row;
    row.set("name", phase.name).set("elapsed_s", phase.elapsed.in(second));
    set_energy(row, phase.energy);
    phases.push(std::move(row));
  }
  d.set("phases", std::move(phases));
  d.set("failure", trial.failure.empty() ? Document() : Document(trial.failure));
  return std::move(d.set("out_of_memory", trial.out_of_memory).set("measurement", trial.measurement));
}

Result<Trial> trial_from(const Document& document) {
  const Document* workload_document = document.find("workload");
  const Document* elapsed = document.find("elapsed_s");
  const Document* replicate = document.find("replicate");
  if (workload_document == nullptr || elapsed == nullptr || !elapsed->is_number() || replicate == nullptr ||
      replicate->integer() == nullptr)
    return fail(ErrorCode::invalid_data, "a trial has workload, replicate and elapsed_s; one of them is missing");
  auto workload = workload_from(*workload_document);
  if (!workload) return forward(workload, "trial");
  Trial trial;
  trial.configuration.workload = std::move(*workload);
  if (const Document* levels = document.find("levels"); levels != nullptr && levels->object() != nullptr) {
    for (const auto& [axis, level] : *levels->object()) {
      if (level.text() != nullptr) trial.configuration.levels[axis] = *level.text();
    }
  }
  trial.configuration.check = truth_in(document, "check");
  trial.replicate = *replicate->integer();
  trial.elapsed = elapsed->number() * second;
  trial.elapsed_uncertainty = number_in(document, "elapsed_uncertainty");
  trial.energy = energy_in(document);
  trial.energy_assumed = truth_in(document, "energy_assumed");
  const Document* scaled = document.find("scaled");
  trial.scaled = scaled != nullptr && scaled->is_number() ? scaled->number() : 1.0;
  if (const Document* phases = document.find("phases"); phases != nullptr && phases->array() != nullptr) {
    for (const Document& phase : *phases->array())
      trial.phases.push_back({text_in(phase, "name"), number_in(phase, "elapsed_s") * second, energy_in(phase)});
  }
  trial.failure = text_in(document, "failure");
  trial.out_of_memory = truth_in(document, "out_of_memory");
  trial.measurement = text_in(document, "measurement");
  return trial;
}

}  // namespace diffjoule::sweep
