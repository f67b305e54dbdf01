// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/trends.h"

#include <gtest/gtest.h>

#include <cmath>

#include "diffjoule/law/form.h"
#include "diffjoule/law/shares.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

class Trends : public testing::Test {
 protected:
  Trends() : rows(synthetic::runs(8, {.noise = 0.02}, 131)) {
    const Form& form = *form_named("roofline").value();
    law = form.fit(rows).value();
    law.form = form.name;
  }
  std::vector<std::optional<double>> residuals(const std::function<double(const Observation&)>& of,
                                               double noise = 0.001) {
    std::mt19937_64 random(132);
    std::normal_distribution<double> normal;
    std::vector<std::optional<double>> all;
    for (const Observation& o : rows) all.push_back(of(o) + noise * normal(random));
    return all;
  }
  std::vector<Observation> rows;
  Law law;
};

TEST_F(Trends, AGroupThatMovesWithTheBatchIsFlaggedWithItsBound) {
  const auto moved =
      residuals([](const Observation& o) { return o.model == "model-3" ? 0.1 * std::log(o.batch) : 0.0; });
  for (const Symptom& s : batch_trends({"time", rows, moved}, law).symptoms) {
    EXPECT_EQ(s.flagged, s.where.starts_with("model-3 ")) << s.where << " " << s.seen;
    EXPECT_NE(s.seen.find("bound at the smallest"), std::string::npos) << s.seen;
    if (s.flagged) {
      EXPECT_NE(s.points_to.find("large batches cost more"), std::string::npos) << s.points_to;
    }
  }
}

TEST_F(Trends, AdviceIsOfWhatBindsTheSmallestBatch) {
  for (Coefficient& c : law.coefficients) {
    if (c.name.starts_with("launch")) c.value = 1.0;
  }
  const auto moved = residuals([](const Observation& o) { return -0.1 * std::log(o.batch); });
  for (const Symptom& s : batch_trends({"time", rows, moved}, law).symptoms)
    EXPECT_NE(s.advice.find("the host sets the pace"), std::string::npos) << s.advice;
}

TEST_F(Trends, BatchesThatDifferInStepsAreNotCompared) {
  for (Observation& o : rows) o.steps = o.batch;
  const auto moved = residuals([](const Observation& o) { return std::log(o.batch); });
  const Looked found = batch_trends({"time", rows, moved}, law);
  EXPECT_TRUE(found.symptoms.empty());
  EXPECT_NE(found.notes.front().find("no group"), std::string::npos) << found.notes.front();
}

TEST_F(Trends, RowsWithoutClocksAreSaidToHaveNone) {
  const Looked found = clock_trends({"time", rows, residuals([](const Observation&) { return 0.0; })});
  EXPECT_TRUE(found.symptoms.empty());
  ASSERT_EQ(found.notes.size(), 2U);
  EXPECT_NE(found.notes.front().find("0 rows say"), std::string::npos) << found.notes.front();
}

TEST_F(Trends, WorkBoundByTheClockHasASlopeOfMinusOne) {
  double clock = 1.0e9;
  for (Observation& o : rows) o.measured.clock = (clock += 1e7) * hertz;
  const auto moved = residuals([](const Observation& o) { return -std::log(o.measured.clock->in(hertz)); });
  const Looked found = clock_trends({"time", rows, moved});
  ASSERT_EQ(found.symptoms.size(), 1U);
  EXPECT_TRUE(found.symptoms.front().flagged);
  EXPECT_NEAR(found.symptoms.front().estimate->value, -1.0, 0.05);
}

TEST_F(Trends, ThrottledRunsThatAreSlowAreFlagged) {
  double share = 0.0;
  for (Observation& o : rows) o.measured.throttled_share = (share += 0.02);
  const auto moved = residuals([](const Observation& o) { return 0.2 * *o.measured.throttled_share; });
  const Looked found = clock_trends({"time", rows, moved});
  ASSERT_EQ(found.symptoms.size(), 1U);
  EXPECT_TRUE(found.symptoms.front().jointly);
  EXPECT_NEAR(found.symptoms.front().estimate->value, 0.2, 0.01);
}

TEST_F(Trends, ASlowGroupThatDrewLittlePowerWaited) {
  const auto waited = residuals([](const Observation& o) { return o.model == "model-1" ? 0.3 : 0.0; });
  const auto none = residuals([](const Observation&) { return 0.0; });
  const Looked found = power_trend({"energy", rows, none}, {"time", rows, waited});
  ASSERT_EQ(found.symptoms.size(), 1U);
  EXPECT_TRUE(found.symptoms.front().flagged);
  EXPECT_NE(found.symptoms.front().seen.find("model-1 on large"), std::string::npos) << found.symptoms.front().seen;
  // As slow, but with the energy that goes with it: no waiting.
  const Looked busy = power_trend({"energy", rows, waited}, {"time", rows, waited});
  EXPECT_NE(busy.symptoms.front().seen.find("none slow"), std::string::npos) << busy.symptoms.front().seen;
}

}  // namespace
}  // namespace diffjoule::law
