// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/designs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace diffjoule::sweep {
namespace {

Plan plan_of(const std::vector<std::string>& axes, DesignKind kind = DesignKind::full) {
  Plan plan;
  plan.name = "test";
  plan.base.model = "sd15";
  plan.design = kind;
  for (const std::string& text : axes) {
    auto axis = axis_from(text);
    EXPECT_TRUE(axis) << axis.error().message();
    if (axis) plan.axes.push_back(std::move(*axis));
  }
  return plan;
}

std::set<std::string> keys(const std::vector<Configuration>& all) {
  std::set<std::string> found;
  for (const Configuration& c : all) found.insert(c.key());
  return found;
}

TEST(Designs, AFullFactorialHasEveryCombinationOnce) {
  const auto all = full_factorial(plan_of({"resolution=256,512,768", "steps=10,20", "dtype=fp16,fp32", "cfg=on,off"}));
  ASSERT_TRUE(all) << all.error().message();
  EXPECT_EQ(all->size(), 3u * 2u * 2u * 2u);
  EXPECT_EQ(keys(*all).size(), all->size());
  for (const Configuration& c : *all) {
    EXPECT_EQ(c.levels.size(), 4u);
    EXPECT_EQ(c.workload.width, c.workload.height);
    EXPECT_TRUE(c.workload.steps && c.workload.dtype && c.workload.classifier_free);
  }
}

TEST(Designs, CornersAreFourForEachModel) {
  const auto all = corners(
      plan_of({"model=sd15,sdxl-base,flux1-dev", "steps=30,10,50", "dtype=fp16,fp32", "resolution=512,256,1024"}));
  ASSERT_TRUE(all) << all.error().message();
  std::map<std::string, std::set<std::pair<std::int64_t, std::int64_t>>> by_model;
  for (const Configuration& c : *all) {
    by_model[c.workload.model].insert({*c.workload.width, *c.workload.steps});
    EXPECT_EQ(c.workload.dtype, DType::float16);
  }
  ASSERT_EQ(by_model.size(), 3u);
  EXPECT_EQ(all->size(), 12u);
  const std::set<std::pair<std::int64_t, std::int64_t>> four{{256, 10}, {256, 50}, {1024, 10}, {1024, 50}};
  for (const auto& [model, found] : by_model) EXPECT_EQ(found, four) << model;
}

TEST(Designs, CornersWithoutResolutionAreOfTheFirstTwoNumbers) {
  const auto all = corners(plan_of({"dtype=fp16,fp32", "batch=1,2,4", "guidance=1,3,7", "text_tokens=77,154"}));
  ASSERT_TRUE(all) << all.error().message();
  EXPECT_EQ(all->size(), 4u);
  for (const Configuration& c : *all) {
    EXPECT_NE(c.workload.batch, 2);
    EXPECT_NE(c.workload.guidance, 3.0);
    EXPECT_EQ(c.workload.text_tokens, 77);
  }
  EXPECT_FALSE(corners(plan_of({"steps=10,20", "dtype=fp16,fp32"})));
  EXPECT_FALSE(corners(plan_of({"steps=10,20", "batch=4"})));
}

TEST(Designs, CornersOfRangesAreTheirEnds) {
  const auto all = corners(plan_of({"resolution=256..1024", "steps=10..50"}, DesignKind::corners));
  ASSERT_TRUE(all) << all.error().message();
  EXPECT_EQ(all->size(), 4u);
}

TEST(Designs, EveryLevelOfAHypercubeAppearsEquallyOften) {
  for (const std::uint64_t seed : {1U, 2U, 99U}) {
    Plan plan =
        plan_of({"resolution=256,512,768,1024", "steps=10,20,30", "dtype=fp16,fp32"}, DesignKind::latin_hypercube);
    plan.points = 12;
    plan.seed = seed;
    const auto all = latin_hypercube(plan);
    ASSERT_TRUE(all) << all.error().message();
    ASSERT_EQ(all->size(), 12u);
    std::map<std::string, std::map<std::string, int>> counts;
    for (const Configuration& c : *all) {
      for (const auto& [axis, level] : c.levels) ++counts[axis][level];
    }
    for (const auto& [axis, levels] : counts) {
      for (const auto& [level, count] : levels)
        EXPECT_EQ(count, 12 / static_cast<int>(levels.size())) << axis << " " << level;
    }
    EXPECT_EQ(counts["resolution"].size(), 4u);
  }
}

TEST(Designs, ARangeOfAHypercubeIsCoveredFromEndToEnd) {
  Plan plan = plan_of({"steps=1..100", "guidance=1..9"}, DesignKind::latin_hypercube);
  plan.points = 10;
  const auto all = latin_hypercube(plan);
  ASSERT_TRUE(all) << all.error().message();
  std::set<std::int64_t> strata;
  for (const Configuration& c : *all) {
    const double stratum = (static_cast<double>(*c.workload.steps) - 1.0) / 99.0 * 10.0;
    strata.insert(std::min<std::int64_t>(9, static_cast<std::int64_t>(stratum + 0.05)));
  }
  EXPECT_GE(strata.size(), 9u);  // one point a stratum; rounding may push one over its edge
}

TEST(Designs, TheSameSeedDrawsTheSameHypercube) {
  Plan plan = plan_of({"resolution=256..1024", "steps=10..50"}, DesignKind::latin_hypercube);
  plan.points = 8;
  const auto once = latin_hypercube(plan), again = latin_hypercube(plan);
  ASSERT_TRUE(once && again);
  for (std::size_t i = 0; i < once->size(); ++i) EXPECT_EQ((*once)[i].key(), (*again)[i].key());
  plan.seed = 2;
  EXPECT_NE(keys(*latin_hypercube(plan)), keys(*once));
}

TEST(Designs, MorePointsThanCombinationsAreRefused) {
  Plan plan = plan_of({"steps=10,20", "dtype=fp16,fp32"}, DesignKind::latin_hypercube);
  plan.points = 5;
  const auto all = latin_hypercube(plan);
  ASSERT_FALSE(all);
  EXPECT_NE(all.error().message().find("full factorial"), std::string::npos);
  plan.points.reset();  // ten for each axis, but never more than there are
  EXPECT_EQ(latin_hypercube(plan)->size(), 4u);
}

TEST(Designs, AShuffleIsAPermutationThatTheSeedDecides) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    std::vector<std::size_t> order = shuffled(50, seed);
    EXPECT_EQ(order, shuffled(50, seed));
    EXPECT_NE(order, shuffled(50, seed + 1));
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
  }
  EXPECT_TRUE(shuffled(0, 1).empty());
}

}  // namespace
}  // namespace diffjoule::sweep
