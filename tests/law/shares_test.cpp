// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/shares.h"

#include <gtest/gtest.h>

#include <numeric>

#include "diffjoule/law/form.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

class SharesOfARun : public testing::Test {
 protected:
  SharesOfARun() : rows(synthetic::runs(6, {.noise = 0.05}, 101)) {
    law = form.fit(rows).value();
    law.form = form.name;
  }
  const Form& form = *form_named("roofline").value();
  std::vector<Observation> rows;
  Law law;
};

double sum_of(const Shares& shares) { return std::accumulate(shares.begin(), shares.end(), 0.0); }

TEST_F(SharesOfARun, SumToOneWhateverTheBoundary) {
  for (Observation o : rows) {
    for (const Boundary boundary : {Boundary::gpu, Boundary::gpu_above_idle, Boundary::node_gpus}) {
      o.boundary = boundary;
      o.metered_devices = 8.0;
      const RunShares shares = shares_of(law, o).value();
      EXPECT_NEAR(sum_of(shares.time), 1.0, 1e-9);
      EXPECT_NEAR(sum_of(shares.energy), 1.0, 1e-9);
    }
  }
}

TEST_F(SharesOfARun, OfTimeAreElasticities) {
  for (Coefficient& c : law.coefficients) {
    if (c.name == "energy a FLOP" || c.name == "energy a byte") c.value *= 1e-3;  // no power cap
    if (c.name.starts_with("launch")) c.value *= 20.0;
  }
  const Observation& o = rows.front();
  Law slower = law;
  for (Coefficient& c : slower.coefficients) {
    if (c.name.starts_with("launch")) c.value *= 1.001;
  }
  const double ratio = *form.predict(slower, o)->latency_per_batch / *form.predict(law, o)->latency_per_batch;
  EXPECT_NEAR(std::log(ratio) / std::log(1.001), shares_of(law, o)->time[work_classes], 1e-3);
}

TEST_F(SharesOfARun, ANodesIdleCardsAreStatic) {
  Observation o = rows.front();
  const double alone = shares_of(law, o)->energy[work_classes];
  o.boundary = Boundary::node_gpus;
  o.metered_devices = 8.0;
  EXPECT_GT(shares_of(law, o)->energy[work_classes], alone);
}

TEST_F(SharesOfARun, TheWallHasNone) {
  rows.front().boundary = Boundary::wall;
  EXPECT_FALSE(shares_of(law, rows.front()).has_value());
}

}  // namespace
}  // namespace diffjoule::law
