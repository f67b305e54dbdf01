// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/database.h"

#include "tests/store/made_store.h"

namespace diffjoule::store {
namespace {

Database opened(const std::string& path, Duration patience = 0.0 * second) {
  auto database = Database::open(path, Database::Mode::create, patience);
  EXPECT_TRUE(database);
  return std::move(*database);
}

TEST(Database, ATransactionThatIsNotCommittedDidNotHappen) {
  Database d = opened(fresh_folder() + "/d.db");
  ASSERT_TRUE(d.execute("CREATE TABLE t(x)"));
  {
    auto t = Transaction::begin(d);
    ASSERT_TRUE(t);
    ASSERT_TRUE(d.execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(d.integer("SELECT count(*) FROM t").value(), 0);
  auto t = Transaction::begin(d);
  ASSERT_TRUE(d.execute("INSERT INTO t VALUES (1)"));
  ASSERT_TRUE(t->commit());
  EXPECT_EQ(d.integer("SELECT count(*) FROM t").value(), 1);
}

TEST(Database, NumbersAndBytesAreExact) {
  Database d = opened(fresh_folder() + "/d.db");
  auto s = d.prepare("SELECT ?, ?, ?, ?");
  ASSERT_TRUE(s);
  const std::string bytes("\0\xff", 2);
  s->bind(1, std::int64_t{9'007'199'254'740'993}).bind(2, 0.1).bind_bytes(3, bytes).bind(4, std::optional<double>());
  ASSERT_TRUE(s->step().value());
  EXPECT_EQ(s->integer(0), 9'007'199'254'740'993);
  EXPECT_EQ(s->real(1), 0.1);
  EXPECT_EQ(s->text(2), bytes);
  EXPECT_TRUE(s->is_null(3));
}

TEST(Database, ALockOfAnotherIsNamedAndWhatToDo) {
  const std::string path = fresh_folder() + "/d.db";
  Database one = opened(path), two = opened(path);
  ASSERT_TRUE(one.execute("BEGIN EXCLUSIVE"));
  const auto refused = two.execute("CREATE TABLE t(x)");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::unavailable);
  EXPECT_NE(refused.error().message().find("another program"), std::string::npos) << refused.error().message();
}

TEST(Database, AFullDiskIsNamedAndWhatToDo) {
  Database d = opened(fresh_folder() + "/d.db");
  ASSERT_TRUE(d.execute("CREATE TABLE t(x); PRAGMA max_page_count = 3"));
  const auto refused = d.execute("INSERT INTO t VALUES (zeroblob(100000))");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("free space"), std::string::npos) << refused.error().message();
}

}  // namespace
}  // namespace diffjoule::store
