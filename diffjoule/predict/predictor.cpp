// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/predict/predictor.h"

#include <array>

#include "diffjoule/io/json.h"
#include "diffjoule/law/explanation.h"

namespace diffjoule::predict {
namespace {

constexpr std::array<Stage, law::stages> stage_order{Stage::encode, Stage::denoise, Stage::decode};

// What each stage alone would cost, as shares of their sum.
std::vector<StageShare> shares_of(const Predictor& predictor, const law::Observation& whole) {
  std::vector<StageShare> shares;
  double total = 0.0;
  for (std::size_t s = 0; s < law::stages; ++s) {
    law::Observation alone = whole;
    for (std::size_t other = 0; other < law::stages; ++other) {
      if (other != s) alone.work[other] = {};
    }
    const auto central = predictor.form().predict(predictor.law(), alone);
    shares.push_back({name(stage_order[s]), central ? central->energy_per_item.in(joule) : 0.0});
    total += shares.back().energy;
  }
  for (StageShare& share : shares) share.energy = total > 0.0 ? share.energy / total : 0.0;
  return shares;
}

// Where one exponent of FLOPs breaks (arXiv 2511.17031, its own list, and the bounds of the roofline): said by name.
void add_conditions(const law::Law& law, const law::Observation& o, std::vector<std::string>& warnings) {
  constexpr std::size_t denoise = 1;
  constexpr double few_steps = 8.0;
  if (const auto explained = law::explain(law, o)) {
    const law::Bound bound = explained->stage[denoise].bound;
    if (bound == law::Bound::memory)
      warnings.emplace_back("memory-bound: bytes decide, and how many is a matter of the software");
    if (bound == law::Bound::launches)
      warnings.emplace_back("launch-bound: the host decides the time, and another host or a compiled model another");
    constexpr double much = 1.15;  // most runs of a large model on a fast card lose some per cent of their clocks
    if (explained->stage[denoise].result.slowdown > much)
      warnings.emplace_back("throttled: the power limit decides, clocks fall");
    if (bound == law::Bound::exchange) warnings.emplace_back("exchange-bound: the link between the GPUs decides");
  }
  if (o.steps <= few_steps) warnings.emplace_back("few-step: encoders and decoder weigh more than the law has seen");
  if (o.family.find("state-space") != std::string::npos)
    warnings.emplace_back("state-space: no law here has seen a selective scan");
  if (o.family.find("mixture-of-experts") != std::string::npos)
    warnings.emplace_back("mixture-of-experts: no law here has seen how experts are scheduled");
}

}  // namespace

Result<law::Law> builtin_law(const io::DataFiles& files) {
  auto law = files.read("laws/builtin.json")
                 .and_then([](const std::string& text) { return io::parse_json(text); })
                 .and_then(law::law_from);
  if (!law) return forward(law, "the built-in law");
  return law;
}

Power mean_power(const law::Prediction& p, double batch) {
  if (!p.duration) return {};
  return batch * p.energy / *p.duration;
}

Result<Predictor> Predictor::with(law::Law law) {
  auto form = law::form_named(law.form);
  if (!form) return forward(form);
  return Predictor(std::move(law), *form);
}

Result<law::Prediction> Predictor::predict(const law::Observation& observation) const {
  return law::predict(*form_, law_, observation);
}

Result<Predicted> Predictor::predict(dataset::Observer& observer, const Workload& workload,
                                     const dataset::Run& run) const {
  auto seen = observer.observe(workload, run);
  if (!seen) return forward(seen);
  auto prediction = predict(seen->observation);
  if (!prediction) return forward(prediction);
  Predicted p{*prediction, mean_power(*prediction, seen->observation.batch), {}, seen->notes, seen->assumed, {}};
  p.shares = shares_of(*this, seen->observation);
  for (const std::string& axis : prediction->extrapolations) p.warnings.push_back("extrapolation: " + axis);
  if (prediction->card_unseen)
    p.warnings.push_back("extrapolation: GPU " + seen->observation.gpu + " was not measured, its data sheet stands in");
  add_conditions(law_, seen->observation, p.warnings);
  if (seen->observation.device.idle_assumed && run.boundary != law::Boundary::gpu)
    p.warnings.push_back("assumed: idle power, 10 % of the power limit");
  return p;
}

}  // namespace diffjoule::predict
