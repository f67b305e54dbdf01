// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "diffjoule/io/json.h"
#include "tests/measure/made_measurement.h"

namespace diffjoule::measure {
namespace {

TEST(MeasurementReading, WhatWasWrittenIsReadBack) {
  const io::Document d = to_document(made_measurement());
  const auto text = io::parse_json(io::to_json(d));
  ASSERT_TRUE(text) << text.error().message();
  const auto back = measurement_from(*text);
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(io::to_json(to_document(*back)), io::to_json(d));
  EXPECT_EQ(back->idle[0].before->kind, Idle::Kind::no_context);
  EXPECT_EQ(back->whole.parts[0].verdict[0].kind, DoubtKind::shared);
  EXPECT_EQ(back->devices[0].channels[0].measurand, sensors::Measurand::energy);
}

TEST(MeasurementReading, MembersOfOthersAreLeftAlone) {
  io::Document d = to_document(made_measurement());
  d.set("source", "codecarbon");
  EXPECT_TRUE(measurement_from(d));
}

TEST(MeasurementReading, ARecordThatIsNotWholeIsRefusedByTheNameOfWhatIsWrong) {
  const io::Document good = to_document(made_measurement());
  for (const auto& [key, value] : *good.object()) {
    if (key == "exit_code") continue;
    io::Document bad = good;
    bad.set(key, io::Document(io::Document::Object{}));
    const auto read = measurement_from(bad);
    EXPECT_FALSE(read) << key;
  }
  EXPECT_FALSE(measurement_from(io::Document()));
  io::Document newer = good;
  newer.set("version", 2);
  ASSERT_FALSE(measurement_from(newer));
  EXPECT_NE(measurement_from(newer).error().message().find("version 2"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::measure
