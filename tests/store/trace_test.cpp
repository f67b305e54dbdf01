// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/trace.h"

#include "diffjoule/store/recording.h"
#include "diffjoule/store/store.h"
#include "tests/fakes/manual_clock.h"
#include "tests/store/made_store.h"

namespace diffjoule::store {
namespace {

TEST(StoredTrace, ARunThatWasCutOffComesBackAsATrace) {
  const std::string path = fresh_folder() + "/s.db";
  fakes::ManualClock clock;
  {
    RecordingOptions by_hand;
    by_hand.own_thread = false;
    auto r = Recording::open(path, made_entry("gone"), {made_card()}, clock, by_hand);
    ASSERT_TRUE(r);
    for (int i = 0; i < 10; ++i) {
      tick(**r, clock.now(), i * 10.0);
      clock.advance(0.1 * second);
    }
  }
  const auto trace = Store::open(path)->trace("gone");
  ASSERT_TRUE(trace) << trace.error().message();
  ASSERT_EQ(trace->size(), 1u);
  EXPECT_EQ(trace->front().device.id, "GPU-1");
  const auto energy = trace->front().channels.at(0).points();
  ASSERT_EQ(energy.size(), 10u);
  EXPECT_EQ(energy.back().reading.value, 90.0);
  const auto power = trace->front().channels.at(1).points();
  EXPECT_NEAR((power.back().time - power.front().time).in(second), 0.9, 1e-9);
}

}  // namespace
}  // namespace diffjoule::store
