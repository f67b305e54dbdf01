// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/doubts.h"

#include <gtest/gtest.h>

namespace diffjoule::measure {
namespace {

TEST(Doubts, SoManyRepeatsBringTheEdgesToFivePerCent) {
  const Integral short_one{10.0 * joule, 4.0 * joule, 0.0, 4.0 * joule};  // +-80 % at k = 2
  EXPECT_EQ(repeats_that_suffice(short_one), 16u);
  const Integral repeated{160.0 * joule, 4.0 * joule, 0.0, 4.0 * joule};
  EXPECT_EQ(repeats_that_suffice(repeated), 1u);
  EXPECT_FALSE(too_short(repeated, 16.0 * second, 0.1 * second, true));
  const auto doubt = too_short(short_one, 0.08 * second, 0.1 * second, true);
  ASSERT_TRUE(doubt);
  EXPECT_NE(doubt->advice.find("16 times"), std::string::npos);
  EXPECT_NE(doubt->words.find("80"), std::string::npos);
}

TEST(Doubts, AnEnergyOfNothingNeedsNoDivision) {
  EXPECT_EQ(repeats_that_suffice({Energy(), 1.0 * joule, 0.0, 1.0 * joule}), 1000u);
  EXPECT_EQ(repeats_that_suffice({Energy(), Energy(), 0.0, Energy()}), 1u);
}

TEST(Doubts, InstrumentsDisagreeBeyondThreeUncertaintiesAndTwoPerCent) {
  const auto e = [](double value, double u) { return Estimate<Energy>{value * joule, u * joule}; };
  EXPECT_TRUE(disagreement(e(1000.0, 3.0), e(1040.0, 4.0)));
  EXPECT_FALSE(disagreement(e(1000.0, 3.0), e(1010.0, 0.1)));   // 1 %
  EXPECT_FALSE(disagreement(e(1000.0, 30.0), e(1040.0, 4.0)));  // within the uncertainty
}

TEST(Doubts, EachSaysWhatToDo) {
  for (const Doubt& d : {lost(3.0 * second, 12.0 * joule), silent("why"), assumed("cpu"), partition("gpu"),
                         shared(2, 0.5, false), no_sensor({}), no_sensor({"rapl: chmod"}), interrupted(2.0 * second)}) {
    EXPECT_FALSE(d.words.empty());
    EXPECT_FALSE(d.advice.empty());
  }
  EXPECT_NE(lost(3.0 * second, 12.0 * joule).words.find("not the whole"), std::string::npos);
  EXPECT_NE(shared(1, 0.5, false).words.find("equal shares"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::measure
