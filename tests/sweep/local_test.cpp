// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/local.h"

#include <unistd.h>

#include <algorithm>

#include "tests/sweep/launched.h"

namespace diffjoule::sweep {
namespace {

struct Outcome {
  Result<LocalRun> run;
  std::string told;
};
Outcome ran(const Launch& launch, const std::vector<std::string>& gpus) {
  auto signals = os::SignalWatch::begin();
  EXPECT_TRUE(signals);
  std::string told;
  auto run = run_local(launch, gpus, **signals, [&told](const std::string& line) { told += line + "\n"; });
  return {std::move(run), told};
}

TEST(Local, EachGpuRunsAShareThatSeesItAlone) {
  const std::string folder = empty_folder();
  const Launch launch{stand_in(folder), {"--plan", "p"}, folder + "/all.sqlite", 2};
  const Outcome outcome = ran(launch, {"GPU-a", "GPU-b"});
  ASSERT_TRUE(outcome.run) << outcome.run.error().message();
  EXPECT_TRUE(outcome.run->merged);
  EXPECT_FALSE(outcome.run->asked);
  const std::string first = "gpu=GPU-a --plan p --part 1/2 --store " + task_store(launch, 1) + " --devices GPU-a\n";
  const std::string second = "gpu=GPU-b --plan p --part 2/2 --store " + task_store(launch, 2) + " --devices GPU-b\n";
  EXPECT_EQ(text_of(launch.store), first + second);
}

TEST(Local, MoreSharesThanGpusAreRunOneAfterTheOtherWhereOneIsFree) {
  const std::string folder = empty_folder();
  const Launch launch{stand_in(folder), {}, folder + "/all.sqlite", 5};
  const Outcome outcome = ran(launch, {"GPU-a", "GPU-b"});
  ASSERT_TRUE(outcome.run);
  EXPECT_EQ(outcome.run->shares.size(), 5u);
  const std::string all = text_of(launch.store);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 5);
}

TEST(Local, WithoutGpusThereIsOneAtATimeOnWhatIsHere) {
  const std::string folder = empty_folder();
  const Launch launch{stand_in(folder), {}, folder + "/all.sqlite", 1};
  const Outcome outcome = ran(launch, {});
  ASSERT_TRUE(outcome.run);
  EXPECT_EQ(outcome.told, "");
  EXPECT_EQ(share_on(launch, 1, ""), share_command(launch, 1));
  EXPECT_EQ(text_of(launch.store), "gpu= --store " + task_store(launch, 1) + "\n");
}

TEST(Local, AShareThatDiesIsReportedAndTheOtherIsMerged) {
  const std::string folder = empty_folder();
  const std::string die = "case $given in *'--part 2/2'*) rm \"$2\"; kill -KILL $$;; esac";
  const Launch launch{stand_in(folder, die), {}, folder + "/all.sqlite", 2};
  const Outcome outcome = ran(launch, {"GPU-a", "GPU-b"});
  ASSERT_TRUE(outcome.run);
  for (const LocalShare& share : outcome.run->shares) EXPECT_EQ(share.exit_code, share.task == 2 ? 137 : 0);
  EXPECT_NE(outcome.told.find("share 2 of 2 ended with code 137"), std::string::npos) << outcome.told;
  EXPECT_TRUE(outcome.run->merged);
  EXPECT_NE(text_of(launch.store).find("1/2"), std::string::npos);
}

TEST(Local, AnEndIsPassedOnToAllAndWhatThereIsIsMerged) {
  const std::string folder = empty_folder();
  const std::string wait = "case $given in *'--part 1/'*) (sleep 0.2; kill -TERM " + std::to_string(getpid()) +
                           ") &;; esac\ntrap 'echo ended >>\"$2\"; exit 143' TERM; sleep 5 & wait";
  const Launch launch{stand_in(folder, wait), {}, folder + "/all.sqlite", 3};
  const Outcome outcome = ran(launch, {"GPU-a", "GPU-b"});
  ASSERT_TRUE(outcome.run);
  EXPECT_EQ(outcome.run->asked, SIGTERM);
  EXPECT_EQ(outcome.run->shares.size(), 2u);
  const std::string all = text_of(launch.store);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 4) << all;
}

TEST(Local, SharesThatLeaveNothingLeaveNothingToMerge) {
  const std::string folder = empty_folder();
  const Launch launch{stand_in(folder, "rm \"$2\"; exit 2"), {}, folder + "/all.sqlite", 2};
  const Outcome outcome = ran(launch, {"GPU-a", "GPU-b"});
  ASSERT_TRUE(outcome.run);
  EXPECT_FALSE(outcome.run->merged);
  EXPECT_NE(outcome.told.find("no share has left a store"), std::string::npos) << outcome.told;
}

}  // namespace
}  // namespace diffjoule::sweep
