// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/import_lint.h"

#include <gtest/gtest.h>

#include <limits>

#include "diffjoule/store/taken.h"

namespace diffjoule::api {
namespace {

store::Record card(const std::string& name, Energy energy, Duration elapsed = 10.0 * second) {
  store::Record r = store::record_of("x", name);
  const auto device = store::device_of("x", "gpu", name);
  r.measurement.devices = {device};
  r.measurement.whole.elapsed = elapsed;
  r.measurement.whole.parts = {store::read_part(device, sensors::Part::gpu, energy)};
  store::set_mean_power(r.measurement.whole.parts[0], elapsed);
  return r;
}

std::size_t findings(const store::Record& r) { return lint_import(r, GpuCatalogue(io::DataFiles())).size(); }

TEST(ImportLint, PowerIsHeldAgainstTheDataSheetOfAllCards) {
  EXPECT_EQ(findings(card("NVIDIA H100 80GB HBM3", 6000.0 * joule)), 0u);
  EXPECT_EQ(findings(card("NVIDIA H100 80GB HBM3", 9000.0 * joule)), 1u);
  EXPECT_EQ(findings(card("2 x NVIDIA H100 80GB HBM3", 9000.0 * joule)), 0u);
  EXPECT_EQ(findings(card("NVIDIA A100-SXM4-40GB", 10.0 * joule)), 1u);  // 1 W
  EXPECT_EQ(findings(card("a card that nobody knows", 1e9 * joule)), 0u);
}

TEST(ImportLint, ACardWithoutAVariantMayBeAnyOfThem) {
  EXPECT_EQ(findings(card("H100", 6400.0 * joule)), 0u);  // an SXM may draw 640 W
  EXPECT_EQ(findings(card("H100", 9000.0 * joule)), 1u);
}

TEST(ImportLint, NoNumberNegativeAndZeroAreFound) {
  EXPECT_GE(findings(card("x", std::numeric_limits<double>::quiet_NaN() * joule)), 1u);
  EXPECT_GE(findings(card("x", -1.0 * joule)), 1u);
  EXPECT_GE(findings(card("x", Energy())), 1u);
  EXPECT_GE(findings(card("x", 1.0 * joule, -1.0 * second)), 1u);
}

}  // namespace
}  // namespace diffjoule::api
