// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "diffjoule/engines/engine.h"
#include "tests/fakes/manual_clock.h"

namespace diffjoule::engines {
namespace {

class Synthetic : public testing::Test {
 protected:
  fakes::ManualClock clock;

  std::unique_ptr<Engine> open(const std::vector<std::string>& settings) {
    auto engine = open_engine("synthetic", settings, clock);
    EXPECT_TRUE(engine) << engine.error().message();
    return std::move(*engine);
  }
  static Task task(std::int64_t side, std::int64_t steps, std::int64_t batch = 1, double fraction = 1.0) {
    Task t;
    t.workload.model = "any";
    t.workload.width = t.workload.height = side;
    t.workload.steps = steps;
    t.workload.batch = batch;
    t.fraction = fraction;
    return t;
  }
  static double seconds(const Ran& ran) { return (ran.end - ran.begin).in(second); }
};

TEST_F(Synthetic, TakesTheTimeOfItsScriptOnTheClockItWasGiven) {
  const auto engine = open({"start=0.5", "evaluation=0.1", "exponent=2", "noise=0"});
  const os::Instant before = clock.now();
  EXPECT_NEAR(seconds(engine->run(task(512, 10)).value()), 0.5 + 1.0, 1e-6);
  EXPECT_NEAR((clock.now() - before).in(second), 1.5, 1e-6);
  EXPECT_NEAR(seconds(engine->run(task(1024, 10, 2)).value()), 0.5 + 2.0 * 16.0, 1e-6);
}

TEST_F(Synthetic, AFractionRunsSoManyEvaluationsAndAtLeastOne) {
  const auto engine = open({"noise=0"});
  const Ran tenth = engine->run(task(512, 30, 1, 0.1)).value();
  ASSERT_EQ(tenth.phases.size(), 2u);
  EXPECT_EQ(tenth.phases[1].executed, 3);
  EXPECT_EQ(tenth.phases[1].scale(), 10.0);
  EXPECT_EQ(engine->run(task(512, 30, 1, 1e-9)).value().phases[1].executed, 1);
}

TEST_F(Synthetic, NoiseIsThatOfTheSeedAndOfTheSizeItWasTold) {
  const auto first = open({"noise=0.05"}), second_one = open({"noise=0.05"});
  double sum = 0.0, squares = 0.0;
  constexpr int runs = 400;
  for (int i = 0; i < runs; ++i) {
    Task t = task(512, 20);
    t.seed = static_cast<std::uint64_t>(i);
    const double time = seconds(first->run(t).value());
    EXPECT_EQ(time, seconds(second_one->run(t).value()));
    const double deviation = std::log(time / 0.45);
    sum += deviation;
    squares += deviation * deviation;
  }
  // Of 400 draws: the mean within 4 standard errors, the standard deviation within 15 %.
  EXPECT_NEAR(sum / runs, 0.0, 4.0 * 0.05 / 20.0);
  EXPECT_NEAR(std::sqrt(squares / runs), 0.05, 0.0075);
}

TEST_F(Synthetic, ImagesThatDoNotFitAreRefusedForMemory) {
  const auto engine = open({"most_pixels=300000"});
  EXPECT_TRUE(engine->prepare(task(512, 10)));
  const auto refused = engine->prepare(task(1024, 10));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::exhausted);
}

}  // namespace
}  // namespace diffjoule::engines
