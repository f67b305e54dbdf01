// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/liveness.h"

#include "tests/store/made_store.h"

namespace diffjoule::store {
namespace {

TEST(Liveness, HoldsForItsNumberAloneAndAsLongAsItLives) {
  const std::string store = fresh_folder() + "/s.db";
  EXPECT_EQ(is_alive(store, 7), false);  // nobody ever wrote
  {
    const auto held = Liveness::hold(store, 7);
    ASSERT_TRUE(held) << held.error().message();
    EXPECT_EQ(is_alive(store, 7), true);
    EXPECT_EQ(is_alive(store, 8), false);
    EXPECT_FALSE(Liveness::hold(store, 7));
  }
  EXPECT_EQ(is_alive(store, 7), false);
}

}  // namespace
}  // namespace diffjoule::store
