// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/units/text.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace diffjoule {
namespace {

static_assert(std::is_same_v<decltype(Energy{} / Duration{}), Power>);
static_assert(std::is_same_v<decltype(Power{} * Duration{}), Energy>);
static_assert(std::is_same_v<decltype(Emissions{} / Energy{}), CarbonIntensity>);
static_assert(std::is_same_v<decltype(Flops{} / FlopRate{}), Duration>);
static_assert(std::is_same_v<decltype(Energy{} / Energy{}), double>);
template <class A, class B>
concept adds = requires(A a, B b) {
  a + b;
};
static_assert(adds<Energy, Energy> && !adds<Energy, Power> && !adds<Energy, double> && !adds<FlopCount, ByteCount>);

TEST(Units, ThreeSignificantDigitsAndAPrefix) {
  EXPECT_EQ(to_text(12345.6 * joule), "12.3 kJ");
  EXPECT_EQ(to_text(0.0012 * watt), "1.20 mW");
  EXPECT_EQ(to_text(0.0 * joule).substr(0, 1), "0");
}

TEST(Units, RoundingUpMovesToTheNextPrefix) {
  EXPECT_EQ(to_text(999.7 * joule), "1.00 kJ");
  EXPECT_EQ(to_text(0.99999 * joule), "1.00 J");
}

TEST(Units, AKilowattHourIsThreePointSixMegajoules) {
  EXPECT_DOUBLE_EQ(kilowatt_hour.in(joule), 3.6e6);
  EXPECT_EQ(to_watt_hours_text(3600.0 * joule), "1.00 Wh");
}

TEST(Units, CountsAreExactBeyondSixtyFourBits) {
  const FlopCount large(WideInteger{1} << 100U);
  EXPECT_EQ(to_decimal(large.exact()), "1267650600228229401496703205376");
  EXPECT_EQ(to_decimal((large + FlopCount(1)).exact() - large.exact()), "1");
  EXPECT_EQ(to_decimal(0), "0");
}

TEST(Units, FractionsAreShownAsPercent) { EXPECT_EQ(percent_text(0.9123), "91.2 %"); }

}  // namespace
}  // namespace diffjoule
