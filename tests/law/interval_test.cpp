// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/interval.h"

#include <gtest/gtest.h>

#include "diffjoule/law/fit.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

class Interval : public testing::Test {
 protected:
  std::vector<Observation> rows = synthetic::runs(6, {.noise = 0.1}, 11);
  const Form& form = *form_named("op_class").value();
  Law law = fit(form, rows).value();
  double width(const Observation& o) const {
    const Prediction p = predict(form, law, o).value();
    return std::log(p.energy_high / p.energy_low);
  }
};

TEST_F(Interval, HoldsTheMedianInItsGeometricMiddle) {
  const Prediction p = predict(form, law, rows.front()).value();
  EXPECT_NEAR(p.energy / p.energy_low, p.energy_high / p.energy, 1e-9);
  EXPECT_TRUE(p.extrapolations.empty());
}

TEST_F(Interval, WidensForACardThatWasNotMeasured) {
  Observation other = rows.front();
  other.gpu = other.card = "another";
  EXPECT_GT(width(other), width(rows.front()));
  EXPECT_TRUE(predict(form, law, other)->card_unseen);
}

TEST_F(Interval, WidensAndNamesTheAxisOutsideTheDomain) {
  Observation few = rows.front();
  few.steps = 1.0;
  EXPECT_GT(width(few), width(rows.front()));
  const auto said = predict(form, law, few)->extrapolations;
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said.front().find("steps 1"), std::string::npos) << said.front();
}

TEST_F(Interval, WidensWhereTheVariantOfTheCardIsNotStated) {
  Observation vague = rows.front();
  vague.device.spread = 0.3;
  EXPECT_GT(width(vague), width(rows.front()));
}

TEST_F(Interval, CoversNineInTenOfNewModelsInAWorldOfItsOwnKind) {
  // 200 models, noise of 0.1: at 90 % and a spread learnt from six models, at least 80 % must be inside.
  const auto fresh = synthetic::runs(200, {.noise = 0.1}, 12);
  std::size_t inside = 0;
  for (const Observation& o : fresh) {
    const Prediction p = predict(form, law, o).value();
    inside += *o.measured.energy_per_item >= p.energy_low && *o.measured.energy_per_item <= p.energy_high ? 1U : 0U;
  }
  EXPECT_GT(inside, 8 * fresh.size() / 10);
}

}  // namespace
}  // namespace diffjoule::law
