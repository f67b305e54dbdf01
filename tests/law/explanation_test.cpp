// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/explanation.h"

#include <gtest/gtest.h>

#include "diffjoule/law/form.h"
#include "diffjoule/law/roofline_law.h"
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

// Two parts of each stage: every second operator.
std::vector<Part> halves(const Observation& o) {
  std::vector<Part> parts;
  for (std::size_t s = 0; s < stages; ++s) {
    parts.insert(parts.end(), {{s, {}}, {s, {}}});
    for (std::size_t i = 0; i < o.work[s].operators.size(); ++i)
      parts[2 * s + i % 2].operators.push_back(o.work[s].operators[i]);
  }
  return parts;
}

TEST_F(Explaining, PartsOfAStageAddUpToIt) {
  for (Observation o : rows) {
    for (const double devices : {1.0, 4.0}) {
      o.devices = devices;
      const Explanation whole = explain(law, o).value();
      const std::vector<Part> parts = halves(o);
      const std::vector<StageExplanation> explained = explain(law, o, parts).value();
      ASSERT_EQ(explained.size(), parts.size());
      for (std::size_t s = 0; s < stages; ++s) {
        const StageExplanation &all = whole.stage[s], &a = explained[2 * s], &b = explained[2 * s + 1];
        EXPECT_NEAR((a.total() + b.total()) / all.total(), 1.0, 1e-12);
        EXPECT_NEAR((a.standing + b.standing) / all.standing, 1.0, 1e-12);
        EXPECT_NEAR((a.result.used + b.result.used) / all.result.used, 1.0, 1e-12);
        EXPECT_NEAR((a.result.elapsed + b.result.elapsed) / all.result.elapsed, 1.0, 1e-12);
        EXPECT_EQ(a.result.slowdown, all.result.slowdown);
      }
    }
  }
}

TEST_F(Explaining, AStageInOnePartIsWhatTheLawSays) {
  const Observation& o = rows.front();
  const RooflineResult result = evaluate(roofline_of(law, o).value(), roofline_case(o));
  const Explanation explained = explain(law, o).value();
  for (std::size_t s = 0; s < stages; ++s) {
    EXPECT_NEAR(explained.stage[s].result.elapsed / result.stage[s].elapsed, 1.0, 1e-12);
    EXPECT_NEAR(explained.stage[s].result.used / result.stage[s].used, 1.0, 1e-12);
  }
}

TEST_F(Explaining, OnlyWhatMixesTokensPaysForExchanges) {
  Observation o = rows.front();
  o.devices = 4.0;
  constexpr std::size_t denoise = 1;
  std::vector<Part> parts{{denoise, {}}, {denoise, {}}};
  for (const OpWork& op : o.work[denoise].operators) parts[op.exchanged ? 1 : 0].operators.push_back(op);
  const std::vector<StageExplanation> explained = explain(law, o, parts).value();
  EXPECT_EQ(explained[0].exchanging, Energy{});
  EXPECT_GT(explained[1].exchanging, Energy{});
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
