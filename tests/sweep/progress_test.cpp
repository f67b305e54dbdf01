// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/progress.h"

#include <gtest/gtest.h>

namespace diffjoule::sweep {
namespace {

Configuration configuration() {
  Configuration c;
  c.workload.model = "sd15";
  c.levels = {{"resolution", "512px"}, {"steps", "20"}};
  return c;
}

TEST(Progress, ALineHasBarCountTimeEnergyAndWhatRuns) {
  const Configuration current = configuration();
  Standing s;
  s.done = 10;
  s.total = 40;
  s.left = 63.0 * second;
  s.energy = 1234.0 * joule;
  s.current = &current;
  s.doing = "running";
  EXPECT_EQ(progress_line(s, 200),
            "[#####---------------] 10/40, 1 min 3 s left, 1.23 kJ, running resolution 512px, steps 20");
  s.energy_assumed = true;
  s.failed = 2;
  s.left = 3725.0 * second;
  s.doing = "warming up";
  EXPECT_EQ(progress_line(s, 200),
            "[#####---------------] 10/40, 1 h 2 min left, 1.23 kJ assumed, 2 failed, warming up resolution 512px, "
            "steps 20");
}

TEST(Progress, WhatIsNotKnownIsNotThere) {
  Standing s;
  s.total = 3;
  EXPECT_EQ(progress_line(s, 200), "[--------------------] 0/3");
  s.done = 3;
  s.left = 0.0 * second;
  EXPECT_EQ(progress_line(s, 200), "[####################] 3/3, 0 s left");
  s.done = 4;  // a design asked for more than it had thought
  EXPECT_EQ(progress_line(s, 200), "[####################] 4/4, 0 s left");
}

TEST(Progress, ALineIsNoLongerThanTheTerminal) {
  const Configuration current = configuration();
  Standing s;
  s.total = 40;
  s.current = &current;
  s.doing = "running";
  EXPECT_EQ(progress_line(s, 40), "[--------------------] 0/40, running ...");
  EXPECT_EQ(progress_line(s, 40).size(), 40u);
  EXPECT_EQ(progress_line(s, 2), "[-");
}

TEST(Progress, AFinishedRunIsALine) {
  Standing s;
  s.done = 3;
  s.total = 40;
  Trial trial;
  trial.configuration = configuration();
  trial.elapsed = 1.03 * second;
  EXPECT_EQ(finished_line(s, trial), "3/40 resolution 512px, steps 20: 1.03 s");
  trial.energy = Estimate<Energy>{310.0 * joule, 2.0 * joule};
  EXPECT_EQ(finished_line(s, trial), "3/40 resolution 512px, steps 20: 1.03 s, 310 J +- 4.00 J (k = 2)");
  trial.energy_assumed = true;
  trial.scaled = 4.0;
  EXPECT_EQ(finished_line(s, trial),
            "3/40 resolution 512px, steps 20: 1.03 s, 310 J +- 4.00 J (k = 2), assumed, scaled from a part");
  trial.failure = "no room";
  EXPECT_EQ(finished_line(s, trial), "3/40 resolution 512px, steps 20: failed: no room");
  trial.out_of_memory = true;
  EXPECT_EQ(finished_line(s, trial), "3/40 resolution 512px, steps 20: out of memory: no room");
}

TEST(Progress, WithoutAxesTheModelIsNamed) {
  Configuration c;
  c.workload.model = "sd15";
  EXPECT_EQ(levels_text(c), "sd15");
}

}  // namespace
}  // namespace diffjoule::sweep
