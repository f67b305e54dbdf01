// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/schema.h"

#include "diffjoule/store/store.h"
#include "tests/store/made_store.h"

namespace diffjoule::store {
namespace {

TEST(Schema, EveryCommitIsOnTheDiskBeforeItReturns) {
  auto database = Database::open(fresh_folder() + "/s.db", Database::Mode::create, 1.0 * second);
  ASSERT_TRUE(prepare_schema(*database, true));
  EXPECT_EQ(database->integer("PRAGMA synchronous").value(), 2);  // FULL
  EXPECT_EQ(database->integer("SELECT journal_mode = 'wal' FROM pragma_journal_mode").value(), 1);
}

TEST(Schema, ANewerOrOlderStoreIsRefusedWithAdviceAndLeftAlone) {
  const std::string path = fresh_folder() + "/s.db";
  ASSERT_TRUE(Store::open(path));
  for (const int version : {0, 2}) {
    {
      auto database = Database::open(path, Database::Mode::read_write, 1.0 * second);
      ASSERT_TRUE(database->execute("PRAGMA user_version = " + std::to_string(version)));
    }
    const auto store = Store::open(path);
    ASSERT_FALSE(store);
    EXPECT_NE(store.error().message().find("version " + std::to_string(version)), std::string::npos);
    EXPECT_NE(store.error().message().find(version > 1 ? "newer diffjoule" : "that wrote it"), std::string::npos);
    auto database = Database::open(path, Database::Mode::read_only, 1.0 * second);
    EXPECT_EQ(database->integer("PRAGMA user_version").value(), version);
  }
}

TEST(Schema, AnotherProgramsDatabaseIsRefused) {
  const std::string path = fresh_folder() + "/browser.db";
  {
    auto database = Database::open(path, Database::Mode::create, 1.0 * second);
    ASSERT_TRUE(database->execute("CREATE TABLE history(url TEXT)"));
  }
  const auto store = Store::open(path);
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message().find("another program"), std::string::npos);
  auto database = Database::open(path, Database::Mode::read_only, 1.0 * second);
  EXPECT_EQ(database->integer("SELECT count(*) FROM sqlite_schema").value(), 1);
}

}  // namespace
}  // namespace diffjoule::store
