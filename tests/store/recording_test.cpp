// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/recording.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <thread>

#include "diffjoule/io/file.h"
#include "diffjoule/store/store.h"
#include "tests/fakes/manual_clock.h"
#include "tests/store/made_store.h"

namespace diffjoule::store {
namespace {

const RecordingOptions by_hand{.patience = 0.0 * second, .most_waiting = 4200, .own_thread = false};

std::unique_ptr<Recording> opened(const std::string& path, os::Clock& clock, const std::string& id = "run") {
  auto r = Recording::open(path, made_entry(id), {made_card()}, clock, by_hand);
  EXPECT_TRUE(r) << r.error().message();
  return std::move(*r);
}

TEST(Recording, GivesBackWhatTheSamplerSaw) {
  const std::string path = fresh_folder() + "/s.db";
  fakes::ManualClock clock;
  auto r = opened(path, clock);
  std::vector<os::Instant> times;
  for (int i = 0; i < 30; ++i) {
    times.push_back(clock.now());
    tick(*r, clock.now(), i * 10.0);
    if (i % 10 == 9) {
      ASSERT_TRUE(r->flush());
    }
    clock.advance(0.1 * second);
  }
  r->add({"denoise", times[3], times[20]});
  ASSERT_TRUE(r->end(ended_entry("run"), made_document("run")));
  EXPECT_TRUE(r->problems().empty());
  r.reset();
  auto store = Store::open(path);
  EXPECT_TRUE(store->news().empty());
  EXPECT_EQ(store->get("run")->state, State::ended);
  EXPECT_EQ(store->devices("run")->front().channels.size(), 2u);
  const auto spans = store->spans("run");
  ASSERT_EQ(spans->size(), 1u);
  EXPECT_EQ(spans->front().begin, times[3]);
  Heard heard;
  ASSERT_TRUE(store->play("run", heard));
  const auto energy = heard.of(0), power = heard.of(1);
  ASSERT_EQ(energy.size(), 30u);  // changes each time: all are kept
  for (std::size_t i = 0; i < energy.size(); ++i) {
    EXPECT_EQ(energy[i].time, times[i]);
    EXPECT_EQ(energy[i].reading.value, static_cast<double>(i) * 10.0);
  }
  ASSERT_GE(power.size(), 2u);  // stays the same: its ends are kept
  EXPECT_LE(power.size(), 4u);
  EXPECT_EQ(power.front().time, times.front());
  EXPECT_EQ(power.back().time, times.back());
  for (std::size_t i = 1; i < heard.all.size(); ++i) EXPECT_LE(heard.all[i - 1].time, heard.all[i].time);
}

TEST(Recording, AValueThatComesBackAfterAnAbsenceIsKept) {
  const std::string path = fresh_folder() + "/s.db";
  fakes::ManualClock clock;
  auto r = opened(path, clock);
  const std::size_t channel[] = {1};
  for (const auto absence : {sensors::Absence::none, sensors::Absence::none, sensors::Absence::lost,
                             sensors::Absence::lost, sensors::Absence::none}) {
    const sensors::Reading reading[] = {{5.0, absence}};
    r->take({0, clock.now(), channel, reading});
    clock.advance(0.1 * second);
  }
  ASSERT_TRUE(r->end(ended_entry("run"), {}));
  Heard heard;
  ASSERT_TRUE(Store::open(path)->play("run", heard));
  EXPECT_EQ(heard.all.size(), 5u);  // 5, 5 | lost, lost | 5
  EXPECT_EQ(heard.all[2].reading.absence, sensors::Absence::lost);
}

TEST(Recording, WithoutAnEndItIsCutOffAndTheNextStartSaysSoOnce) {
  const std::string path = fresh_folder() + "/s.db";
  fakes::ManualClock clock;
  {
    auto r = opened(path, clock, "gone");
    EXPECT_TRUE(Store::open(path)->news().empty());  // it is alive
    tick(*r, clock.now(), 1.0);
    clock.advance(2.0 * second);
    tick(*r, clock.now(), 201.0);
  }
  auto store = Store::open(path);
  ASSERT_EQ(store->news().size(), 1u);
  EXPECT_NE(store->news()[0].find("gone (sleep 5)"), std::string::npos) << store->news()[0];
  const auto back = store->get("gone");
  EXPECT_EQ(back->state, State::cut_off);
  EXPECT_TRUE(back->document.is_null());
  ASSERT_TRUE(back->entry.elapsed.has_value());
  EXPECT_NEAR(back->entry.elapsed->in(second), 2.0, 1e-9);
  EXPECT_TRUE(Store::open(path)->news().empty());
}

// The child measures on the real clock and tells each joule through a pipe before it gives it to the recording.
[[noreturn]] void measure_until_killed(const std::string& path, int pipe) {
  os::SystemClock clock;
  auto r = Recording::open(path, made_entry("killed"), {made_card()}, clock);
  if (!r) ::_exit(3);
  for (std::int64_t i = 0;; ++i) {
    const os::Instant now = clock.now();
    const std::int64_t told[] = {i, now.nanoseconds()};
    if (::write(pipe, told, sizeof told) != sizeof told) ::_exit(4);
    tick(**r, now, static_cast<double>(i));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST(Recording, KillLosesAtMostTheLastSecond) {
  const std::string path = fresh_folder() + "/s.db";
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) measure_until_killed(path, ends[1]);
  ::close(ends[1]);
  std::int64_t told[2] = {}, first = 0;
  while (::read(ends[0], told, sizeof told) == sizeof told) {
    if (first == 0) first = told[1];
    if (told[1] - first > 1'700'000'000) ::kill(child, SIGKILL);  // and read on to what it said last
  }
  ::close(ends[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  auto store = Store::open(path);
  ASSERT_TRUE(store) << store.error().message();
  ASSERT_EQ(store->news().size(), 1u);
  EXPECT_EQ(store->get("killed")->state, State::cut_off);
  Heard heard;
  ASSERT_TRUE(store->play("killed", heard));
  const auto energy = heard.of(0);
  ASSERT_FALSE(energy.empty());
  for (std::size_t i = 0; i < energy.size(); ++i) EXPECT_EQ(energy[i].reading.value, static_cast<double>(i));
  EXPECT_LT(static_cast<double>(told[1] - energy.back().time.nanoseconds()) * 1e-9, 1.0);
}

TEST(Recording, WhileTheStoreIsLockedReadingsWaitAndNothingIsLost) {
  const std::string path = fresh_folder() + "/s.db";
  fakes::ManualClock clock;
  auto r = opened(path, clock);
  {
    auto other = Database::open(path, Database::Mode::read_write, 0.0 * second);
    ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
    tick(*r, clock.now(), 1.0);
    EXPECT_FALSE(r->flush());
    ASSERT_EQ(r->problems().size(), 1u);
    EXPECT_NE(r->problems()[0].find("another program"), std::string::npos);
    const auto refused = r->end(ended_entry("run"), made_document("run"));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message().find("--store"), std::string::npos);
  }
  ASSERT_TRUE(r->end(ended_entry("run"), made_document("run")));  // may be tried again
  EXPECT_TRUE(r->problems().empty());
  Heard heard;
  ASSERT_TRUE(Store::open(path)->play("run", heard));
  EXPECT_EQ(heard.all.size(), 2u);
}

TEST(Recording, TooLongALockLosesTheOldestReadingsAndSaysSo) {
  const std::string path = fresh_folder() + "/s.db";
  fakes::ManualClock clock;
  auto r = opened(path, clock);
  {
    auto other = Database::open(path, Database::Mode::read_write, 0.0 * second);
    ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
    for (int i = 0; i < 500; ++i) {
      tick(*r, clock.now(), i, i);
      clock.advance(0.1 * second);
      if (i % 10 == 9) {
        EXPECT_FALSE(r->flush());
      }
    }
  }
  ASSERT_TRUE(r->end(ended_entry("run"), made_document("run")));
  ASSERT_FALSE(r->problems().empty());
  EXPECT_EQ(r->problems()[0].substr(0, 12), "800 readings") << r->problems()[0];
  Heard heard;
  ASSERT_TRUE(Store::open(path)->play("run", heard));
  EXPECT_EQ(heard.all.size(), 200u);  // what `most_waiting` holds
  EXPECT_EQ(heard.all.back().reading.value, 499.0);
}

// A disk with room for `bytes` more in each file, for as long as it lives.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_IGN);  // NOLINT: the write fails instead
  }
  ~SmallDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
};

TEST(Recording, AFullDiskLosesNoMeasurementInSilence) {
  const std::string path = fresh_folder() + "/s.db";
  fakes::ManualClock clock;
  auto r = opened(path, clock);
  tick(*r, clock.now(), 0.0);
  ASSERT_TRUE(r->flush());
  {
    const SmallDisk full(static_cast<rlim_t>(std::filesystem::file_size(path + "-wal")) + 100);
    for (int i = 1; i <= 100; ++i) {
      clock.advance(0.1 * second);
      tick(*r, clock.now(), i);
      if (i % 10 == 0) {
        EXPECT_FALSE(r->flush());
      }
    }
    const auto refused = r->end(ended_entry("run"), made_document("run"));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message().find("free space"), std::string::npos) << refused.error().message();
    EXPECT_FALSE(r->problems().empty());
  }
  // What was committed before is whole, and when there is room again all of it goes in.
  {
    Heard heard;
    ASSERT_TRUE(Store::open(path)->play("run", heard));
    EXPECT_EQ(heard.all.size(), 2u);
  }
  ASSERT_TRUE(r->end(ended_entry("run"), made_document("run")));
  Heard heard;
  ASSERT_TRUE(Store::open(path)->play("run", heard));
  EXPECT_EQ(heard.of(0).back().reading.value, 100.0);
}

TEST(Recording, AStoreThatIsNoneIsAnErrorBeforeTheRun) {
  const std::string path = fresh_folder() + "/s.db";
  ASSERT_TRUE(io::write_file(path, std::string(4096, 'z')));
  fakes::ManualClock clock;
  const auto r = Recording::open(path, made_entry("run"), {}, clock, by_hand);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code(), ErrorCode::invalid_data);
}

TEST(Recording, TwoProgramsShareAStore) {
  const std::string path = fresh_folder() + "/s.db";
  fakes::ManualClock clock;
  auto a = opened(path, clock, "a"), b = opened(path, clock, "b");
  for (int i = 0; i < 10; ++i) {
    tick(*a, clock.now(), i);
    tick(*b, clock.now(), -i);
    ASSERT_TRUE(a->flush());
    ASSERT_TRUE(b->flush());
    clock.advance(0.1 * second);
  }
  ASSERT_TRUE(a->end(ended_entry("a"), {}));
  ASSERT_TRUE(b->end(ended_entry("b"), {}));
  Heard heard;
  ASSERT_TRUE(Store::open(path)->play("b", heard));
  EXPECT_EQ(heard.of(0).back().reading.value, -9.0);
}

TEST(Recording, TheSamplerNeverWaitsForTheDisk) {
  const std::string path = fresh_folder() + "/s.db";
  os::SystemClock clock;
  RecordingOptions patient;
  patient.patience = 30.0 * second;
  patient.period = 0.01 * second;
  auto r = Recording::open(path, made_entry("run"), {made_card()}, clock, patient);
  ASSERT_TRUE(r);
  auto other = Database::open(path, Database::Mode::read_write, 0.0 * second);
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  // The writer hangs in the lock; take() does not.
  const os::Instant begin = clock.now();
  os::Alarm none;
  for (int i = 0; i < 20; ++i) {
    tick(**r, clock.now(), i);
    clock.wait_until(clock.now() + 0.005 * second, none);
  }
  EXPECT_LT((clock.now() - begin).in(second), 10.0);
  ASSERT_TRUE(other->execute("ROLLBACK"));
  ASSERT_TRUE((*r)->end(ended_entry("run"), {}));
  EXPECT_TRUE((*r)->problems().empty());
}

}  // namespace
}  // namespace diffjoule::store
