// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/log_phases.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/fakes/manual_clock.h"

namespace diffjoule::os {
namespace {

Instant at(double seconds) { return Instant{} + seconds * second; }
double begin_of(const Span& span) { return (span.begin - Instant{}).in(second); }
double end_of(const Span& span) { return (span.end - Instant{}).in(second); }

TEST(LogPhases, APhaseLastsFromItsLineToTheNextPatternsLine) {
  auto phases = LogPhases::from({"encode=^encoding", "denoise=step 1/", "-=^saved"}, {});
  ASSERT_TRUE(phases) << phases.error().message();
  phases->see("hello", at(1));
  phases->see("encoding the prompt", at(2));
  phases->see("  step 1/20", at(3));
  phases->see("  step 2/20", at(4));
  phases->see("saved image.png", at(9));
  phases->see("encoding another", at(10));
  const auto spans = phases->spans(at(0), at(12));
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].name, "encode");
  EXPECT_DOUBLE_EQ(end_of(spans[0]), 3.0);
  EXPECT_EQ(spans[1].name, "denoise");
  EXPECT_DOUBLE_EQ(begin_of(spans[1]), 3.0);
  EXPECT_DOUBLE_EQ(end_of(spans[1]), 9.0);
  EXPECT_DOUBLE_EQ(end_of(spans[2]), 12.0) << "what is open ends with the program";
  EXPECT_TRUE(phases->notes().empty());
}

TEST(LogPhases, StableDiffusionCppSaysHowLongItsStagesTook) {
  auto phases = LogPhases::from({}, {"sd.cpp"});
  ASSERT_TRUE(phases) << phases.error().message();
  phases->see("[INFO ] model.cpp:1830 - loading tensors completed, taking 1.50s (process: 0.10s)", at(2));
  phases->see("[INFO ] stable-diffusion.cpp:1571 - get_learned_condition completed, taking 250 ms", at(3));
  phases->see("[INFO ] stable-diffusion.cpp:1690 - sampling completed, taking 12.25s", at(16));
  phases->see("[INFO ] stable-diffusion.cpp:1723 - decode_first_stage completed, taking 0.75s", at(17));
  const auto spans = phases->spans(at(1), at(20));
  phases->see("[INFO ] stable-diffusion.cpp:3999 - sampling(high noise) completed, taking 2.00s", at(30));
  EXPECT_EQ(phases->spans(at(1), at(40)).size(), 1u);
  ASSERT_EQ(spans.size(), 4u);
  EXPECT_EQ(spans[0].name, "load");
  EXPECT_DOUBLE_EQ(begin_of(spans[0]), 1.0) << "not before the run";
  EXPECT_EQ(spans[1].name, "encode");
  EXPECT_NEAR(begin_of(spans[1]), 2.75, 1e-9);
  EXPECT_EQ(spans[2].name, "denoise");
  EXPECT_NEAR(begin_of(spans[2]), 3.75, 1e-9);
  EXPECT_DOUBLE_EQ(end_of(spans[2]), 16.0);
  EXPECT_EQ(spans[3].name, "decode");
}

TEST(LogPhases, NoLineAndNoPatternTakesForever) {
  auto phases = LogPhases::from({"a=(a+)+$", "b=(?:a|aa)+b", "c=(a*)*c"}, {});
  ASSERT_TRUE(phases) << phases.error().message();
  const auto begin = std::chrono::steady_clock::now();
  phases->see(std::string(999, 'a') + "!", at(1));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_TRUE(phases->spans(at(0), at(2)).empty());
}

TEST(LogPhases, PatternsThatCannotBeAreRefusedByName) {
  for (const char* bad : {"denoise", "=x", "x=", "x=(", "x=(a)\\1"}) {
    const auto phases = LogPhases::from({bad}, {});
    ASSERT_FALSE(phases) << bad;
    EXPECT_NE(phases.error().message().find(bad), std::string::npos) << phases.error().message();
  }
  const auto set = LogPhases::from({}, {"sdcp"});
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().message().find("sd.cpp"), std::string::npos) << set.error().message();
}

TEST(LogPhases, APatternThatNeverMatchedIsSaid) {
  auto phases = LogPhases::from({"denoise=smapling"}, {});
  ASSERT_TRUE(phases);
  phases->see("sampling", at(1));
  ASSERT_EQ(phases->notes().size(), 1u);
  EXPECT_NE(phases->notes().front().find("smapling"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::os
