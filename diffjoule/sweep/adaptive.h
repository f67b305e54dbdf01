// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "diffjoule/law/law.h"
#include "diffjoule/sweep/design.h"
#include "diffjoule/sweep/observations.h"

// The adaptive design: of all configurations of the target design, the next one is the one whose run is expected to
// lower the mean variance of the law's predictions over that design most for each second it takes (I-optimality,
// stats/optimal_design.h), with the covariance of the law fitted so far (form device). It stops when half the mean 95 %
// prediction interval of time is at most `half_width`; then it asks for `checks` configurations that it has not run,
// drawn at random, which the law never sees. It asks for each configuration once; repeated.h repeats them.
//
// The deviation of a run from the law is that of the residuals so far, with a prior worth four runs of 0.05.
namespace diffjoule::sweep {

struct AdaptiveOptions {
  double half_width = 0.15;  // as a share of the predicted time
  std::size_t checks = 5;
  std::uint64_t seed = 1;
  std::size_t most = 1000;           // configurations, checks not among them
  Duration overhead = 1.0 * second;  // of a run beside its own time: loading, warm-up, idle
};

struct AdaptiveState {
  law::Law law;               // as fitted, or its priors before the first trial
  double half_width = 0.0;    // reached: mean over the target
  double residual = 0.0;      // deviation of ln t from the law
  std::size_t fitted_on = 0;  // configurations
};

class Adaptive final : public Design {
 public:
  // `candidates`: the target design. An error where one cannot be counted. `observer` outlives it.
  [[nodiscard]] static Result<std::unique_ptr<Adaptive>> over(std::vector<Configuration> candidates, Observer observer,
                                                              AdaptiveOptions options);

  [[nodiscard]] Result<std::optional<Configuration>> next(std::span<const Trial> done) override;
  [[nodiscard]] std::size_t size() const override;  // at most: it hopes to need fewer
  [[nodiscard]] std::string words() const override { return words_; }

  // What is known after these trials.
  [[nodiscard]] Result<AdaptiveState> state(std::span<const Trial> done) const;

 private:
  Adaptive(std::vector<Configuration> candidates, Observer observer, AdaptiveOptions options)
      : candidates_(std::move(candidates)), observer_(std::move(observer)), options_(options) {}
  struct Weighed;
  [[nodiscard]] Result<Weighed> weigh(std::span<const Trial> done) const;
  [[nodiscard]] std::optional<Configuration> next_check(std::span<const Trial> done) const;

  std::vector<Configuration> candidates_;
  std::vector<law::Observation> observations_;  // of the candidates
  Observer observer_;
  AdaptiveOptions options_;
  std::string words_;
};

}  // namespace diffjoule::sweep
