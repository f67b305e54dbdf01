// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// A scripted engine, for tests and demonstrations: nothing is computed, time passes on the clock it was given. Of P
// pixels an image, an evaluation takes evaluation x batch x (P / 512^2)^exponent, each run longer or shorter by a noise
// that its seed decides.
#include <charconv>
#include <cmath>
#include <random>

#include "diffjoule/engines/engine.h"
#include "diffjoule/workload/document.h"

namespace diffjoule::engines {
namespace {

struct Script {
  double start = 0.05;       // s, of a request
  double evaluation = 0.02;  // s, at 512 x 512
  double exponent = 1.1;
  double noise = 0.01;               // standard deviation, of the time
  double most_pixels = 0.0;          // an image of more does not fit in memory; 0: all fit
  std::int64_t standard_steps = 20;  // where the workload says nothing
};

double pixels_of(const Workload& w) {
  constexpr double side = 512.0;
  return static_cast<double>(w.width.value_or(side)) * static_cast<double>(w.height.value_or(side));
}

class Synthetic final : public Engine {
 public:
  Synthetic(const Script& script, os::Clock& clock) : script_(script), clock_(clock) {}

  Result<Device> device() override { return Device{"synthetic", "gpu", {DType::float32, DType::bfloat16}}; }

  Status prepare(const Task& task) override {
    if (script_.most_pixels > 0.0 && pixels_of(task.workload) > script_.most_pixels)
      return fail(ErrorCode::exhausted, "an image of " + std::to_string(std::llround(pixels_of(task.workload))) +
                                            " pixels does not fit: most_pixels says so");
    return {};
  }

  Result<Ran> run(const Task& task) override {
    const Workload& w = task.workload;
    const std::int64_t steps = w.steps.value_or(script_.standard_steps);
    const auto executed =
        std::max<std::int64_t>(1, std::llround(std::ceil(task.fraction * static_cast<double>(steps))));
    std::seed_seq seeds{static_cast<std::uint32_t>(task.seed),
                        static_cast<std::uint32_t>(std::hash<std::string>{}(canonical_key(w))), runs_++};
    std::mt19937 random(seeds);
    const double longer = std::exp(script_.noise * std::normal_distribution<double>()(random));
    constexpr double usual_pixels = 512.0 * 512.0;
    const double evaluation = script_.evaluation * static_cast<double>(w.batch * w.images_per_prompt) *
                              std::pow(pixels_of(w) / usual_pixels, script_.exponent);
    Ran ran;
    ran.begin = clock_.now();
    const os::Instant denoise = ran.begin + longer * script_.start * second;
    ran.end = denoise + longer * evaluation * static_cast<double>(executed) * second;
    ran.phases = {{"encode", ran.begin, denoise, 1, 1}, {"denoise", denoise, ran.end, steps, executed}};
    os::Alarm never;
    clock_.wait_until(ran.end, never);
    return ran;
  }

  [[nodiscard]] std::string provenance() const override { return "synthetic (nothing is computed)"; }

 private:
  Script script_;
  os::Clock& clock_;
  std::uint32_t runs_ = 0;
};

Result<std::unique_ptr<Engine>> open(const Settings& settings, os::Clock& clock) {
  Script script;
  for (const auto& [name, target] : {std::pair("start", &script.start),
                                     {"evaluation", &script.evaluation},
                                     {"exponent", &script.exponent},
                                     {"noise", &script.noise},
                                     {"most_pixels", &script.most_pixels}}) {
    const auto given = settings.find(name);
    if (given == settings.end()) continue;
    const std::string& text = given->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *target);
    if (error != std::errc() || end != text.data() + text.size() || !(*target >= 0.0))
      return fail(ErrorCode::invalid_argument,
                  std::string(name) + ": found \"" + text + "\", a number from 0 on is meant");
  }
  return std::unique_ptr<Engine>(std::make_unique<Synthetic>(script, clock));
}

}  // namespace

Adapter synthetic() {
  return {"synthetic",
          "a script instead of a model, for tests and demonstrations",
          {{"start", "seconds of a request before its first step", "0.05"},
           {"evaluation", "seconds of a step at 512 x 512 pixels", "0.02"},
           {"exponent", "of the pixels", "1.1"},
           {"noise", "standard deviation of a run's time, as a share", "0.01"},
           {"most_pixels", "images of more pixels do not fit in memory; 0: all fit", "0"}},
          open,
          true};
}

}  // namespace diffjoule::engines
