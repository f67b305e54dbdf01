// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/calibration_cases.h"

#include <algorithm>
#include <array>

#include "diffjoule/law/form.h"

namespace diffjoule::sweep {
namespace {

// From the paper's own ranges down to what a processor does in seconds; sides are multiples of 64, which every model
// with a size of its own takes. Middles are about the geometric mean.
struct Rung {
  std::array<std::int64_t, 2> side, steps;
  std::int64_t middle_side, middle_steps;
};
constexpr std::array<Rung, 7> ladder{{{{512, 1024}, {10, 50}, 768, 20},
                                      {{256, 1024}, {10, 30}, 512, 20},
                                      {{256, 768}, {5, 20}, 512, 10},
                                      {{256, 512}, {3, 12}, 384, 6},
                                      {{256, 512}, {1, 6}, 384, 3},
                                      {{128, 320}, {1, 6}, 192, 3},
                                      {{64, 192}, {1, 4}, 128, 2}}};

std::optional<DType> dtype_for(const models::Pipeline& pipeline, const std::vector<DType>& arithmetic) {
  const auto has = [&arithmetic](DType dtype) {
    return std::find(arithmetic.begin(), arithmetic.end(), dtype) != arithmetic.end();
  };
  if (arithmetic.empty() || has(pipeline.defaults.dtype)) return std::nullopt;
  return has(DType::bfloat16) ? DType::bfloat16 : arithmetic.front();
}

Configuration configuration(const std::string& model, std::int64_t side, std::int64_t steps,
                            std::optional<DType> dtype) {
  Configuration c;
  c.workload.model = model;
  c.workload.width = c.workload.height = side;
  c.workload.steps = steps;
  c.workload.dtype = dtype;
  c.levels["resolution"] = std::to_string(side) + "px";
  c.levels["steps"] = std::to_string(steps);
  return c;
}

std::vector<Configuration> of_rung(const std::string& model, const Rung& rung, std::optional<DType> dtype) {
  std::vector<Configuration> all;
  for (const std::int64_t side : rung.side) {
    for (const std::int64_t steps : rung.steps) all.push_back(configuration(model, side, steps, dtype));
  }
  all.push_back(configuration(model, rung.middle_side, rung.middle_steps, dtype));
  all.back().check = true;
  return all;
}

Result<Duration> expected_time(const std::vector<Configuration>& all, const law::Form& form, const law::Law& law,
                               const Observer& observer) {
  Duration sum;
  for (const Configuration& c : all) {
    auto observation = observe(c, observer);
    if (!observation) return forward(observation);
    auto central = form.predict(law, *observation);
    if (!central) return forward(central);
    sum += central->latency_per_batch.value_or(Duration{});
  }
  return sum;
}

}  // namespace

Result<Cases> cases_for(const CaseOptions& options, const law::Law& law, const Observer& observer) {
  auto form = law::form_named(law.form);
  if (!form) return forward(form);
  const auto runs = static_cast<double>(options.repeats + 1);
  const Duration each = options.budget / static_cast<double>(options.models.size());
  Cases all;
  for (const std::string& model : options.models) {
    auto pipeline = observer.dataset.pipeline(model);
    if (!pipeline) return forward(pipeline);
    const auto dtype = dtype_for(**pipeline, options.arithmetic);
    std::vector<Configuration> chosen;
    Duration expected;
    std::optional<Error> problem;
    for (const Rung& rung : ladder) {
      std::vector<Configuration> tried = of_rung(model, rung, dtype);
      auto time = expected_time(tried, **form, law, observer);
      if (!time) {
        problem = time.error();
        continue;
      }
      chosen = std::move(tried);
      expected = runs * *time;
      if (expected <= each) break;
    }
    if (chosen.empty()) return tl::unexpected<Error>(std::move(*problem).context("calibrating with " + model));
    all.configurations.insert(all.configurations.end(), chosen.begin(), chosen.end());
    all.expected += expected;
  }
  return all;
}

}  // namespace diffjoule::sweep
