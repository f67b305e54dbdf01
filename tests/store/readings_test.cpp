// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/readings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace diffjoule::store {
namespace {

TEST(Readings, ComeBackToTheBit) {
  std::mt19937_64 random(2311);
  std::vector<StoredReading> all;
  for (int i = 0; i < 1000; ++i) {
    StoredReading r;
    r.time = os::Instant::at_nanoseconds(static_cast<std::int64_t>(random()));
    r.device = static_cast<std::uint16_t>(random());
    r.channel = static_cast<std::uint16_t>(random());
    r.reading = {static_cast<double>(random()) * 1e-300, static_cast<sensors::Absence>(random() % 5)};
    all.push_back(r);
  }
  all[0].reading.value = -0.0;
  all[1].reading.value = std::numeric_limits<double>::quiet_NaN();
  const auto back = unpacked(packed(all));
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ((*back)[i].time, all[i].time);
    EXPECT_EQ((*back)[i].device, all[i].device);
    EXPECT_EQ((*back)[i].channel, all[i].channel);
    EXPECT_EQ((*back)[i].reading.absence, all[i].reading.absence);
    if (i != 1) {
      EXPECT_EQ((*back)[i].reading.value, all[i].reading.value);
    }
  }
  EXPECT_TRUE(std::signbit((*back)[0].reading.value));
  EXPECT_TRUE(std::isnan((*back)[1].reading.value));
}

TEST(Readings, BytesOfAnotherKindAreRefused) {
  EXPECT_FALSE(unpacked("x"));
  std::string bytes = packed(std::vector<StoredReading>(1));
  bytes[12] = 9;  // an absence that is not known
  EXPECT_FALSE(unpacked(bytes));
  EXPECT_TRUE(unpacked("")->empty());
}

}  // namespace
}  // namespace diffjoule::store
