// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_channels.h"

#include <gtest/gtest.h>

#include <set>

namespace diffjoule::sensors::nvidia {
namespace {

TEST(NvmlChannels, SuperchipsAreKnownByTheirNames) {
  for (const char* name :
       {"NVIDIA GH200 480GB", "NVIDIA GH200 144G HBM3e", "NVIDIA GB200", "NVIDIA GB300", "NVIDIA GB10"})
    EXPECT_TRUE(superchip(name)) << name;
  for (const char* name : {"NVIDIA H100 80GB HBM3", "NVIDIA H200", "NVIDIA B200", "NVIDIA GeForce GTX 1080 Ti",
                           "NVIDIA GB102", "NVIDIA RTX PRO 6000 Blackwell Server Edition"})
    EXPECT_FALSE(superchip(name)) << name;
}

TEST(NvmlChannels, EveryChannelHasAQuestionOrTheReasonWhyNot) {
  for (const char* card : {"NVIDIA H100 80GB HBM3", "NVIDIA GB200"}) {
    for (const Candidate& candidate : candidates({card, 9, 0}))
      EXPECT_EQ(candidate.questions.empty(), candidate.channel.missing.has_value()) << candidate.channel.name;
  }
}

TEST(NvmlChannels, NoFieldIsAskedForTwoChannels) {
  for (const char* card : {"NVIDIA H100 80GB HBM3", "NVIDIA GB200"}) {
    std::set<std::pair<unsigned, unsigned>> fields;
    for (const Candidate& candidate : candidates({card, 9, 0})) {
      for (const Question& question : candidate.questions) {
        if (question.call != Question::Call::field) continue;
        EXPECT_TRUE(fields.emplace(question.id, question.scope).second) << candidate.channel.name;
      }
    }
  }
}

TEST(NvmlChannels, OneKindOfCounterEachReason) {
  std::set<unsigned> fields;
  for (const Candidate& candidate : candidates({"NVIDIA A100", 8, 0})) {
    if (candidate.channel.measurand == Measurand::throttled_time) fields.insert(candidate.questions.at(0).id);
  }
  EXPECT_EQ(fields, (std::set<unsigned>{74, 75, 76, 77, 78, 79, 80, 81, 269, 270, 271}));
}

}  // namespace
}  // namespace diffjoule::sensors::nvidia
