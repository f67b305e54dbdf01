// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/idle.h"

#include <gtest/gtest.h>

#include <cmath>

#include "diffjoule/measure/doubts.h"

namespace diffjoule::measure {
namespace {

Idle idle(double watts, double u, Idle::Kind kind = Idle::Kind::context_held) {
  return {kind, {watts * watt, u * watt}, 10.0 * second, 40.0};
}

PartEnergy energy(double joules, double u) {
  PartEnergy p;
  p.energy = Estimate<Energy>{joules * joule, u * joule};
  return p;
}

TEST(Idle, IsTheMeanPowerOfItsWindow) {
  const auto i = idle_from(energy(600.0, 6.0), 10.0 * second, Idle::Kind::no_context);
  ASSERT_TRUE(i);
  EXPECT_DOUBLE_EQ(i->power.value.in(watt), 60.0);
  EXPECT_DOUBLE_EQ(i->power.uncertainty.in(watt), 0.6);
  EXPECT_FALSE(idle_from(PartEnergy{}, 10.0 * second, Idle::Kind::no_context));
}

TEST(Idle, BeforeAndAfterAreMeanAndTheirDifferenceIsUncertainty) {
  const auto p = idle_power({"gpu", sensors::Part::gpu, idle(60.0, 0.0), idle(72.0, 0.0)});
  EXPECT_DOUBLE_EQ(p->value.in(watt), 66.0);
  EXPECT_NEAR(p->uncertainty.in(watt), 12.0 / std::sqrt(12.0), 1e-12);
}

TEST(Idle, EnergyAboveItCarriesBothUncertainties) {
  PartEnergy p = energy(1000.0, 3.0);
  subtract_idle(p, 10.0 * second, {"gpu", sensors::Part::gpu, idle(60.0, 0.4), std::nullopt});
  EXPECT_DOUBLE_EQ(p.above_idle->value.in(joule), 400.0);
  EXPECT_DOUBLE_EQ(p.above_idle->uncertainty.in(joule), 5.0);
  PartEnergy without = energy(1000.0, 3.0);
  subtract_idle(without, 10.0 * second, {"gpu", sensors::Part::gpu, std::nullopt, std::nullopt});
  EXPECT_FALSE(without.above_idle);
}

TEST(Idle, ThatMovedIsDrift) {
  EXPECT_TRUE(drifted({"gpu", sensors::Part::gpu, idle(60.0, 0.2), idle(70.0, 0.2)}));
  EXPECT_FALSE(drifted({"gpu", sensors::Part::gpu, idle(60.0, 0.2), idle(61.0, 0.2)}));
  EXPECT_FALSE(drifted({"gpu", sensors::Part::gpu, idle(60.0, 10.0), idle(70.0, 10.0)}));
  // Another kind of idle is another thing, not a drift.
  EXPECT_FALSE(drifted({"gpu", sensors::Part::gpu, idle(60.0, 0.2), idle(90.0, 0.2, Idle::Kind::model_resident)}));
}

}  // namespace
}  // namespace diffjoule::measure
