// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/identifiability.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "diffjoule/law/form.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

const Form& roofline() { return *form_named("roofline").value(); }

Law fitted(const std::vector<Observation>& rows) {
  Law law = roofline().fit(rows).value();
  law.form = "roofline";
  return law;
}

// The weights here are those of the fit: should one of the two change, these deviations part.
TEST(Identifiability, DeviationsAreThoseOfTheFit) {
  const auto rows = synthetic::runs(10, {.noise = 0.05}, 161);
  const Law law = fitted(rows);
  const Identifiability known = identifiability(law, rows).value();
  std::size_t compared = 0;
  for (const Coefficient& c : law.coefficients) {
    const auto place = std::find_if(known.coefficients.begin(), known.coefficients.end(),
                                    [&c](const Known& k) { return k.name == c.name; });
    if (!c.standard_error || place == known.coefficients.end()) continue;
    const bool at_bound = *c.standard_error == 0.0;
    if (at_bound) continue;
    EXPECT_NEAR(place->deviation / (*c.standard_error / c.value), 1.0, 0.15) << c.name;
    ++compared;
  }
  EXPECT_GE(compared, 7U);
}

TEST(Identifiability, NothingIsLearntOfWhatNoRowShows) {
  auto rows = synthetic::runs(6, {.noise = 0.05}, 162);
  for (Observation& o : rows) {
    for (StageWork& stage : o.work) {
      for (OpWork& op : stage.operators) op.convolution = false;
    }
  }
  const Identifiability known = identifiability(fitted(rows), rows).value();
  for (const Known& k : known.coefficients) {
    EXPECT_LE(k.left(), 1.0 + 1e-6) << k.name;
    if (k.name == "layout bytes") {
      EXPECT_NEAR(k.left(), 1.0, 1e-6);
    }
    if (k.name == "energy a byte") {
      EXPECT_LT(k.left(), 0.9);
    }
  }
}

// On one card only the product of what all cards reach and what this one does is seen.
TEST(Identifiability, OneCardAloneIsEntangledWithThePopulation) {
  auto rows = synthetic::runs(12, {.noise = 0.02}, 163);
  std::erase_if(rows, [](const Observation& o) { return o.gpu == "small"; });
  for (Observation& o : rows) {
    for (StageWork& stage : o.work) {
      for (OpWork& op : stage.operators) {  // arithmetic and nothing else
        op.weight_bytes = 1e-4 * op.weight_bytes;
        op.activation_bytes = 1e-4 * op.activation_bytes;
        op.scores = 0.0;
      }
    }
  }
  const auto known = identifiability(fitted(rows), rows).value();
  EXPECT_TRUE(std::any_of(known.pairs.begin(), known.pairs.end(), [](const Entangled& p) {
    return p.a == "compute efficiency" && p.b == "compute speed of large" && p.correlation < -0.9;
  }));
  EXPECT_GT(known.condition_number, 1.0);
}

TEST(Identifiability, SeveralGpusTellTheLink) {
  auto rows = synthetic::runs(6, {.noise = 0.02}, 164);
  const Law law = fitted(rows);
  const std::size_t before = identifiability(law, rows)->coefficients.size();
  rows.front().devices = 4.0;
  const auto known = identifiability(law, rows).value();
  EXPECT_EQ(known.coefficients.size(), before + 3);
  EXPECT_EQ(known.coefficients.back().name, "exchange power");
}

TEST(Identifiability, IsOfTheRooflineOnly) {
  const auto rows = synthetic::runs(4, {}, 165);
  Law law = form_named("paper").value()->fit(rows).value();
  law.form = "paper";
  EXPECT_FALSE(identifiability(law, rows).has_value());
}

}  // namespace
}  // namespace diffjoule::law
