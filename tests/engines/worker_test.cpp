// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "diffjoule/engines/engine.h"

namespace diffjoule::engines {
namespace {

TEST(WorkerAdapter, RunsTheExampleOfTheGuide) {
  os::SystemClock clock;
  auto engine =
      open_engine("worker", {"command=python3 '" DIFFJOULE_SOURCE_DIR "/examples/engine_of_your_own.py'"}, clock);
  ASSERT_TRUE(engine) << engine.error().message();
  EXPECT_EQ((*engine)->device().value().name, "my processor");
  Task task;
  task.workload.model = "mine";
  task.workload.width = task.workload.height = 64;
  task.workload.steps = 10;
  task.fraction = 0.5;
  ASSERT_TRUE((*engine)->prepare(task));
  const auto ran = (*engine)->run(task);
  ASSERT_TRUE(ran) << ran.error().message();
  ASSERT_EQ(ran->phases.size(), 2u);
  EXPECT_EQ(ran->phases[0].scale(), 2.0);
  const auto probed = (*engine)->probe({Linear{1, 1, 1, false}, DType::float32, 0.01 * second});
  ASSERT_FALSE(probed);
  EXPECT_EQ(probed.error().message(), "this engine cannot: the request probe");
}

TEST(WorkerAdapter, NeedsACommandThatIsOne) {
  os::SystemClock clock;
  for (const std::vector<std::string>& settings :
       {std::vector<std::string>{}, {"command=python3 'my engine.py"}, {"command=  "}}) {
    const auto engine = open_engine("worker", settings, clock);
    ASSERT_FALSE(engine);
    EXPECT_EQ(engine.error().message().rfind("engine worker: setting command: ", 0), 0u) << engine.error().message();
  }
}

}  // namespace
}  // namespace diffjoule::engines
