// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/biases.h"

#include <gtest/gtest.h>

#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

// Twelve models in three families; the residual of one family is off by `bias`.
class Biases : public testing::Test {
 protected:
  Biases() : rows(synthetic::runs(12, {}, 121)) {
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].family = families[i / 6 % 3];
  }
  Looked looked(double bias) {
    std::mt19937_64 random(122);
    std::normal_distribution<double> normal;
    std::vector<std::optional<double>> residuals;
    for (const Observation& o : rows)
      residuals.push_back(0.02 * normal(random) + (o.family == families[1] ? bias : 0.0));
    return biases({"energy", rows, residuals}, Look::family);
  }
  const std::array<const char*, 3> families{"U-Net", "MMDiT", "DiT"};
  std::vector<Observation> rows;
};

TEST_F(Biases, FlagTheLabelThatLiesToOneSide) {
  const Looked found = looked(0.2);
  ASSERT_EQ(found.symptoms.size(), 3U);
  for (const Symptom& s : found.symptoms) {
    EXPECT_EQ(s.units, 4U);
    EXPECT_EQ(s.flagged, s.where == "MMDiT") << s.where << " " << s.seen;
    EXPECT_EQ(s.points_to.empty(), !s.flagged);
  }
}

TEST_F(Biases, AreNotSeenInNoise) {
  for (const Symptom& s : looked(0.0).symptoms) EXPECT_FALSE(s.flagged) << s.where << " " << s.seen;
}

TEST_F(Biases, SayHowManyWouldBeFlaggedByChance) {
  EXPECT_NE(looked(0.2).notes.front().find("1 of 3 lie to one side; 0.15 would by chance"), std::string::npos)
      << looked(0.2).notes.front();
}

TEST_F(Biases, ModelsCountOnceHoweverManyTheirRows) {
  const Estimate before = *looked(0.2).symptoms.front().estimate;
  const std::vector<Observation> own = rows;
  for (const Observation& o : own) rows.push_back(o);
  EXPECT_NEAR(looked(0.2).symptoms.front().estimate->error, before.error, 0.5 * before.error);
  EXPECT_EQ(looked(0.2).symptoms.front().units, 4U);
}

TEST_F(Biases, OfOneLabelCannotBeJudged) {
  const std::vector<std::optional<double>> residuals(rows.size(), 0.1);
  const Looked found = biases({"energy", rows, residuals}, Look::source);
  EXPECT_TRUE(found.symptoms.empty());
  EXPECT_NE(found.notes.front().find("only laboratory"), std::string::npos) << found.notes.front();
}

TEST(Symptoms, SmallOnesAreNobodysConcern) {
  Symptom s{.look = Look::family, .of = "energy", .where = ""};
  s.estimate = estimated(0.02, 0.001, 20.0, 4);
  judge(s);
  EXPECT_FALSE(s.flagged);
  s.estimate = estimated(0.2, 0.09, 20.0, 4);
  judge(s);
  EXPECT_TRUE(s.flagged);
  EXPECT_FALSE(s.jointly);
}

TEST(Symptoms, CountsAndCardsAreWrittenPlainly) {
  EXPECT_EQ(count_text(16.0), "16");
  EXPECT_EQ(card_text("A100-unspecified"), "A100");
  EXPECT_EQ(card_text("L40S"), "L40S");
}

}  // namespace
}  // namespace diffjoule::law
