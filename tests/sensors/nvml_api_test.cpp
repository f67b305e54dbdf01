// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_api.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>

#include "tests/fakes/nvml/fake_nvml.h"

namespace diffjoule::sensors::nvidia {
namespace {

// Sizes and offsets as NVIDIA's own ctypes declarations (nvidia-ml-py 13.615) have them on 64 bits.
static_assert(sizeof(FieldValue) == 40 && offsetof(FieldValue, scope) == 4 && offsetof(FieldValue, timestamp) == 8);
static_assert(offsetof(FieldValue, latency) == 16 && offsetof(FieldValue, type) == 24);
static_assert(offsetof(FieldValue, status) == 28 && offsetof(FieldValue, value) == 32);
static_assert(sizeof(PciInfo) == 68 && offsetof(PciInfo, domain) == 16 && offsetof(PciInfo, bus_id) == 36);
static_assert(sizeof(Utilization) == 8 && sizeof(Temperature) == 12);
static_assert(sizeof(ProcessSample) == 32 && offsetof(ProcessSample, timestamp) == 8);
static_assert(offsetof(ProcessSample, sm) == 16 && offsetof(ProcessSample, decoder) == 28);

FieldValue answered(ValueType type, Value value, Return status = success) {
  FieldValue field;
  field.status = status;
  field.type = type;
  field.value = value;
  return field;
}

TEST(NvmlApi, AMissingLibraryIsUnavailable) {
  const auto api = load("libnvidia-ml-of-nowhere.so.1");
  ASSERT_FALSE(api);
  EXPECT_EQ(api.error().code(), ErrorCode::unavailable);
}

TEST(NvmlApi, AnotherLibraryIsRefused) {
  const auto api = load("libm.so.6");
  ASSERT_FALSE(api);
  EXPECT_NE(api.error().message().find("nvmlShutdown"), std::string::npos);
}

TEST(NvmlApi, ReasonsForLowClocksAreFoundUnderBothNames) {
  const fakes::FakeNvml now("{}"), before("{}", "old");
  for (const auto* fake : {&now, &before}) {
    const auto api = load(fake->library());
    ASSERT_TRUE(api) << api.error().message();
    EXPECT_NE(api->clock_reasons, nullptr);
    EXPECT_NE(api->compute_processes, nullptr);
  }
}

TEST(NvmlApi, WhatADriverDoesNotHaveIsNull) {
  const fakes::FakeNvml before("{}", "old");
  const auto api = load(before.library());
  ASSERT_TRUE(api) << api.error().message();
  EXPECT_EQ(api->field_values, nullptr);
  EXPECT_EQ(api->temperature_v, nullptr);
  EXPECT_NE(api->power_usage, nullptr);
}

TEST(NvmlApi, EveryTypeOfANumberIsRead) {
  EXPECT_EQ(number(answered(ValueType::real, {.real = 2.5})).value, 2.5);
  EXPECT_EQ(number(answered(ValueType::unsigned_int, {.unsigned_int = 7})).value, 7.0);
  EXPECT_EQ(number(answered(ValueType::unsigned_long, {.unsigned_long = 8})).value, 8.0);
  EXPECT_EQ(number(answered(ValueType::unsigned_long_long, {.unsigned_long_long = 1ULL << 40})).value, 1099511627776.0);
  EXPECT_EQ(number(answered(ValueType::signed_long_long, {.signed_long_long = 9})).value, 9.0);
  EXPECT_EQ(number(answered(ValueType::signed_int, {.signed_int = 10})).value, 10.0);
  EXPECT_EQ(number(answered(ValueType::unsigned_short, {.unsigned_short = 11})).value, 11.0);
}

TEST(NvmlApi, AFailedFieldIsNoNumberWhateverItsValue) {
  const Reading reading = number(answered(ValueType::unsigned_int, {.unsigned_int = 300000}, not_supported));
  EXPECT_EQ(reading.absence, Absence::not_supported);
  EXPECT_EQ(reading.value, 0.0);
}

TEST(NvmlApi, AnUnknownTypeOrAnImpossibleNumberIsAFailedRead) {
  EXPECT_EQ(number(answered(static_cast<ValueType>(99), {.unsigned_int = 7})).absence, Absence::failed);
  EXPECT_EQ(number(answered(ValueType::signed_int, {.signed_int = -1})).absence, Absence::failed);
  EXPECT_EQ(number(answered(ValueType::real, {.real = std::nan("")})).absence, Absence::failed);
  EXPECT_EQ(number(answered(ValueType::real, {.real = std::numeric_limits<double>::infinity()})).absence,
            Absence::failed);
}

TEST(NvmlApi, ZeroIsANumber) {
  const Reading reading = number(answered(ValueType::unsigned_int, {.unsigned_int = 0}));
  EXPECT_TRUE(reading.there());
  EXPECT_EQ(reading.value, 0.0);
}

TEST(NvmlApi, OnlySuccessIsAReading) {
  for (Return code = 0; code < 40; ++code) EXPECT_EQ(absence(code) == Absence::none, code == success) << code;
  EXPECT_EQ(absence(gpu_is_lost), Absence::lost);
  EXPECT_EQ(absence(uninitialized), Absence::lost);
  EXPECT_EQ(absence(no_permission), Absence::no_permission);
  EXPECT_EQ(absence(function_not_found), Absence::not_supported);
  EXPECT_EQ(absence(unknown), Absence::failed);
}

TEST(NvmlApi, ProcessesAreReadWhateverTheSizeOfAnEntry) {
  for (const int bytes : {16, 24, 32}) {
    for (const char* list : {R"([{"pid": 4242}])", R"([{"pid": 11}, {"pid": 12}, {"pid": 13}])", "[]"}) {
      const fakes::FakeNvml fake(R"({"process_entry_bytes": )" + std::to_string(bytes) +
                                 R"(, "gpus": [{"processes": )" + list + "}]}");
      const auto api = load(fake.library());
      ASSERT_TRUE(api) << api.error().message();
      ASSERT_EQ(api->init(), success);
      Handle gpu = nullptr;
      ASSERT_EQ(api->device_at(0, &gpu), success);
      const Processes processes = compute_processes(*api, gpu);
      EXPECT_EQ(processes.code, success);
      const std::string listed(list);
      const std::vector<int> expected = listed == "[]"                             ? std::vector<int>{}
                                        : listed.find("4242") != std::string::npos ? std::vector<int>{4242}
                                                                                   : std::vector<int>{11, 12, 13};
      EXPECT_EQ(processes.pids, expected) << bytes;
      api->shutdown();
    }
  }
}

TEST(NvmlApi, MoreProcessesThanThereWasRoomForAreAskedForAgain) {
  std::string list;
  for (int i = 1; i <= 300; ++i) list += std::string(i > 1 ? "," : "") + "{\"pid\": " + std::to_string(i) + "}";
  const fakes::FakeNvml fake(R"({"gpus": [{"processes": [)" + list + "]}]}");
  const auto api = load(fake.library());
  ASSERT_TRUE(api) << api.error().message();
  ASSERT_EQ(api->init(), success);
  Handle gpu = nullptr;
  ASSERT_EQ(api->device_at(0, &gpu), success);
  const Processes processes = compute_processes(*api, gpu);
  ASSERT_EQ(processes.pids.size(), 300U);
  EXPECT_EQ(processes.pids.back(), 300);
  api->shutdown();
}

TEST(NvmlApi, WordsHaveTheLibrarysOwnAndTheNumber) {
  const fakes::FakeNvml fake("{}");
  const auto api = load(fake.library());
  ASSERT_TRUE(api) << api.error().message();
  EXPECT_EQ(words(*api, gpu_is_lost), "GPU is lost (15)");
  EXPECT_EQ(words(Api{}, 15), "NVML error (15)");
}

}  // namespace
}  // namespace diffjoule::sensors::nvidia
