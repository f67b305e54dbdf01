// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/axis.h"

#include <gtest/gtest.h>

namespace diffjoule::sweep {
namespace {

std::vector<std::string> texts(const Axis& axis) {
  std::vector<std::string> all;
  for (const Level& level : axis.levels) all.push_back(level.text);
  return all;
}

std::vector<std::string> texts_of(const std::string& text) {
  const auto axis = axis_from(text);
  EXPECT_TRUE(axis) << axis.error().message();
  return axis ? texts(*axis) : std::vector<std::string>{};
}

std::string error_of(const std::string& text) {
  const auto axis = axis_from(text);
  EXPECT_FALSE(axis) << text;
  return axis ? "" : axis.error().message();
}

TEST(Axis, AResolutionIsASquareOrTwoSides) {
  EXPECT_EQ(texts_of("resolution=512,768px,512x768"), (std::vector<std::string>{"512px", "768px", "512x768px"}));
  const auto axis = axis_from("resolution=512x768px");
  Workload workload;
  ASSERT_TRUE(set_level(workload, *axis, axis->levels[0]));
  EXPECT_EQ(workload.width, 512);
  EXPECT_EQ(workload.height, 768);
  EXPECT_EQ(axis->levels[0].number, 512.0 * 768.0);
}

TEST(Axis, ValuesOfOneMeaningAreOneText) {
  EXPECT_EQ(texts_of("dtype=fp16,float32"), (std::vector<std::string>{"float16", "float32"}));
  EXPECT_EQ(texts_of("cfg=on,off"), (std::vector<std::string>{"yes", "no"}));
  EXPECT_EQ(texts_of("text-tokens=77,154"), (std::vector<std::string>{"77", "154"}));
  EXPECT_EQ(texts_of("guidance=7.5,1"), (std::vector<std::string>{"7.5", "1"}));
}

TEST(Axis, AnyMemberOfAWorkloadCanBeVaried) {
  for (const char* text : {"steps=1,2", "batch=1,8", "frames=17,33", "model=sd15,sdxl-base", "lora_rank=4,64",
                           "token_merge=0.1,0.5", "weights=q4_k,q8_0", "refiner_from=0.7,0.9"}) {
    const auto axis = axis_from(text);
    ASSERT_TRUE(axis) << text << ": " << axis.error().message();
    EXPECT_EQ(axis->levels.size(), 2u) << text;
    Workload workload;
    EXPECT_TRUE(set_level(workload, *axis, axis->levels[1])) << text;
    EXPECT_NE(workload, Workload{}) << text;
  }
}

TEST(Axis, ABadValueIsNamedWithItsAxis) {
  for (const auto& [text, axis, value] : {std::tuple("steps=10,many", "steps", "many"),
                                          {"resolution=512,big", "resolution", "big"},
                                          {"resolution=512x", "resolution", "512x"},
                                          {"batch=0", "batch", "0"},
                                          {"dtype=fp17", "dtype", "fp17"},
                                          {"steps=10,10", "steps", "10"},
                                          {"dtype=fp16,half", "dtype", "float16"},
                                          {"steps=50..10", "steps", "50..10"},
                                          {"cfg=perhaps", "cfg", "perhaps"},
                                          {"resolution=99999", "resolution", "99999"}}) {
    const std::string message = error_of(text);
    EXPECT_NE(message.find(std::string("axis ") + axis), std::string::npos) << message;
    EXPECT_NE(message.find(value), std::string::npos) << message;
  }
}

TEST(Axis, AnUnknownAxisOffersTheNearest) {
  EXPECT_NE(error_of("stepz=1").find("did you mean \"steps\""), std::string::npos);
  EXPECT_NE(error_of("=1").find("NAME=VALUE"), std::string::npos);
  EXPECT_NE(error_of("steps=").find("NAME=VALUE"), std::string::npos);
}

TEST(Axis, ARangeHasValuesThatPipelinesAccept) {
  const auto size = axis_from("resolution=256..1024");
  ASSERT_TRUE(size) << size.error().message();
  for (const double share : {0.0, 0.13, 0.5, 0.77, 1.0}) {
    Workload workload;
    ASSERT_TRUE(set_level(workload, *size, *level_within(*size, share)));
    EXPECT_EQ(*workload.width % 64, 0);
    EXPECT_GE(*workload.width, 256);
    EXPECT_LE(*workload.width, 1024);
  }
  const auto steps = axis_from("steps=10..50");
  EXPECT_EQ(level_within(*steps, 0.51)->text, "30");
  const auto guidance = axis_from("guidance=1..8");
  EXPECT_EQ(level_within(*guidance, 0.5)->text, "4.5");
}

TEST(Axis, ItsValuesMakeTheSameAxisAgain) {
  for (const char* text : {"resolution=512,512x768", "steps=10,20", "steps=10..50", "guidance=1..7.5", "cfg=on,off"}) {
    const auto axis = axis_from(text);
    ASSERT_TRUE(axis);
    const auto again = axis_of(axis->name, values_of(*axis));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(texts(*again), texts(*axis));
    EXPECT_EQ(again->range.has_value(), axis->range.has_value());
  }
}

}  // namespace
}  // namespace diffjoule::sweep
