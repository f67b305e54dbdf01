// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/store.h"

#include "diffjoule/io/file.h"
#include "diffjoule/store/database.h"
#include "tests/store/made_store.h"

namespace diffjoule::store {
namespace {

TEST(Store, MakesItsFileWithItsFolders) {
  const std::string path = fresh_folder() + "/a/b/measurements.db";
  ASSERT_TRUE(Store::open(path));
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_TRUE(Store::open(path));
}

TEST(Store, KeepsAMeasurementAsItWas) {
  auto store = Store::open(fresh_folder() + "/s.db");
  ASSERT_TRUE(store) << store.error().message();
  ASSERT_TRUE(store->put(ended_entry("2026-11-28T10"), made_document("2026-11-28T10")));
  const auto back = store->get("2026-11");
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(back->document, made_document("2026-11-28T10"));
  EXPECT_EQ(back->state, State::ended);
  EXPECT_EQ(back->entry.command, "sleep 5");
  EXPECT_EQ(back->entry.started, 1.8e9 * second);
  EXPECT_EQ(back->entry.energy, (Estimate<Energy>{500.0 * joule, 3.0 * joule}));
  ASSERT_EQ(back->entry.phases.size(), 2u);
  EXPECT_EQ(back->entry.phases[0].name, "denoise");
  EXPECT_EQ(back->entry.phases[0].count, 2);
  EXPECT_EQ(back->entry.phases[1].energy, std::nullopt);
}

TEST(Store, TextWithEveryByteComesBack) {
  auto store = Store::open(fresh_folder() + "/s.db");
  ASSERT_TRUE(store);
  Entry e = ended_entry("a");
  e.command = std::string("nul \0 and \"quotes\"; DROP TABLE measurement; --", 47);
  ASSERT_TRUE(store->put(e, {}));
  EXPECT_EQ(store->get("a")->entry.command, e.command);
}

TEST(Store, AnIdStandsOnceOnly) {
  auto store = Store::open(fresh_folder() + "/s.db");
  ASSERT_TRUE(store->put(ended_entry("a"), {}));
  const auto again = store->put(ended_entry("a"), {});
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message().find("there already"), std::string::npos);
  EXPECT_EQ(store->list()->size(), 1u);
}

TEST(Store, FindsByTheBeginningOfAnIdAndSaysWhichMayBeMeant) {
  auto store = Store::open(fresh_folder() + "/s.db");
  for (const char* id : {"run_1", "run_2", "runx1", "run_2b"}) ASSERT_TRUE(store->put(ended_entry(id), {}));
  EXPECT_EQ(store->find("run_1").value(), "run_1");  // _ is itself, not any letter
  EXPECT_EQ(store->find("run_2").value(), "run_2");  // all of an id goes before longer ones
  EXPECT_EQ(store->find("runx").value(), "runx1");
  const auto several = store->find("run");
  ASSERT_FALSE(several);
  EXPECT_NE(several.error().message().find("run_1, run_2, run_2b, runx1"), std::string::npos)
      << several.error().message();
  const auto none = store->find("%");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), ErrorCode::not_found);
}

TEST(Store, ListsTheNewestFirstAndByWhatIsAsked) {
  auto store = Store::open(fresh_folder() + "/s.db");
  Entry old = ended_entry("old", 100.0 * second), other = made_entry("new", 300.0 * second);
  other.source = "zeus";
  ASSERT_TRUE(store->put(old, {}));
  ASSERT_TRUE(store->put(other, {}));
  ASSERT_TRUE(store->put(ended_entry("middle", 200.0 * second), {}));
  const auto ids = [&store](const Filter& filter) {
    std::string all;
    const auto found = store->list(filter);
    EXPECT_TRUE(found);
    for (const Stored& s : *found) all += s.entry.id + " ";
    return all;
  };
  EXPECT_EQ(ids({}), "new middle old ");
  EXPECT_EQ(ids({.source = "zeus"}), "new ");
  EXPECT_EQ(ids({.phase = "denoise"}), "middle old ");
  EXPECT_EQ(ids({.since = 200.0 * second}), "new middle ");
  EXPECT_EQ(ids({.most = 1}), "new ");
  EXPECT_EQ(store->find("last").value(), "new");
}

TEST(Store, ATextFileIsNoStoreAndIsLeftAlone) {
  const std::string path = fresh_folder() + "/notes.txt";
  const std::string notes(2000, 'x');
  ASSERT_TRUE(io::write_file(path, notes));
  const auto store = Store::open(path);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(store.error().message().find("--store"), std::string::npos) << store.error().message();
  EXPECT_EQ(io::read_file(path).value(), notes);
}

TEST(Store, AFileBrokenInTheMiddleSaysHowToSaveTheRest) {
  const std::string path = fresh_folder() + "/s.db";
  {
    auto store = Store::open(path);
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(store->put(ended_entry("run " + std::to_string(i)), made_document(std::string(500, 'y'))));
  }
  std::string bytes = io::read_file(path).value();
  ASSERT_GT(bytes.size(), 100'000u);
  for (std::size_t i = 8192; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 37);
  ASSERT_TRUE(io::write_file(path, bytes));
  auto store = Store::open(path);
  Error error(ErrorCode::unavailable, "");
  if (!store) {
    error = store.error();
  } else {
    const auto all = store->list();
    ASSERT_FALSE(all);
    error = all.error();
  }
  EXPECT_EQ(error.code(), ErrorCode::invalid_data);
  EXPECT_NE(error.message().find(".recover"), std::string::npos) << error.message();
}

TEST(Store, AFolderThatCannotBeMadeIsSaid) {
  const std::string folder = fresh_folder();
  ASSERT_TRUE(io::write_file(folder + "/file", "x"));
  const auto store = Store::open(folder + "/file/s.db");
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message().find("--store"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::store
