// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/launcher.h"

#include "tests/sweep/launched.h"

namespace diffjoule::sweep {
namespace {

Launch launch_in(const std::string& folder) {
  return {"/opt/diffjoule", {"--plan", folder + "/p.toml"}, folder + "/flux.sqlite", 3};
}

TEST(Launcher, EveryFileLiesBesideTheStoreAndBearsItsName) {
  const Launch launch = launch_in("/data");
  EXPECT_EQ(beside(launch, ".array.sh"), "/data/flux.array.sh");
  EXPECT_EQ(task_store(launch, 2), "/data/flux.task-2-of-3.sqlite");
  EXPECT_EQ(task_log(launch, 2), "/data/flux.task-2-of-3.log");
}

TEST(Launcher, AShareIsThePlanWithItsPartAndAStoreOfItsOwn) {
  EXPECT_EQ(share_command(launch_in("/data"), 2),
            (std::vector<std::string>{"/opt/diffjoule", "sweep", "--plan", "/data/p.toml", "--part", "2/3", "--store",
                                      "/data/flux.task-2-of-3.sqlite"}));
}

TEST(Launcher, OneTaskIsTheWhole) {
  const Launch launch{"/opt/diffjoule", {}, "/data/flux.sqlite", 1};
  EXPECT_EQ(share_command(launch, 1),
            (std::vector<std::string>{"/opt/diffjoule", "sweep", "--store", "/data/flux.task-1-of-1.sqlite"}));
}

TEST(Launcher, AMergeTakesTheStoresThatAreThere) {
  const Launch launch = launch_in(empty_folder());
  EXPECT_TRUE(merge_command(launch).empty());
  std::ofstream(task_store(launch, 3)) << "x";
  std::ofstream(task_store(launch, 1)) << "x";
  EXPECT_EQ(merge_command(launch), (std::vector<std::string>{"/opt/diffjoule", "merge", launch.store,
                                                             task_store(launch, 1), task_store(launch, 3)}));
}

TEST(Launcher, AnotherNumberOfTasksThanTheSweepWasBegunWithIsRefused) {
  Launch launch = launch_in(empty_folder());
  EXPECT_TRUE(check_same_division(launch));
  std::ofstream(task_store(launch, 1)) << "x";
  std::ofstream(beside(launch, ".task-1-of-three.sqlite")) << "somebody else's";
  EXPECT_TRUE(check_same_division(launch));
  launch.tasks = 4;
  const auto checked = check_same_division(launch);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message().find("continue with 3"), std::string::npos) << checked.error().message();
}

TEST(Launcher, APlanIsKeptAsItIsAndAnotherIsRefused) {
  const Launch launch = launch_in(empty_folder());
  const auto path = freeze_plan(launch, "mine/plan.v2.toml", "steps = [10, 20]\n");
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, beside(launch, ".plan.toml"));
  EXPECT_EQ(text_of(*path), "steps = [10, 20]\n");
  EXPECT_TRUE(freeze_plan(launch, "mine/plan.v2.toml", "steps = [10, 20]\n"));
  const auto other = freeze_plan(launch, "mine/plan.v2.toml", "steps = [10]\n");
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message().find(*path), std::string::npos);
  EXPECT_EQ(text_of(*path), "steps = [10, 20]\n");
}

}  // namespace
}  // namespace diffjoule::sweep
