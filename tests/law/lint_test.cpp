// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/lint.h"

#include <gtest/gtest.h>

#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

class Linting : public testing::Test {
 protected:
  Linting() : rows(synthetic::runs(10, {}, 91)) {
    for (Observation& o : rows) {  // half of the data sheet's speed, 80 % of the power limit
      Duration least;
      for (const StageWork& stage : o.work) {
        for (const ClassWork& work : stage.by_class) least += work.flops / work.peak;
      }
      o.boundary = Boundary::gpu;
      o.measured = {0.8 * (2.0 * least * o.device.power_limit) / o.batch, 2.0 * least};
    }
  }
  std::vector<Finding> of(std::size_t row) const {
    std::vector<Finding> found;
    for (const Finding& f : lint(rows)) {
      if (f.row == row) found.push_back(f);
    }
    return found;
  }
  std::vector<Observation> rows;
};

TEST_F(Linting, FindsNothingInPlausibleRows) { EXPECT_TRUE(lint(rows).empty()); }

TEST_F(Linting, MoreFlopsThanTheChipHasWithinTheTime) {
  rows[3].measured.latency_per_batch = 0.25 * *rows[3].measured.latency_per_batch;
  rows[3].measured.energy_per_item = 0.25 * *rows[3].measured.energy_per_item;
  ASSERT_FALSE(of(3).empty());
  EXPECT_NE(of(3)[0].problem.find("2.00 times the FLOP/s"), std::string::npos) << of(3)[0].problem;
  EXPECT_NE(of(3)[0].cause.find("guidance"), std::string::npos) << of(3)[0].cause;
}

TEST_F(Linting, MorePowerThanTheLimit) {
  rows[5].measured.energy_per_item = 2.0 * *rows[5].measured.energy_per_item;
  ASSERT_EQ(of(5).size(), 1U);
  EXPECT_NE(of(5)[0].problem.find("1.60 times the power limit"), std::string::npos) << of(5)[0].problem;
}

TEST_F(Linting, LessPowerThanIdle) {
  rows[7].measured.latency_per_batch = 50.0 * *rows[7].measured.latency_per_batch;
  ASSERT_EQ(of(7).size(), 1U);
  EXPECT_NE(of(7)[0].problem.find("idle power"), std::string::npos) << of(7)[0].problem;
}

TEST_F(Linting, AnEnergyPerFlopFarOffItsNeighbours) {
  rows[9].measured.latency_per_batch = std::nullopt;
  rows[9].measured.energy_per_item = 0.2 * *rows[9].measured.energy_per_item;
  ASSERT_EQ(of(9).size(), 1U);
  EXPECT_NE(of(9)[0].problem.find("energy per FLOP"), std::string::npos) << of(9)[0].problem;
}

}  // namespace
}  // namespace diffjoule::law
