// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/launch_fields.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "diffjoule/api/meter_fields.h"
#include "diffjoule/io/json.h"

namespace diffjoule::api {
namespace {

using io::Document;
namespace fs = std::filesystem;

std::vector<Field> task_fields() { return meter_fields(); }

std::vector<Field> all_fields() {
  std::vector<Field> all = task_fields();
  for (const Field& field : launch_fields()) all.push_back(field);
  all.push_back({.name = "store", .help = "made"});
  all.push_back({.name = "part", .help = "made"});
  all.push_back({.name = "limit", .kind = Field::Kind::integer, .help = "made"});
  all.push_back({.name = "share", .kind = Field::Kind::real, .help = "made"});
  return all;
}

Request request(const std::string& json) {
  const Verb verb{"made", "", "", all_fields(), {}, nullptr, nullptr};
  auto checked = check(verb, io::parse_json(json).value());
  EXPECT_TRUE(checked) << checked.error().message();
  return checked ? *checked : Request(Document());
}

std::string text_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class LaunchFields : public testing::Test {
 protected:
  std::string folder = testing::TempDir() + "launch_fields_XXXXXX";
  const LaunchedPlan plan{"made", Document().set("name", "made").set("steps", std::int64_t{5}), true, task_fields()};
  void SetUp() override { ASSERT_NE(mkdtemp(folder.data()), nullptr); }

  // With "FOLDER" in the request replaced.
  Result<Answer> dry_run(std::string json) {
    for (std::size_t at = json.find("FOLDER"); at != std::string::npos; at = json.find("FOLDER"))
      json.replace(at, 6, folder);
    return launch(request(json), Context{}, plan, false);
  }
  std::string refusal(const std::string& json) {
    const auto answer = dry_run(json);
    return answer ? "(accepted)" : answer.error().message();
  }
};

TEST_F(LaunchFields, TasksAreToldWhatWasAskedForWordByWord) {
  const Request asked = request(R"({"devices": ["nvml"], "sensor": ["replay:a b", "-x"], "assume": true, "period": "1s",
                                    "limit": 7, "share": 0.25, "store": "s"})");
  std::vector<Field> fields = task_fields();
  fields.push_back({.name = "limit", .kind = Field::Kind::integer, .help = "made"});
  fields.push_back({.name = "share", .kind = Field::Kind::real, .help = "made"});
  EXPECT_EQ(words_of(asked, fields),
            (std::vector<std::string>{"--devices=nvml", "--sensor=replay:a b", "--sensor=-x", "--assume", "--period=1s",
                                      "--limit=7", "--share=0.25"}));
  EXPECT_TRUE(words_of(request("{}"), fields).empty());
}

TEST_F(LaunchFields, OnlyALauncherLaunches) {
  EXPECT_FALSE(is_launched(request("{}")));
  EXPECT_TRUE(is_launched(request(R"({"launcher": "slurm"})")));
}

TEST_F(LaunchFields, ADryRunWritesThePlanAndTheScriptsAndNamesThem) {
  const auto answer = dry_run(R"({"launcher": "slurm", "tasks": 3, "at-once": 2, "store": "FOLDER/new/s.sqlite",
                                  "partition": "gpu", "time": "1:00", "gres": "gpu:1", "account": "me",
                                  "sbatch": ["--mem=1G"], "period": "1s"})");
  ASSERT_TRUE(answer) << answer.error().message();
  const std::string kept = folder + "/new/s.plan.json";
  EXPECT_EQ(io::parse_json(text_of(kept)).value(), plan.plan);
  const std::string script = text_of(folder + "/new/s.array.sh");
  for (const std::string line : {"--job-name=made", "--array=1-3%2", "--partition=gpu", "--time=1:00", "--gres=gpu:1",
                                 "--account=me", "--mem=1G", "--period=1s"})
    EXPECT_NE(script.find(line), std::string::npos) << line;
  EXPECT_NE(script.find("sweep '--plan=" + kept + "'"), std::string::npos) << script;
  EXPECT_EQ(*answer->document.find("array_script")->text(), folder + "/new/s.array.sh");
  EXPECT_TRUE(is_launch(answer->document));
  EXPECT_NE(report::to_markdown(page_of_launch(answer->document)).find("not submitted"), std::string::npos);
}

TEST_F(LaunchFields, TheFolderOfTheCataloguesOverlayGoesToTheTasks) {
  Context context;
  context.data = io::DataFiles::with_overlay(folder).value();
  const Request asked = request(R"({"launcher": "slurm", "tasks": 1, "store": ")" + folder + R"(/s.sqlite"})");
  ASSERT_TRUE(launch(asked, context, plan, false));
  EXPECT_NE(text_of(folder + "/s.array.sh").find("--data=" + folder), std::string::npos);
}

TEST_F(LaunchFields, WhatMakesNoSenseIsRefusedBeforeAnythingIsWritten) {
  EXPECT_NE(refusal(R"({"launcher": "slurm", "tasks": 2})").find("--store"), std::string::npos);
  EXPECT_NE(refusal(R"({"launcher": "slurm", "store": "FOLDER/s.sqlite"})").find("--tasks"), std::string::npos);
  EXPECT_NE(refusal(R"({"launcher": "slurm", "tasks": 2, "store": "FOLDER/s.sqlite", "part": "1/2"})").find("--part"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"launcher": "local", "store": "FOLDER/s.sqlite", "partition": "gpu"})").find("--partition"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"launcher": "local", "store": "FOLDER/s.sqlite"})").find("dry run"), std::string::npos);
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST_F(LaunchFields, WhatCannotBeDividedIsOneTask) {
  const LaunchedPlan adaptive{"made", Document(), false, {}};
  const auto asked = [this, &adaptive](const std::string& tasks) {
    return launch(request(R"({"launcher": "slurm", "tasks": )" + tasks + R"(, "store": ")" + folder + R"(/s.sqlite"})"),
                  Context{}, adaptive, false);
  };
  EXPECT_FALSE(asked("2"));
  EXPECT_TRUE(asked("1"));
}

TEST_F(LaunchFields, AnotherPlanInTheSamePlaceIsRefused) {
  const std::string asked = R"({"launcher": "slurm", "tasks": 2, "store": "FOLDER/s.sqlite"})";
  ASSERT_TRUE(dry_run(asked));
  EXPECT_TRUE(dry_run(asked));
  std::ofstream(folder + "/s.plan.json") << "{}\n";
  EXPECT_NE(refusal(asked).find("another --store"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::api
