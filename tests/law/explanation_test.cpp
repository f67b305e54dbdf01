// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/explanation.h"

#include <gtest/gtest.h>

#include "diffjoule/law/form.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

class Explaining : public testing::Test {
 protected:
  Explaining() : rows(synthetic::runs(12, {.noise = 0.05}, 81)) {
    law = form.fit(rows).value();
    law.form = form.name;
  }
  const Form& form = *form_named("roofline").value();
  std::vector<Observation> rows;
  Law law;
};

TEST_F(Explaining, ThePartsAreThePrediction) {
  for (Observation o : rows) {
    for (const double devices : {1.0, 4.0}) {
      o.devices = devices;
      o.boundary = Boundary::gpu;
      const Energy whole = o.batch * form.predict(law, o)->energy_per_item;
      EXPECT_NEAR(explain(law, o)->total() / whole, 1.0, 1e-9);
    }
  }
}

TEST_F(Explaining, ASlowHostIsNamed) {
  for (Coefficient& c : law.coefficients) {
    if (c.name.starts_with("launch")) c.value = 1.0;
  }
  const Explanation explained = explain(law, rows.front()).value();
  for (const StageExplanation& stage : explained.stage) EXPECT_EQ(stage.bound, Bound::launches);
}

TEST_F(Explaining, WorkOfNoFlopsIsBoundByMemory) {
  Observation o = rows.front();
  o.source = "";
  for (StageWork& stage : o.work) {
    for (OpWork& op : stage.operators) {
      op.flops = Flops{};
      op.scores = 0.0;
      op.activation_bytes = 1e3 * op.activation_bytes;
    }
  }
  const Explanation explained = explain(law, o).value();
  for (const StageExplanation& stage : explained.stage) EXPECT_EQ(stage.bound, Bound::memory);
}

TEST_F(Explaining, OtherFormsAreRefusedWithTheCommandThatHelps) {
  law.form = "op_class";
  const auto refused = explain(law, rows.front());
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message().find("--form roofline"), std::string::npos) << refused.error().message();
}

}  // namespace
}  // namespace diffjoule::law
