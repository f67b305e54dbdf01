// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/plan_design.h"

#include <gtest/gtest.h>

#include <set>

#include "diffjoule/sweep/designs.h"

namespace diffjoule::sweep {
namespace {

Plan plan() {
  Plan p;
  p.name = "test";
  p.base.model = "sd15";
  for (const char* text : {"resolution=256,512,768", "steps=1,2,3,4,5"}) p.axes.push_back(*axis_from(text));
  p.repeats.least = p.repeats.most = 1;
  return p;
}

std::vector<std::string> run_all(Design& design) {
  std::vector<std::string> keys;
  std::vector<Trial> done;
  while (true) {
    const auto next = design.next(done);
    EXPECT_TRUE(next);
    if (!next || !*next) return keys;
    keys.push_back((**next).key());
    Trial trial;
    trial.configuration = **next;
    trial.elapsed = 1.0 * second;
    done.push_back(std::move(trial));
  }
}

TEST(PlanDesign, SharesAreDisjointAndTogetherEverything) {
  for (const std::int64_t of : {1, 2, 4, 15, 20}) {
    std::multiset<std::string> together;
    for (std::int64_t number = 1; number <= of; ++number) {
      const auto design = design_of(plan(), Part{number, of});
      ASSERT_TRUE(design) << design.error().message();
      for (const std::string& key : run_all(**design)) together.insert(key);
    }
    std::multiset<std::string> all;
    const auto whole = configurations(plan());
    ASSERT_TRUE(whole);
    for (const Configuration& c : *whole) all.insert(c.key());
    EXPECT_EQ(together, all) << of << " parts";
  }
}

TEST(PlanDesign, APartIsANumberOfANumber) {
  const auto part = part_from("2/8");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->number, 2);
  EXPECT_EQ(part->of, 8);
  for (const char* text : {"", "2", "0/8", "9/8", "a/b", "1/0", "1/2/3", "-1/2", "/"}) {
    const auto wrong = part_from(text);
    ASSERT_FALSE(wrong) << text;
    EXPECT_NE(wrong.error().message().find("K/N"), std::string::npos) << text;
  }
}

TEST(PlanDesign, AnErrorOfADesignNamesThePlan) {
  Plan p = plan();
  p.axes.pop_back();
  p.design = DesignKind::corners;
  const auto design = design_of(p);
  ASSERT_FALSE(design);
  EXPECT_NE(design.error().message().find("plan \"test\""), std::string::npos) << design.error().message();
}

}  // namespace
}  // namespace diffjoule::sweep
