// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/plan_files.h"

#include <gtest/gtest.h>

#include <map>

#include "diffjoule/io/json.h"
#include "diffjoule/models/pipeline_shelf.h"
#include "diffjoule/sweep/designs.h"
#include "diffjoule/sweep/work.h"
#include "tests/fakes/made_tree.h"

namespace diffjoule::sweep {
namespace {

TEST(PlanFiles, EveryReadyPlanHasTheConfigurationsItPromises) {
  const std::map<std::string, std::size_t> counts{{"paper-sd2", 240},        {"paper-sd35", 240}, {"paper-flux", 240},
                                                  {"paper-qwen-image", 240}, {"cross-gpu", 54},   {"four-corners", 16},
                                                  {"memory-bound", 36},      {"thermal", 1}};
  const io::DataFiles files;
  const std::vector<std::string> names = ready_plans(files);
  EXPECT_EQ(names.size(), counts.size());
  for (const std::string& name : names) {
    const auto plan = plan_at(files, name);
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_EQ(plan->name, name);
    EXPECT_FALSE(plan->about.empty());
    const auto all = configurations(*plan);
    ASSERT_TRUE(all) << all.error().message();
    ASSERT_TRUE(counts.contains(name)) << name;
    EXPECT_EQ(all->size(), counts.at(name)) << name;
  }
}

TEST(PlanFiles, EveryConfigurationOfAReadyPlanCanBeCounted) {
  const io::DataFiles files;
  models::PipelineShelf shelf{models::Catalogue(files)};
  for (const std::string& name : ready_plans(files)) {
    const auto plan = plan_at(files, name);
    ASSERT_TRUE(plan);
    const auto all = configurations(*plan);
    ASSERT_TRUE(all);
    for (const Configuration& c : *all) {
      const auto work = work_of([&shelf](const std::string& model) { return shelf.find(model); }, c.workload);
      EXPECT_TRUE(work) << name << ", " << c.key() << ": " << work.error().message();
    }
  }
}

TEST(PlanFiles, ThePapersPlansSpanThePapersRanges) {
  for (const char* name : {"paper-sd2", "paper-sd35", "paper-flux", "paper-qwen-image"}) {
    const auto plan = plan_at(io::DataFiles(), name);
    ASSERT_TRUE(plan);
    for (const Axis& axis : plan->axes) {
      if (axis.name == "resolution") {
        EXPECT_EQ(axis.levels.front().text, "256px");
        EXPECT_EQ(axis.levels.back().text, "1024px");
      }
      if (axis.name == "steps") {
        EXPECT_EQ(axis.levels.front().text, "10");
        EXPECT_EQ(axis.levels.back().text, "50");
      }
      if (axis.name == "dtype" || axis.name == "cfg") {
        EXPECT_EQ(axis.levels.size(), 2u);
      }
    }
  }
}

TEST(PlanFiles, APathIsReadAsTomlOrJson) {
  fakes::MadeTree tree;
  tree.file("own.toml", "name = \"own\"\n[workload]\nmodel = \"sd15\"\n");
  const auto plan = plan_at(io::DataFiles(), tree.root() + "/own.toml");
  ASSERT_TRUE(plan) << plan.error().message();
  tree.file("own.json", io::to_json(to_document(*plan)));
  const auto again = plan_at(io::DataFiles(), tree.root() + "/own.json");
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(key(*again), key(*plan));
}

TEST(PlanFiles, AnUnknownNameOffersTheNearest) {
  const auto plan = plan_at(io::DataFiles(), "paper-sd3");
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message().find("paper-sd35"), std::string::npos) << plan.error().message();
  EXPECT_FALSE(plan_at(io::DataFiles(), "no/such/file.toml"));
}

}  // namespace
}  // namespace diffjoule::sweep
