// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/recording.h"
#include "diffjoule/store/store.h"
#include "tests/fakes/manual_clock.h"
#include "tests/store/made_store.h"

namespace diffjoule::store {
namespace {

const RecordingOptions by_hand{.patience = 0.2 * second, .own_thread = false};

TEST(Merge, TakesEveryMeasurementOnceWithAllThatBelongsToIt) {
  const std::string folder = fresh_folder();
  fakes::ManualClock clock;
  {
    auto theirs = Recording::open(folder + "/b.db", made_entry("theirs"), {made_card()}, clock, by_hand);
    ASSERT_TRUE(theirs) << theirs.error().message();
    tick(**theirs, clock.now(), 1.0);
    (*theirs)->add({"denoise", clock.now(), clock.now() + 1.0 * second});
    ASSERT_TRUE((*theirs)->end(ended_entry("theirs"), made_document("theirs")));
  }
  auto ours = Store::open(folder + "/a.db");
  ASSERT_TRUE(ours->put(ended_entry("ours"), made_document("ours")));
  const auto merged = ours->merge(folder + "/b.db");
  ASSERT_TRUE(merged) << merged.error().message();
  EXPECT_EQ(merged->added, 1u);
  const auto again = ours->merge(folder + "/b.db");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->added, 0u);
  EXPECT_EQ(again->already_there, 1u);
  EXPECT_TRUE(again->differing.empty());
  EXPECT_EQ(ours->list()->size(), 2u);
  EXPECT_EQ(ours->get("theirs")->document, made_document("theirs"));
  EXPECT_EQ(ours->get("theirs")->entry.phases.size(), 2u);
  EXPECT_EQ(ours->devices("theirs")->front().id, "GPU-1");
  EXPECT_EQ(ours->spans("theirs")->front().name, "denoise");
  Heard heard;
  ASSERT_TRUE(ours->play("theirs", heard));
  EXPECT_EQ(heard.all.size(), 2u);
}

TEST(Merge, OneIdWithTwoContentsIsSaidAndOursStays) {
  const std::string folder = fresh_folder();
  auto a = Store::open(folder + "/a.db"), b = Store::open(folder + "/b.db");
  ASSERT_TRUE(a->put(ended_entry("x"), made_document("one")));
  ASSERT_TRUE(b->put(ended_entry("x"), made_document("two")));
  const auto merged = a->merge(folder + "/b.db");
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->differing, std::vector<std::string>{"x"});
  EXPECT_EQ(a->get("x")->document, made_document("one"));
}

TEST(Merge, ARunThatIsStillMeasuredWaits) {
  const std::string folder = fresh_folder();
  fakes::ManualClock clock;
  auto ours = Store::open(folder + "/a.db");
  {
    auto running = Recording::open(folder + "/b.db", made_entry("now"), {made_card()}, clock, by_hand);
    ASSERT_TRUE(running);
    const auto merged = ours->merge(folder + "/b.db");
    ASSERT_TRUE(merged) << merged.error().message();
    EXPECT_EQ(merged->added, 0u);
    EXPECT_EQ(merged->left_out.size(), 1u);
  }
  EXPECT_EQ(ours->merge(folder + "/b.db")->added, 1u);
  EXPECT_EQ(ours->get("now")->state, State::cut_off);
}

TEST(Merge, WhatIsNoStoreIsRefusedAndNothingIsTaken) {
  const std::string folder = fresh_folder();
  auto ours = Store::open(folder + "/a.db");
  EXPECT_FALSE(ours->merge(folder + "/none.db"));
  EXPECT_FALSE(std::filesystem::exists(folder + "/none.db"));
  EXPECT_TRUE(ours->list()->empty());
}

}  // namespace
}  // namespace diffjoule::store
