// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/outcome_view.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

sweep::Comparison comparison(double measured, double predicted, bool seen) {
  sweep::Comparison c;
  c.configuration.workload.model = "sd15";
  c.configuration.levels = {{"steps", "20"}};
  c.measured = measured * second;
  c.predicted = predicted * second;
  c.low = 0.9 * c.predicted;
  c.high = 1.1 * c.predicted;
  c.replicates = 5;
  c.spread = 0.02;
  c.seen = seen;
  return c;
}

sweep::Outcome outcome() {
  sweep::Outcome o;
  o.law.form = "device";
  o.comparisons = {comparison(1.0, 1.01, true), comparison(2.0, 2.1, false), comparison(4.0, 5.0, false)};
  o.r2 = 0.991;
  o.alpha = 0.97;
  o.alpha_low = 0.90;
  o.alpha_high = 1.04;
  o.of_time = true;
  return o;
}

std::string page_text(const sweep::Outcome& o) {
  report::Page page;
  add_outcome(document_of(o, "probed now"), page);
  return report::to_markdown(page);
}

TEST(OutcomeView, ShowsThePapersFiguresBesideOurs) {
  const std::string text = page_text(outcome());
  EXPECT_NE(text.find("R2 0.991 (paper, within a GPU: 0.95)"), std::string::npos) << text;
  EXPECT_NE(text.find("alpha 0.970 [0.900, 1.04] (paper: 0.99)"), std::string::npos) << text;
  EXPECT_NE(text.find("no energy was measured"), std::string::npos) << text;
}

TEST(OutcomeView, AnAlphaThatWasSetIsNotShownAsFitted) {
  sweep::Outcome o = outcome();
  o.alpha_set = true;
  const std::string text = page_text(o);
  EXPECT_NE(text.find("alpha set to 1"), std::string::npos) << text;
  EXPECT_EQ(text.find("(paper: 0.99)"), std::string::npos) << text;
}

TEST(OutcomeView, CountsWhatTheLawNeverSawAndWasCloseTo) {
  const std::string text = page_text(outcome());
  EXPECT_NE(text.find("the 2 it never saw; 1 of these within 10 %"), std::string::npos) << text;
  EXPECT_NE(text.find("+25 %"), std::string::npos) << text;
}

TEST(OutcomeView, APictureOfWhatNothingComputedSaysSo) {
  const auto chart = picture_of(outcome(), "a sweep", true);
  EXPECT_TRUE(chart.title.starts_with("Simulated"));
  EXPECT_EQ(chart.y_label, "simulated time");
  ASSERT_EQ(chart.series.size(), 1U);
  EXPECT_EQ(chart.series.front().points.size(), 3U);
  EXPECT_FALSE(chart.series.front().points.front().hollow);
  EXPECT_TRUE(chart.series.front().points.back().hollow);
  EXPECT_EQ(picture_of(outcome(), "a sweep", false).title, "a sweep");
}

}  // namespace
}  // namespace diffjoule::api
