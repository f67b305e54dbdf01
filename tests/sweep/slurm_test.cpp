// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/slurm.h"

#include "diffjoule/os/program_output.h"
#include "diffjoule/sweep/quoting.h"
#include "tests/sweep/launched.h"

namespace diffjoule::sweep {
namespace {

using os::program_output;

const Launch flux{
    "/opt/bin/diffjoule", {"--plan", "/data/flux.plan.toml", "--engine", "replay"}, "/data/flux.sqlite", 4};

TEST(Slurm, TheArraysScriptBeginsAsItIsWrittenHere) {
  SlurmOptions options;
  options.job_name = "flux";
  options.folder = "/home of/me";
  options.at_once = 2;
  options.partition = "gpu";
  options.time = "02:00:00";
  options.gres = "gpu:h100:1";
  options.account = "physics";
  options.more = {"--mem=64G", "--constraint=\"a|b\""};
  const auto script = array_script(flux, options);
  ASSERT_TRUE(script) << script.error().message();
  const std::string begin =
      "#!/bin/bash\n"
      "#SBATCH --job-name=flux\n"
      "#SBATCH --array=1-4%2\n"
      "#SBATCH --output=/data/flux.task-%a-of-4.log\n"
      "#SBATCH --signal=B:USR1@60\n"
      "#SBATCH --gres=gpu:h100:1\n"
      "#SBATCH --requeue\n"
      "#SBATCH --open-mode=append\n"
      "#SBATCH --chdir=\"/home of/me\"\n"
      "#SBATCH --partition=gpu\n"
      "#SBATCH --time=02:00:00\n"
      "#SBATCH --account=physics\n"
      "#SBATCH --mem=64G\n"
      "#SBATCH --constraint=\"a|b\"\n"
      "# Written by \"diffjoule sweep --launcher slurm\": a task runs one share of the sweep into a store of its own;\n"
      "# started again, it runs only what that store lacks.\n"
      "set -u\n"
      "share=$SLURM_ARRAY_TASK_ID\n"
      "store=/data/flux.task-$share-of-4.sqlite\n"
      "command=(/opt/bin/diffjoule sweep --plan /data/flux.plan.toml --engine replay --part \"$share/4\" --store "
      "\"$store\")\n";
  EXPECT_EQ(script->substr(0, begin.size()), begin);
}

TEST(Slurm, WhatWasNotAskedForIsNotInTheScript) {
  const auto script = array_script(flux, {.folder = "/data"});
  ASSERT_TRUE(script);
  for (const char* absent : {"--partition", "--time", "--gres", "--account", "%2"})
    EXPECT_EQ(script->find(absent), std::string::npos) << absent;
  EXPECT_NE(script->find("--array=1-4\n"), std::string::npos);
}

TEST(Slurm, ALineFeedOrABackslashWhereSlurmTakesNoneIsRefused) {
  const auto two_lines = array_script(flux, {.folder = "/data", .more = {"--mem=1G\n#SBATCH --array=1-9999"}});
  ASSERT_FALSE(two_lines);
  EXPECT_NE(two_lines.error().message().find("one line"), std::string::npos);
  EXPECT_FALSE(array_script(flux, {.folder = "/da\\ta"}));
  EXPECT_FALSE(array_script(flux, {.folder = "/data", .at_once = 0}));
}

// A launch whose every name needs quotes, and its script's end when Slurm runs it as a task.
class SlurmTask : public testing::Test {
 protected:
  std::string folder = empty_folder() + "/it's $HOME \"%a\" #1";
  Launch launch;
  void SetUp() override {
    std::filesystem::create_directories(folder);
    write_program(folder + "/scontrol", "echo \"$@\" >>\"${0%/*}/requeued\"; kill -KILL $PPID\n");
    launch = {stand_in(folder), {"--plan", folder + "/p.toml", "a b"}, folder + "/all.sqlite", 2};
  }
  // The exit code, of share 2.
  std::string run(const std::string& set = "") {
    const auto script = array_script(launch, {.folder = folder});
    EXPECT_TRUE(script);
    std::ofstream(folder + "/array.sh") << *script;
    const auto said =
        program_output({"bash", "-c",
                        "export PATH=\"$1:$PATH\" SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_JOB_ID=12 SLURM_JOB_ID=12; " + set +
                            "bash -n \"$1/array.sh\" || exit; bash \"$1/array.sh\" >\"$1/log\" 2>&1; echo $?",
                        "bash", folder});
    return said ? *said : said.error().message();
  }
};

TEST_F(SlurmTask, RunsItsShareIntoItsStore) {
  EXPECT_EQ(run(), "0\n");
  EXPECT_EQ(text_of(task_store(launch, 2)),
            "gpu= --plan " + folder + "/p.toml a b --part 2/2 --store " + task_store(launch, 2) + "\n");
  EXPECT_FALSE(std::filesystem::exists(folder + "/requeued"));
}

TEST_F(SlurmTask, AnErrorOfTheSweepIsTheTasksEnd) {
  stand_in(folder, "exit 2");
  EXPECT_EQ(run(), "2\n");
  EXPECT_FALSE(std::filesystem::exists(folder + "/requeued"));
}

TEST_F(SlurmTask, ADeathThatNobodyAskedForRequeuesThisTaskOnly) {
  stand_in(folder, "kill -KILL $$");
  EXPECT_EQ(run(), "137\n");
  EXPECT_EQ(text_of(folder + "/requeued"), "requeue 12_2\n");
}

TEST_F(SlurmTask, AfterTwentyRestartsItStaysDead) {
  stand_in(folder, "kill -KILL $$");
  EXPECT_EQ(run("export SLURM_RESTART_COUNT=20; "), "137\n");
  EXPECT_FALSE(std::filesystem::exists(folder + "/requeued"));
}

TEST_F(SlurmTask, NearItsTimeLimitItEndsTheSweepInOrderAndIsRequeued) {
  stand_in(folder, "(sleep 0.1; kill -USR1 $PPID) & trap 'echo ended >>\"$2\"; exit 1' TERM; sleep 5 & wait");
  EXPECT_EQ(run(), "137\n");  // as Slurm, the stand-in for scontrol ends the script
  EXPECT_NE(text_of(task_store(launch, 2)).find("ended"), std::string::npos);
  EXPECT_EQ(text_of(folder + "/requeued"), "requeue 12_2\n");
}

TEST_F(SlurmTask, AnEndThatSomebodyAskedForIsTheEnd) {
  stand_in(folder, "(sleep 0.1; kill -TERM $PPID) & trap 'echo ended >>\"$2\"; exit 143' TERM; sleep 5 & wait");
  EXPECT_EQ(run(), "143\n");
  EXPECT_NE(text_of(task_store(launch, 2)).find("ended"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder + "/requeued"));
}

TEST_F(SlurmTask, TheMergeJoinsTheStoresThatAreThere) {
  std::ofstream(task_store(launch, 2)) << "two\n";
  const auto scripts = write_scripts(launch, {.folder = folder});
  ASSERT_TRUE(scripts) << scripts.error().message();
  const auto said = program_output({"bash", scripts->merge});
  ASSERT_TRUE(said) << said.error().message();
  EXPECT_EQ(*said, "share 1 has left no store\n");
  EXPECT_EQ(text_of(launch.store), "two\n");
}

// sbatch and squeue of a few lines in PATH.
class Submission : public SlurmTask {
 protected:
  std::string path_before = std::getenv("PATH");
  SlurmScripts scripts;
  void SetUp() override {
    SlurmTask::SetUp();
    scripts = write_scripts(launch, {.folder = folder}).value();
    setenv("PATH", (folder + ":" + path_before).c_str(), 1);
  }
  void TearDown() override { setenv("PATH", path_before.c_str(), 1); }
};

TEST_F(Submission, TheMergeDependsOnTheEndOfAllTasks) {
  write_program(folder + "/sbatch", "echo \"$*\" >>\"${0%/*}/submitted\"; wc -l <\"${0%/*}/submitted\"\n");
  const auto jobs = submit(launch, scripts);
  ASSERT_TRUE(jobs) << jobs.error().message();
  EXPECT_EQ(jobs->array, "1");
  EXPECT_EQ(jobs->merge, "2");
  EXPECT_EQ(text_of(folder + "/submitted"),
            "--parsable " + scripts.array + "\n--parsable --dependency=afterany:1 " + scripts.merge + "\n");
}

TEST_F(Submission, JobsThatHaveNotEndedAreNotJoinedByOthers) {
  write_program(folder + "/sbatch", "echo '7;cluster'\n");
  write_program(folder + "/squeue", "echo 7\n");
  ASSERT_TRUE(submit(launch, scripts));
  const auto again = submit(launch, scripts);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message().find("scancel 7,7"), std::string::npos) << again.error().message();
  write_program(folder + "/squeue", "echo 'Invalid job id specified' >&2; exit 1\n");
  EXPECT_TRUE(submit(launch, scripts));
}

TEST_F(Submission, WithoutSlurmTheScriptStaysAndIsNamed) {
  setenv("PATH", folder.c_str(), 1);
  const auto jobs = submit(launch, scripts);
  ASSERT_FALSE(jobs);
  EXPECT_EQ(jobs.error().code(), ErrorCode::not_found);
  EXPECT_NE(jobs.error().message().find(scripts.array), std::string::npos) << jobs.error().message();
  EXPECT_TRUE(std::filesystem::exists(scripts.array));
}

TEST_F(Submission, WhatSbatchRefusesIsAnError) {
  write_program(folder + "/sbatch", "echo 'sbatch: error: invalid partition' >&2; exit 1\n");
  EXPECT_FALSE(submit(launch, scripts));
  write_program(folder + "/sbatch", "echo 'Submitted'\n");
  EXPECT_FALSE(submit(launch, scripts));
}

}  // namespace
}  // namespace diffjoule::sweep
