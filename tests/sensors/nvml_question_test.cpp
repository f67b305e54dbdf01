// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_question.h"

#include <gtest/gtest.h>

#include <vector>

namespace diffjoule::sensors::nvidia {
namespace {

using Call = Question::Call;

std::vector<Reading> ask_all(const Api& api, const std::vector<Question>& questions) {
  std::vector<Reading> answers(questions.size());
  ask(api, nullptr, questions, answers);
  return answers;
}

TEST(NvmlQuestion, AFunctionThatTheLibraryLacksIsNotSupported) {
  const auto answers = ask_all(Api{}, {{Call::field, field_power_instant},
                                       {Call::total_energy},
                                       {Call::power_usage},
                                       {Call::enforced_power_limit},
                                       {Call::clock, clock_sm},
                                       {Call::temperature},
                                       {Call::clock_reasons},
                                       {Call::utilization}});
  for (const Reading& answer : answers) EXPECT_EQ(answer.absence, Absence::not_supported);
}

TEST(NvmlQuestion, AnswersComeInTheUnitThatWasAskedFor) {
  Api api;
  api.power_usage = [](Handle, unsigned* milliwatts) {
    *milliwatts = 123456;
    return success;
  };
  EXPECT_DOUBLE_EQ(ask_all(api, {{Call::power_usage, 0, 0, 1e-3}})[0].value, 123.456);
}

TEST(NvmlQuestion, AFailedCallLeavesNoNumber) {
  Api api;
  api.power_usage = [](Handle, unsigned* milliwatts) {
    *milliwatts = 999;
    return gpu_is_lost;
  };
  const Reading answer = ask_all(api, {{Call::power_usage}})[0];
  EXPECT_EQ(answer.absence, Absence::lost);
  EXPECT_EQ(answer.value, 0.0);
}

TEST(NvmlQuestion, WhereOneFieldSpoilsTheCallTheOthersAreAskedAlone) {
  Api api;
  api.field_values = [](Handle, int count, FieldValue* fields) {
    for (int i = 0; i < count; ++i) {
      if (fields[i].field > 200) return invalid_argument;
      fields[i].status = success;
      fields[i].type = ValueType::unsigned_int;
      fields[i].value.unsigned_int = fields[i].field;
    }
    return success;
  };
  const auto answers = ask_all(api, {{Call::field, 83}, {Call::field, 269}, {Call::field, 186}});
  EXPECT_EQ(answers[0].value, 83.0);
  EXPECT_EQ(answers[1].absence, Absence::not_supported);
  EXPECT_EQ(answers[2].value, 186.0);
}

TEST(NvmlQuestion, AFieldThatTheDriverDoesNotTouchIsAFailedRead) {
  Api api;
  api.field_values = [](Handle, int, FieldValue*) { return success; };
  EXPECT_EQ(ask_all(api, {{Call::field, 83}})[0].absence, Absence::failed);
}

TEST(NvmlQuestion, TheTemperatureIsReadByTheNewFunctionWhereTheOldOneIsGone) {
  Api api;
  api.temperature_v = [](Handle, Temperature* answer) {
    EXPECT_EQ(answer->version, 0x100000cU);
    answer->degrees = 55;
    return success;
  };
  EXPECT_EQ(ask_all(api, {{Call::temperature}})[0].value, 55.0);
}

TEST(NvmlQuestion, NothingAskedIsNothingCalled) { EXPECT_TRUE(ask_all(Api{}, {}).empty()); }

}  // namespace
}  // namespace diffjoule::sensors::nvidia
