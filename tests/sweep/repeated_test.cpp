// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/repeated.h"

#include <gtest/gtest.h>

#include <set>

namespace diffjoule::sweep {
namespace {

// Asks for 1, 2, 3 steps, each once.
class Counting final : public Design {
 public:
  Result<std::optional<Configuration>> next(std::span<const Trial> done) override {
    std::set<std::string> known;
    for (const Trial& trial : done) known.insert(trial.configuration.key());
    if (known.size() >= 3) return std::optional<Configuration>();
    Configuration c;
    c.workload.model = "sd15";
    c.workload.steps = static_cast<std::int64_t>(known.size()) + 1;
    c.check = known.size() == 2;
    return std::optional(c);
  }
  [[nodiscard]] std::size_t size() const override { return 3; }
};

std::vector<Trial> run_all(const measure::StoppingRule& rule, const std::string& failure = "",
                           std::vector<Trial> done = {}) {
  Repeated design(std::make_unique<Counting>(), rule);
  while (done.size() < 100) {
    const auto next = design.next(done);
    EXPECT_TRUE(next);
    if (!next || !*next) break;
    Trial trial;
    trial.configuration = **next;
    trial.elapsed = (1.0 + static_cast<double>(done.size() % 2)) * second;
    if (trial.configuration.workload.steps == 2) trial.failure = failure;
    done.push_back(std::move(trial));
  }
  return done;
}

std::vector<std::int64_t> steps(const std::vector<Trial>& trials) {
  std::vector<std::int64_t> all;
  for (const Trial& trial : trials) all.push_back(*trial.configuration.workload.steps);
  return all;
}

TEST(Repeated, EachConfigurationIsRepeatedBeforeTheNextIsChosen) {
  const auto trials = run_all({.least = 2, .most = 2});
  EXPECT_EQ(steps(trials), (std::vector<std::int64_t>{1, 1, 2, 2, 3, 3}));
  EXPECT_TRUE(trials[4].configuration.check && trials[5].configuration.check);
  EXPECT_EQ(steps(run_all({.least = 1, .most = 1})), (std::vector<std::int64_t>{1, 2, 3}));
}

TEST(Repeated, AFailureIsNotRepeated) {
  EXPECT_EQ(steps(run_all({.least = 2, .most = 2}, "no room")), (std::vector<std::int64_t>{1, 1, 2, 3, 3}));
}

TEST(Repeated, ASweepThatWasCutOffGoesOnWithTheRepeats) {
  const auto all = run_all({.least = 3, .most = 3});
  for (std::ptrdiff_t cut = 0; cut <= std::ssize(all); ++cut)
    EXPECT_EQ(steps(run_all({.least = 3, .most = 3}, "", {all.begin(), all.begin() + cut})), steps(all));
}

}  // namespace
}  // namespace diffjoule::sweep
