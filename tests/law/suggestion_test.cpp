// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/suggestion.h"

#include <gtest/gtest.h>

#include "diffjoule/law/form.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

class Suggesting : public testing::Test {
 protected:
  Suggesting() : rows(synthetic::runs(12, {.noise = 0.05}, 95)) {
    const Form& form = *form_named("roofline").value();
    law = form.fit(rows).value();
    law.form = form.name;
  }
  std::vector<Observation> rows;
  Law law;
};

TEST_F(Suggesting, EveryRunLeavesLessToKnow) {
  const Suggestions s = suggest(law, rows, 4).value();
  ASSERT_EQ(s.runs.size(), 4U);
  double before = s.before;
  for (const Suggestion& run : s.runs) {
    EXPECT_LT(run.deviation, before);
    before = run.deviation;
  }
}

TEST_F(Suggesting, TheFirstIsTheBestOfAll) {
  const Suggestion first = suggest(law, rows, 1)->runs[0];
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<Observation> reordered = rows;
    std::swap(reordered[0], reordered[i]);
    EXPECT_NEAR(suggest(law, reordered, 1)->runs[0].deviation, first.deviation, 1e-12);
  }
}

TEST_F(Suggesting, ARunThatOnlyTheHostDecidesIsNotTheFirst) {
  rows[0].source = "slow";
  for (Coefficient& c : law.coefficients) {
    if (c.name == "launch: any") c.value = 1.0;
  }
  EXPECT_NE(suggest(law, rows, 1)->runs[0].candidate, 0U);
}

TEST_F(Suggesting, NothingToChooseFromIsSaid) { EXPECT_FALSE(suggest(law, {}, 1).has_value()); }

}  // namespace
}  // namespace diffjoule::law
