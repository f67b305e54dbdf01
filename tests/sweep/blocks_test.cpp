// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace diffjoule::sweep {
namespace {

std::vector<Configuration> configurations(std::int64_t count) {
  std::vector<Configuration> all;
  for (std::int64_t i = 1; i <= count; ++i) {
    Configuration c;
    c.workload.model = "sd15";
    c.workload.steps = i;
    all.push_back(std::move(c));
  }
  return all;
}

Trial trial_of(const Configuration& configuration, double seconds) {
  Trial trial;
  trial.configuration = configuration;
  trial.elapsed = seconds * second;
  return trial;
}

// Runs a design to its end; `seconds` of the n-th run.
template <class Seconds>
std::vector<Trial> run_all(BlockDesign& design, Seconds seconds, std::vector<Trial> done = {}) {
  constexpr std::size_t too_many = 1000;
  while (done.size() < too_many) {
    const auto next = design.next(done);
    EXPECT_TRUE(next);
    if (!next || !*next) return done;
    done.push_back(trial_of(**next, seconds(done.size())));
  }
  ADD_FAILURE() << "the design does not end";
  return done;
}

std::vector<std::string> keys(const std::vector<Trial>& trials) {
  std::vector<std::string> all;
  for (const Trial& trial : trials) all.push_back(trial.configuration.key());
  return all;
}

double steady(std::size_t) { return 1.0; }

TEST(Blocks, EachBlockRunsEveryConfigurationOnceInAnOrderOfItsOwn) {
  BlockDesign design(configurations(10), {.least = 3, .most = 3}, 1);
  const auto order = keys(run_all(design, steady));
  ASSERT_EQ(order.size(), 30u);
  std::set<std::vector<std::string>> orders;
  for (std::ptrdiff_t block = 0; block < 3; ++block) {
    const std::vector<std::string> one(order.begin() + 10 * block, order.begin() + 10 * (block + 1));
    EXPECT_EQ(std::set(one.begin(), one.end()).size(), 10u);
    orders.insert(one);
  }
  EXPECT_EQ(orders.size(), 3u);
}

TEST(Blocks, TheSameSeedIsTheSameOrder) {
  BlockDesign one(configurations(8), {.least = 2, .most = 2}, 5), same(configurations(8), {.least = 2, .most = 2}, 5),
      other(configurations(8), {.least = 2, .most = 2}, 6);
  const auto order = keys(run_all(one, steady));
  EXPECT_EQ(keys(run_all(same, steady)), order);
  EXPECT_NE(keys(run_all(other, steady)), order);
}

TEST(Blocks, ADesignGoesOnWhereItWasCutOff) {
  BlockDesign whole(configurations(6), {.least = 2, .most = 2}, 3);
  const auto all = run_all(whole, steady);
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    BlockDesign resumed(configurations(6), {.least = 2, .most = 2}, 3);
    const std::vector<Trial> before(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut));
    EXPECT_EQ(keys(run_all(resumed, steady, before)), keys(all)) << "cut after " << cut;
  }
}

TEST(Blocks, WhatIsKnownWellEnoughIsNotRepeated) {
  // The first configuration is noisy, the others are steady.
  const measure::StoppingRule rule{.relative_half_width = 0.05, .least = 2, .most = 6};
  const auto all = configurations(3);
  BlockDesign design(all, rule, 1);
  std::vector<Trial> done;
  for (int i = 0; i < 100; ++i) {
    const auto next = design.next(done);
    ASSERT_TRUE(next);
    if (!*next) break;
    const bool noisy = (**next).key() == all[0].key();
    done.push_back(trial_of(**next, noisy ? 1.0 + static_cast<double>(done.size() % 5) : 1.0));
  }
  std::map<std::string, int> runs;
  for (const Trial& trial : done) ++runs[trial.configuration.key()];
  EXPECT_EQ(runs[all[0].key()], 6);
  EXPECT_EQ(runs[all[1].key()], 2);
  EXPECT_EQ(runs[all[2].key()], 2);
}

TEST(Blocks, EnergyDecidesWhereThereIsOne) {
  const measure::StoppingRule rule{.relative_half_width = 0.05, .least = 2, .most = 6, .warm_up = 0};
  const Configuration one = configurations(1)[0];
  Trial a = trial_of(one, 1.0), b = trial_of(one, 2.0);
  EXPECT_FALSE(is_enough({&a, &b}, rule));
  a.energy = b.energy = Estimate<Energy>{100.0 * joule, 1.0 * joule};
  EXPECT_TRUE(is_enough({&a, &b}, rule));
  b.energy.reset();
  EXPECT_FALSE(is_enough({&a, &b}, rule));
}

TEST(Blocks, AFailedConfigurationIsNotAskedForAgain) {
  BlockDesign design(configurations(4), {.least = 3, .most = 3}, 1);
  std::vector<Trial> done;
  const auto first = design.next(done);
  ASSERT_TRUE(first && *first);
  done.push_back(trial_of(**first, 0.0));
  done.back().failure = "out of memory";
  const auto all = run_all(design, steady, done);
  EXPECT_EQ(all.size(), 1u + 3u * 3u);
  EXPECT_EQ(design.size(), all.size());
}

TEST(Blocks, TheSizeIsOfAllRunsAsFarAsIsKnown) {
  BlockDesign design(configurations(4), {.least = 3, .most = 5}, 1);
  EXPECT_EQ(design.size(), 12u);
  std::vector<Trial> done;
  ASSERT_TRUE(design.next(done));
  EXPECT_EQ(design.size(), 12u);
}

}  // namespace
}  // namespace diffjoule::sweep
