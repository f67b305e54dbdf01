// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/workload_fields.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

TEST(WorkloadFields, NumbersThatADoubleKeepsAreNumbersAndOthersAreText) {
  constexpr WideInteger edge = WideInteger{1} << 53;
  ASSERT_NE(exact(edge).integer(), nullptr);
  EXPECT_EQ(*exact(edge).integer(), std::int64_t{1} << 53);
  ASSERT_NE(exact(edge + 1).text(), nullptr);
  EXPECT_EQ(*exact(edge + 1).text(), "9007199254740993");
  EXPECT_EQ(*exact(0).integer(), 0);
}

TEST(WorkloadFields, AWorkloadIsReadFromItsFields) {
  const Verb verb{"x", "", "", workload_fields(), {}, nullptr, nullptr};
  const auto request = check(verb, io::Document()
                                       .set("model", "sd15")
                                       .set("width", 512)
                                       .set("guidance", 7)
                                       .set("no-cfg", true)
                                       .set("text-tokens", 77)
                                       .set("dtype", "fp16"));
  ASSERT_TRUE(request) << request.error().message();
  const auto workload = workload_of(*request);
  ASSERT_TRUE(workload) << workload.error().message();
  EXPECT_EQ(workload->model, "sd15");
  EXPECT_EQ(workload->width, 512);
  EXPECT_EQ(workload->height, std::nullopt);
  EXPECT_EQ(workload->guidance, 7.0);
  EXPECT_EQ(workload->classifier_free, false);
  EXPECT_EQ(workload->text_tokens, 77);
  EXPECT_EQ(workload->dtype, DType::float16);
  EXPECT_EQ(workload->batch, 1);
}

TEST(WorkloadFields, EveryDtypeOnOfferIsOne) {
  for (const Field& field : workload_fields()) {
    if (field.name != "dtype") continue;
    for (const std::string& choice : field.choices) EXPECT_TRUE(dtype_named(choice)) << choice;
  }
}

}  // namespace
}  // namespace diffjoule::api
