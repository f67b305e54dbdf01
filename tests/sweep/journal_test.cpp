// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/journal.h"

#include <gtest/gtest.h>

#include "tests/fakes/made_tree.h"

namespace diffjoule::sweep {
namespace {

Plan plan(std::int64_t steps = 20) {
  Plan p;
  p.name = "test";
  p.engine = "synthetic";
  p.base.model = "sd15";
  p.base.steps = steps;
  return p;
}

Trial trial(std::int64_t steps, std::int64_t replicate, const std::string& failure = "") {
  Trial t;
  t.configuration.workload.model = "sd15";
  t.configuration.workload.steps = steps;
  t.replicate = replicate;
  t.elapsed = 1.0 * second;
  t.failure = failure;
  return t;
}

measure::Measurement measured() {
  measure::Measurement m;
  m.host = "host";
  static double started = 1.8e9;
  m.started = (started += 1.0) * second;
  m.whole = {"run", 1, 1.0 * second, {}};
  return m;
}

class JournalTest : public testing::Test {
 protected:
  Result<Journal> opened(const Plan& p = plan(), const std::string& device = "card",
                         const std::optional<Part>& part = {}) {
    return Journal::open(path(), p, {"host", device}, part);
  }
  std::string path() const { return tree_.root() + "/store.db"; }

 private:
  fakes::MadeTree tree_;
};

TEST_F(JournalTest, TrialsAreThereAgainInTheirOrder) {
  {
    auto journal = opened();
    ASSERT_TRUE(journal) << journal.error().message();
    for (const auto& [steps, replicate] : {std::pair(30, 0), {10, 0}, {30, 1}})
      ASSERT_TRUE(journal->put(trial(steps, replicate), measured(), "synthetic"));
    EXPECT_EQ(journal->trials().size(), 3u);
  }
  auto again = opened();
  ASSERT_TRUE(again) << again.error().message();
  ASSERT_EQ(again->trials().size(), 3u);
  EXPECT_EQ(again->trials()[0].configuration.workload.steps, 30);
  EXPECT_EQ(again->trials()[1].configuration.workload.steps, 10);
  EXPECT_EQ(again->trials()[2].replicate, 1);
}

TEST_F(JournalTest, ATrialCannotBeKeptTwice) {
  auto journal = opened();
  ASSERT_TRUE(journal);
  ASSERT_TRUE(journal->put(trial(20, 0), measured(), "synthetic"));
  EXPECT_FALSE(journal->put(trial(20, 0), measured(), "synthetic"));
  EXPECT_EQ(journal->trials().size(), 1u);
}

TEST_F(JournalTest, AChangedPlanOfTheSameNameIsRefused) {
  {
    auto journal = opened();
    ASSERT_TRUE(journal);
    ASSERT_TRUE(journal->put(trial(20, 0), measured(), "synthetic"));
  }
  const auto changed = opened(plan(21));
  ASSERT_FALSE(changed);
  EXPECT_NE(changed.error().message().find("--name"), std::string::npos) << changed.error().message();
  Plan other = plan(21);
  other.name = "other";
  EXPECT_TRUE(opened(other));
}

TEST_F(JournalTest, AnotherDeviceIsAnotherExperiment) {
  {
    auto journal = opened();
    ASSERT_TRUE(journal);
    ASSERT_TRUE(journal->put(trial(20, 0), measured(), "synthetic"));
  }
  auto other = opened(plan(), "another card");
  ASSERT_TRUE(other) << other.error().message();
  EXPECT_TRUE(other->trials().empty());
  EXPECT_TRUE(other->put(trial(20, 0), measured(), "synthetic"));
}

TEST_F(JournalTest, TheSamePlanIsNotRunTwiceAtOnce) {
  const auto first = opened();
  ASSERT_TRUE(first);
  const auto second_one = opened();
  ASSERT_FALSE(second_one);
  EXPECT_NE(second_one.error().message().find("--part"), std::string::npos) << second_one.error().message();
  Plan other = plan();
  other.name = "other";
  EXPECT_TRUE(opened(other));
}

TEST_F(JournalTest, SharesOfAPlanRunAtOnce) {
  const auto first = opened(plan(), "card", Part{1, 2});
  ASSERT_TRUE(first);
  EXPECT_TRUE(opened(plan(), "card", Part{2, 2}));
  EXPECT_FALSE(opened(plan(), "card", Part{1, 2}));
}

TEST_F(JournalTest, AFailureGivesWayToWhatCameOfTryingAgain) {
  {
    auto journal = opened();
    ASSERT_TRUE(journal);
    ASSERT_TRUE(journal->put(trial(20, 0, "the program died"), measured(), "synthetic"));
    Trial memory = trial(30, 0, "too large");
    memory.out_of_memory = true;
    ASSERT_TRUE(journal->put(memory, measured(), "synthetic"));
  }
  {
    auto journal = opened();
    ASSERT_TRUE(journal);
    ASSERT_EQ(journal->trials().size(), 2u);
    journal->retry_failed();
    ASSERT_EQ(journal->trials().size(), 1u);  // memory does not grow by itself
    EXPECT_TRUE(journal->trials()[0].out_of_memory);
    const auto put = journal->put(trial(20, 0), measured(), "synthetic");
    ASSERT_TRUE(put) << put.error().message();
  }
  auto journal = opened();
  ASSERT_TRUE(journal);
  ASSERT_EQ(journal->trials().size(), 2u);
  EXPECT_TRUE(journal->trials()[1].failure.empty());
}

TEST_F(JournalTest, RecordsHaveTheirMeasurements) {
  auto journal = opened();
  ASSERT_TRUE(journal);
  measure::Measurement m = measured();
  m.notes = {"seen"};
  m.verdict.push_back({measure::DoubtKind::too_short, "short", "longer"});
  ASSERT_TRUE(journal->put(trial(20, 0), m, "synthetic"));
  const auto records = journal->records();
  ASSERT_TRUE(records) << records.error().message();
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ((*records)[0].measurement.notes, std::vector<std::string>{"seen"});
  EXPECT_EQ((*records)[0].measurement.id, journal->trials()[0].measurement);
  EXPECT_EQ((*records)[0].device, "card");
  EXPECT_EQ(journal->doubts(journal->trials()[0]), 1);
}

TEST_F(JournalTest, AMergedStoreHasEveryTrialOnce) {
  const std::string other = path() + ".other";
  for (const std::int64_t number : {1, 2}) {
    auto journal = Journal::open(number == 1 ? path() : other, plan(), {"host", "card"}, Part{number, 2});
    ASSERT_TRUE(journal);
    ASSERT_TRUE(journal->put(trial(10 * number, 0), measured(), "synthetic"));
  }
  auto store = store::Store::open(path());
  ASSERT_TRUE(store);
  for (const std::size_t added : {1u, 0u}) {
    const auto merged = store->merge(other);
    ASSERT_TRUE(merged);
    EXPECT_EQ(merged->added, added);
    EXPECT_TRUE(merged->differing.empty());
  }
  auto journal = opened();
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->trials().size(), 2u);
}

}  // namespace
}  // namespace diffjoule::sweep
