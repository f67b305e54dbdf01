// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/phase_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "diffjoule/measure/phase_client.h"
#include "tests/fakes/manual_clock.h"

namespace diffjoule::measure {
namespace {

os::Instant at(std::int64_t ns) { return os::Instant::at_nanoseconds(ns); }

TEST(PhaseMarks, NestedAndRepeatedPhasesAreTakenApartById) {
  PhaseMarks marks;
  const auto say = [&](const std::string& event, const std::string& name, int id, int ns) {
    marks.take(R"({"v":1,"event":")" + event + R"(","name":")" + name + R"(","id":)" + std::to_string(id) +
                   R"(,"t_ns":)" + std::to_string(ns) + R"(,"pid":5})",
               at(1000), at(0));
  };
  say("begin", "step", 1, 10);
  say("begin", "step", 2, 20);
  say("end", "step", 1, 30);
  say("end", "step", 2, 50);
  const auto spans = marks.spans();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].begin, at(10));
  EXPECT_EQ(spans[0].end, at(30));
  EXPECT_EQ(spans[1].begin, at(20));
  EXPECT_EQ(spans[1].end, at(50));
  EXPECT_TRUE(marks.notes().empty());
  EXPECT_TRUE(marks.spans().empty()) << "each is handed out once";
}

TEST(PhaseMarks, WithoutIdsTheLatestOfTheNameEnds) {
  PhaseMarks marks;
  marks.take(R"({"v":1,"event":"begin","name":"a"})", at(1), at(0));
  marks.take(R"({"v":1,"event":"begin","name":"a"})", at(2), at(0));
  marks.take(R"({"v":1,"event":"end","name":"a"})", at(3), at(0));
  const auto spans = marks.spans();
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].begin, at(2)) << "no t_ns: when it arrived";
}

TEST(PhaseMarks, WhatIsNotUnderstoodIsCountedAndQuoted) {
  PhaseMarks marks;
  for (const char* bad : {"", "nonsense", "[]", R"({"v":2,"event":"begin","name":"a"})", R"({"v":1,"event":"begin"})",
                          R"({"v":1,"event":"pause","name":"a"})", R"({"v":1,"event":"begin","name":7})"})
    marks.take(bad, at(1), at(0));
  marks.take(R"({"v":1,"event":"end","name":"never begun"})", at(1), at(0));
  EXPECT_TRUE(marks.spans().empty());
  ASSERT_EQ(marks.notes().size(), 2u);
  EXPECT_NE(marks.notes()[0].find("7 phase marks"), std::string::npos) << marks.notes()[0];
  EXPECT_NE(marks.notes()[1].find("no beginning"), std::string::npos);
}

TEST(PhaseMarks, WhatIsOpenAtTheEndIsCutOffThereAndSaid) {
  PhaseMarks marks;
  marks.take(R"({"v":1,"event":"begin","name":"decode","t_ns":5})", at(6), at(0));
  const auto spans = marks.spans(at(9));
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].end, at(9));
  ASSERT_EQ(marks.notes().size(), 1u);
}

TEST(PhaseMarks, ATimeOfAnotherClockIsNotBelieved) {
  PhaseMarks marks;
  marks.take(R"({"v":1,"event":"begin","name":"a","t_ns":99})", at(50), at(10));
  marks.take(R"({"v":1,"event":"end","name":"a","t_ns":3})", at(60), at(10));
  const auto spans = marks.spans();
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].begin, at(50));
  EXPECT_EQ(spans[0].end, at(60));
  EXPECT_EQ(marks.notes().size(), 1u);
}

TEST(PhaseMarks, AProgramThatMarksWithoutEndIsBounded) {
  PhaseMarks marks;
  for (std::size_t i = 0; i < PhaseMarks::most_open + 5; ++i)
    marks.take(R"({"v":1,"event":"begin","name":"a","id":)" + std::to_string(i) + "}", at(1), at(0));
  EXPECT_EQ(marks.spans(at(2)).size(), PhaseMarks::most_open);
  EXPECT_FALSE(marks.notes().empty());
}

TEST(PhaseMarks, BeginsOfProgramsThatDiedMakeRoomForOthers) {
  PhaseMarks marks;
  for (std::size_t i = 0; i < PhaseMarks::most_open; ++i)
    marks.take(R"({"v":1,"event":"begin","name":"a","pid":1,"id":)" + std::to_string(i) + "}", at(1), at(0));
  marks.take(R"({"v":1,"event":"begin","name":"b","pid":2,"id":0})", at(2), at(0));
  marks.take(R"({"v":1,"event":"end","name":"b","pid":2,"id":0})", at(3), at(0));
  marks.take(R"({"v":1,"event":"end","name":"a","pid":1,"id":0})", at(4), at(0));  // the oldest: it made room
  marks.take(R"({"v":1,"event":"end","name":"a","pid":1,"id":1})", at(5), at(0));
  const auto spans = marks.spans();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].name, "b");
  EXPECT_EQ(spans[1].name, "a");
  EXPECT_EQ(marks.notes().size(), 2u) << "one left out, one end without its beginning";
}

TEST(PhaseMarks, OnlyWhatWaitsToBeTakenIsLimited) {
  PhaseMarks marks;
  const auto phase = [&] {
    marks.take(R"({"v":1,"event":"begin","name":"a"})", at(1), at(0));
    marks.take(R"({"v":1,"event":"end","name":"a"})", at(2), at(0));
  };
  for (std::size_t i = 0; i < PhaseMarks::most_spans + 5; ++i) phase();
  EXPECT_EQ(marks.spans().size(), PhaseMarks::most_spans);
  EXPECT_EQ(marks.notes().size(), 1u);
  phase();
  EXPECT_EQ(marks.spans().size(), 1u);
}

TEST(PhaseSocket, HearsTheClientOfThisLibrary) {
  const os::SystemClock clock;
  auto socket = PhaseSocket::open(clock);
  ASSERT_TRUE(socket) << socket.error().message();
  auto client = PhaseClient::connect((*socket)->address());
  ASSERT_TRUE(client) << client.error().message();
  EXPECT_TRUE((*client)->begin("denoise \"1\"", 7, clock.now()));
  EXPECT_TRUE((*client)->end("denoise \"1\"", 7, clock.now()));
  EXPECT_TRUE((*client)->mark("image", clock.now()));
  (*socket)->listen();
  const auto spans = (*socket)->marks().spans();
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].name, "denoise \"1\"");
  EXPECT_EQ((*socket)->marks().moments().at("image"), 1u);
  EXPECT_TRUE((*socket)->marks().notes().empty());
}

TEST(PhaseSocket, LiesInAFolderOfItsOwnThatGoesWithIt) {
  const fakes::ManualClock clock;
  std::string path;
  {
    auto socket = PhaseSocket::open(clock, testing::TempDir());
    ASSERT_TRUE(socket) << socket.error().message();
    path = (*socket)->address().substr(5);
    struct stat folder {};
    ASSERT_EQ(stat(std::filesystem::path(path).parent_path().c_str(), &folder), 0);
    EXPECT_EQ(folder.st_mode & 0777u, 0700u);
  }
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(path).parent_path()));
}

TEST(PhaseSocket, AFolderForTemporaryFilesThatIsTooDeepIsNoObstacle) {
  const fakes::ManualClock clock;
  const std::string deep = testing::TempDir() + std::string(100, 'd');
  std::filesystem::create_directories(deep);
  EXPECT_TRUE(PhaseSocket::open(clock, deep));
}

TEST(PhaseSocket, AtAGivenPathReplacesWhatNobodyListensToAndNothingElse) {
  const fakes::ManualClock clock;
  const std::string path = testing::TempDir() + "given-phases";
  {
    auto first = PhaseSocket::open_at(clock, path);
    ASSERT_TRUE(first) << first.error().message();
    EXPECT_FALSE(PhaseSocket::open_at(clock, path)) << "the first one listens";
    std::filesystem::rename(path, path + ".kept");  // as after kill -9: the file stays, nobody listens
  }
  std::filesystem::rename(path + ".kept", path);
  { EXPECT_TRUE(PhaseSocket::open_at(clock, path)); }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(PhaseSocket::open_at(clock, "/" + std::string(200, 'x')));
}

}  // namespace
}  // namespace diffjoule::measure
