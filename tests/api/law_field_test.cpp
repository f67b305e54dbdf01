// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/law_field.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "diffjoule/io/file.h"

namespace diffjoule::api {
namespace {

using io::Document;

const Context context{io::DataFiles(), "test"};

Document asked(const std::string& verb, Document request) {
  return call(verb, request.set("model", "sd15").set("gpu", "A100-SXM4-80GB"), context).value().document;
}

TEST(LawField, AFileThatIsNotThereIsNamed) {
  const auto answer =
      call("predict", Document().set("model", "sd15").set("gpu", "H100").set("law", "/nowhere/law.json"), context);
  ASSERT_FALSE(answer.has_value());
  EXPECT_NE(answer.error().message().find("/nowhere/law.json"), std::string::npos) << answer.error().message();
}

TEST(LawField, TheFileGivenAnswersAndNotTheBuiltInLaw) {
  const std::string path = (std::filesystem::path(testing::TempDir()) / "op_class_law.json").string();
  ASSERT_TRUE(call("fit", Document().set("form", "op_class").set("output", path), context).has_value());
  EXPECT_EQ(*asked("predict", Document().set("law", path)).find("law")->text(), "op_class");
  EXPECT_EQ(*asked("predict", {}).find("law")->text(), "roofline");
  const auto refused =
      call("explain", Document().set("model", "sd15").set("gpu", "A100-SXM4-80GB").set("law", path), context);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message().find("--form roofline"), std::string::npos) << refused.error().message();
}

TEST(LawField, AnExplanationAddsUpToThePrediction) {
  const Document predicted = asked("predict", {}), explained = asked("explain", {});
  double sum = 0.0;
  for (const Document& stage : *explained.find("stages")->array()) sum += stage.find("energy_j")->number();
  EXPECT_NEAR(sum / predicted.at_path("per_item.energy_j")->number(), 1.0, 1e-9);
}

}  // namespace
}  // namespace diffjoule::api
