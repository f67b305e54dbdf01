// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// diagnose and validate --picture, as doors ask them.
#include <gtest/gtest.h>

#include "diffjoule/api/verb.h"
#include "diffjoule/io/file.h"

namespace diffjoule::api {
namespace {

using io::Document;

const Context context{io::DataFiles(), "test"};

std::string in_temp(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + name;
  EXPECT_TRUE(io::write_file(path, text).has_value());
  return path;
}

TEST(Diagnose, OfTheBundledDataLooksAtTheBuiltInLawAndListsItsCoefficients) {
  const auto answer = call("diagnose", Document().set("law", "built-in"), context);
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  const Document& d = answer->document;
  bool flagged = false;
  for (const Document& s : *d.find("symptoms")->array()) {
    EXPECT_FALSE(s.find("seen")->text()->empty());
    flagged = flagged || *s.find("flagged")->boolean();
    if (*s.find("flagged")->boolean()) {
      EXPECT_FALSE(s.find("advice")->text()->empty());
    }
  }
  EXPECT_EQ(answer->partial, flagged);
  EXPECT_GT(d.at_path("identifiability.coefficients")->array()->size(), 20U);
  EXPECT_GT(d.at_path("identifiability.condition_numbers.paper")->number(), 1.0);
  const Verb* verb = verb_named("diagnose").value();
  EXPECT_NE(report::to_markdown(verb->view(d)).find("of its prior's"), std::string::npos);
}

TEST(Diagnose, TooFewModelsAreHeldAgainstTheBuiltInLaw) {
  const std::string rows = in_temp("diagnose_rows.csv",
                                   "model_id,gpu,batch_size,energy_j_per_item,latency_s_per_batch\n"
                                   "sd15,H100-SXM-80GB,1,200,1\nsd15,H100-SXM-80GB,4,100,2\n");
  const auto answer = call("diagnose", Document().set("measurements", Document::Array{rows}), context);
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_NE(answer->document.find("residuals")->text()->find("too few models"), std::string::npos);
}

TEST(Diagnose, ShowsClocksWithoutLookingAtAnyFit) {
  const auto answer = call("diagnose", Document().set("clocks", true), context);
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_FALSE(answer->partial);
  EXPECT_EQ(answer->document.find("symptoms"), nullptr);
}

TEST(ValidatePicture, IsWrittenAsSvg) {
  const std::string path = testing::TempDir() + "validation.svg";
  const auto answer = call("validate", Document().set("form", "constant").set("picture", path), context);
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_TRUE(io::read_file(path)->starts_with("<svg "));
  EXPECT_EQ(*answer->document.find("written")->text(), path);
}

TEST(ValidatePicture, OfAFormThatDoesNotExistIsAnError) {
  const auto answer = call("validate", Document().set("form", "nothing").set("picture", "x.svg"), context);
  EXPECT_FALSE(answer.has_value());
}

}  // namespace
}  // namespace diffjoule::api
