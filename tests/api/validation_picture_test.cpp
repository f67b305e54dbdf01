// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/validation_picture.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

law::Validation validation(const std::string& form, double mean) {
  law::Validation v;
  v.form = form;
  v.one_gpu.energy = law::Scores{};
  v.one_gpu.energy->mean = mean;
  for (const bool several : {false, true}) {
    law::GroupError g;
    g.group = "sd15 on A100";
    g.several = several;
    g.family = "U-Net";
    g.card = "A100-unspecified";
    g.measured = 120.0 * joule;
    g.predicted = 100.0 * joule;
    g.low = 90.0 * joule;
    g.high = 111.0 * joule;
    v.groups.push_back(g);
  }
  return v;
}

TEST(ValidationPicture, HasEveryGroupAndTheFormsBestFirst) {
  const std::vector<law::Validation> all{validation("paper", 0.2), validation("roofline", 0.07)};
  const report::Chart chart = picture_of(all[1], all, "model", "family");
  ASSERT_EQ(chart.series.size(), 1U);
  EXPECT_EQ(chart.series.front().name, "U-Net");
  EXPECT_EQ(chart.series.front().points.size(), 2U);
  EXPECT_EQ(chart.series.front().points.front().x, 100.0);
  EXPECT_EQ(chart.series.front().points.front().y, 120.0);
  EXPECT_TRUE(chart.series.front().points.back().hollow);
  EXPECT_FALSE(chart.hollow_means.empty());
  ASSERT_EQ(chart.bars.size(), 2U);
  EXPECT_EQ(chart.bars.front().label, "roofline");
}

TEST(ValidationPicture, IsColouredByCardWhenAsked) {
  const std::vector<law::Validation> all{validation("roofline", 0.07)};
  EXPECT_EQ(picture_of(all[0], all, "model", "card").series.front().name, "A100");
}

}  // namespace
}  // namespace diffjoule::api
