// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/validation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

const Form& form(const std::string& name) { return *form_named(name).value(); }

TEST(Validation, LeavesOutEveryModelOnceAndWeighsGroupsEqually) {
  auto rows = synthetic::runs(4, {.noise = 0.05}, 31);
  const Validation v = validate(form("op_class"), rows, LeaveOut::model);
  ASSERT_TRUE(v.energy.has_value());
  EXPECT_EQ(v.energy->rows, rows.size());
  EXPECT_EQ(v.energy->groups, 8U);
  // A hundred copies of one row are one group still: nothing moves by more than the copies' own weight allows.
  const std::vector<Observation> copies(100, rows.front());
  rows.insert(rows.end(), copies.begin(), copies.end());
  EXPECT_EQ(validate(form("op_class"), rows, LeaveOut::model).energy->groups, 8U);
}

TEST(Validation, LeavesOutACardWithAllItsVariants) {
  auto rows = synthetic::runs(4, {}, 32);
  for (Observation& o : rows) {
    if (o.batch == 16.0 && o.gpu == "large") o.gpu = "large-variant";  // o.card stays
  }
  EXPECT_EQ(fold_labels(rows, LeaveOut::gpu).names.size(), 2U);
}

TEST(Validation, RowsGivenBeforehandAreNotScored) {
  const auto rows = synthetic::runs(6, {.noise = 0.05}, 35);
  const std::size_t all = validate(form("roofline"), rows, LeaveOut::gpu).energy->rows;
  EXPECT_EQ(validate(form("roofline"), rows, LeaveOut::gpu, 2).energy->rows, all - 4);  // two of each card
  EXPECT_EQ(validate(form("op_class"), rows, LeaveOut::gpu, 2).energy->rows, all);      // cannot be updated
}

TEST(Validation, LeavingOutAModelAndACardLeavesRowsThatHaveNeither) {
  const auto rows = synthetic::runs(4, {.noise = 0.05}, 36);
  EXPECT_EQ(fold_labels(rows, LeaveOut::model_and_gpu).names.size(), 8U);
  EXPECT_EQ(validate(form("op_class"), rows, LeaveOut::model_and_gpu).energy->rows, rows.size());
}

TEST(Validation, PairedDifferencesAreOfTheSameGroupsAndZeroAgainstItself) {
  const auto rows = synthetic::runs(8, {.noise = 0.05}, 37);
  const Validation good = validate(form("op_class"), rows, LeaveOut::model),
                   bad = validate(form("constant"), rows, LeaveOut::model);
  EXPECT_EQ(paired(good, good)->difference, 0.0);
  const Paired difference = paired(good, bad).value();
  EXPECT_NEAR(difference.difference, good.one_gpu.energy->mean - bad.one_gpu.energy->mean, 1e-12);
  EXPECT_LE(difference.low, difference.difference);
  EXPECT_GE(difference.high, difference.difference);
  EXPECT_LT(difference.ratio, 1.0);
}

TEST(Validation, TheIntervalScoreIsTheWidthWhereAllIsInside) {
  const auto rows = synthetic::runs(8, {.noise = 0.02}, 38);
  const Scores s = validate(form("op_class"), rows, LeaveOut::model).energy.value();
  EXPECT_GE(s.interval_score, 0.5 * s.width);
}

TEST(Validation, AGroupHasItsMeansForAPicture) {
  auto rows = synthetic::runs(4, {.noise = 0.05}, 39);
  rows[0].devices = rows[1].devices = rows[2].devices = 2.0;
  const Validation v = validate(form("op_class"), rows, LeaveOut::model);
  std::size_t several = 0;
  for (const GroupError& g : v.groups) {
    EXPECT_NEAR(std::log(g.measured / g.predicted), g.energy, 1e-9);
    EXPECT_LT(g.low, g.predicted);
    EXPECT_GT(g.high, g.predicted);
    EXPECT_FALSE(g.family.empty() || g.card.empty());
    several += g.several ? 1 : 0;
  }
  EXPECT_EQ(several, 1U);
}

TEST(Validation, NamesFoldsThatCannotBeFitted) {
  auto rows = synthetic::runs(3, {}, 33);
  for (Observation& o : rows) {
    if (o.gpu == "small") o.measured.latency_per_batch.reset();
  }
  const Validation v = validate(form("op_class"), rows, LeaveOut::gpu);
  ASSERT_EQ(v.problems.size(), 1U);
  EXPECT_NE(v.problems.front().find("no row has a latency"), std::string::npos) << v.problems.front();
}

TEST(Validation, CoverageHasItsExactInterval) {
  const Validation v = validate(form("constant"), synthetic::runs(4, {.noise = 0.2}, 34), LeaveOut::model);
  EXPECT_LE(v.energy->coverage_low, static_cast<double>(v.energy->covered) / static_cast<double>(v.energy->groups));
  EXPECT_GE(v.energy->coverage_high, static_cast<double>(v.energy->covered) / static_cast<double>(v.energy->groups));
}

}  // namespace
}  // namespace diffjoule::law
