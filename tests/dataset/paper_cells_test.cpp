// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// The known cells of arXiv 2511.17031 against what it published, with exact FLOPs and nothing adjusted to match.
#include <gtest/gtest.h>

#include <cmath>

#include "diffjoule/dataset/measurements.h"
#include "diffjoule/law/fit.h"

namespace diffjoule::dataset {
namespace {

class PaperCells : public testing::Test {
 protected:
  PaperCells() {
    Observer observer{models::Catalogue{io::DataFiles()}, GpuCatalogue{io::DataFiles()}};
    const auto tables = bundled(io::DataFiles()).value();
    const Dataset all = read(tables, observer, false).value();
    for (const law::Observation& o : all.observations) {
      if (o.source == "iyengar-2511.17031") cells.push_back(o);
    }
  }
  std::vector<law::Observation> of(const std::string& model) const {
    std::vector<law::Observation> some;
    for (const law::Observation& o : cells) {
      if (o.model == model) some.push_back(o);
    }
    return some;
  }
  static const law::Coefficient& named(const law::Law& law, const std::string& name) {
    for (const law::Coefficient& c : law.coefficients) {
      if (c.name == name) return c;
    }
    throw std::out_of_range(name);
  }
  std::vector<law::Observation> cells;
};

// ln E(float32) / E(float16) of one cell: no law is needed.
TEST_F(PaperCells, Float32CostsFiveToEightTimesAsMuchDependingOnTheModel) {
  for (const auto& [model, contrast] :
       {std::pair{"flux1-dev", 2.06}, std::pair{"sd35-large", 1.96}, std::pair{"sd21", 1.56}}) {
    double half = 0.0, single = 0.0;
    for (const law::Observation& o : of(model)) {
      if (o.steps == 50.0 && o.pixels == 1024.0 * 1024.0)
        (o.float32 ? single : half) = std::log(o.measured.energy_per_item->in(joule));
    }
    EXPECT_NEAR(single - half, contrast, 0.005) << model;
  }
}

// Five cells and four coefficients leave one degree of freedom: wide intervals, which hold what was published.
TEST_F(PaperCells, ThePublishedCoefficientsOfFluxLieInsideTheIntervalsOfItsCells) {
  const law::Law law = law::form_named("paper").value()->fit(of("flux1-dev")).value();
  const law::Coefficient &alpha = named(law, "alpha"), &dtype = named(law, "beta_dtype[float32]");
  EXPECT_LT(alpha.low.value(), 0.989);
  EXPECT_GT(alpha.high.value(), 0.989);
  EXPECT_GT(alpha.high.value() - alpha.low.value(), 0.2);
  EXPECT_LT(dtype.low.value(), 2.04);
  EXPECT_GT(dtype.high.value(), 2.04);
  EXPECT_LT(named(law, "beta_res").value, 0.0);
}

TEST_F(PaperCells, PooledOverModelsAlphaFallsBelowOne) {
  const law::Law law = law::form_named("paper").value()->fit(cells).value();
  EXPECT_LT(named(law, "alpha").high.value(), 0.97);
}

TEST_F(PaperCells, AFloat32CoefficientOfFloat16RowsIsRefused) {
  const law::Law law = law::form_named("paper").value()->fit(of("qwen-image")).value();
  ASSERT_FALSE(law.refused.empty());
  EXPECT_EQ(law.refused.front().name, "beta_dtype[float32]");
}

}  // namespace
}  // namespace diffjoule::dataset
