// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// fit --update: what it wants and what it writes.
#include <gtest/gtest.h>

#include <filesystem>

#include "diffjoule/api/verb.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"

namespace diffjoule::api {
namespace {

using io::Document;

const Context context{io::DataFiles(), "test"};
const std::string builtin = std::string(DIFFJOULE_SOURCE_DIR) + "/data/laws/builtin.json";

std::string in_temp(const std::string& name) { return (std::filesystem::path(testing::TempDir()) / name).string(); }

TEST(FitUpdate, WantsTheNewRowsNamed) {
  const auto answer = call("fit", Document().set("update", builtin), context);
  ASSERT_FALSE(answer.has_value());
  EXPECT_NE(answer.error().message().find("ROWS.csv"), std::string::npos) << answer.error().message();
}

TEST(FitUpdate, ALawMovesTowardsTheRowsOfItsCardAndPredictsWithThem) {
  const std::string rows = in_temp("rows.csv"), law = in_temp("sharpened.json");
  ASSERT_TRUE(io::write_file(rows,
                             "source,model_id,gpu,batch_size,steps,dtype,energy_j_per_item,latency_s_per_batch\n"
                             "here,flux1-dev,L40S,1,28,bfloat16,9000,28\nhere,sd35-large,L40S,1,28,bfloat16,8200,25\n")
                  .has_value());
  const auto answer = call(
      "fit", Document().set("update", builtin).set("measurements", Document::Array{rows}).set("output", law), context);
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  for (const Document& row : *answer->document.find("rows")->array()) {
    EXPECT_LT(std::abs(row.find("energy_after_ln")->number()), std::abs(row.find("energy_before_ln")->number()));
    EXPECT_LT(std::abs(row.find("time_after_ln")->number()), std::abs(row.find("time_before_ln")->number()));
  }
  const Document asked = Document().set("model", "flux1-dev").set("gpu", "L40S");
  Document with_law = asked;
  const auto before = call("predict", asked, context), after = call("predict", with_law.set("law", law), context);
  EXPECT_GT(after->document.at_path("per_item.energy_j")->number(),
            before->document.at_path("per_item.energy_j")->number());
  EXPECT_FALSE(*after->document.find("extrapolates")->boolean());  // the card is known now
}

}  // namespace
}  // namespace diffjoule::api
