// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/carriers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "diffjoule/law/form.h"
#include "diffjoule/law/shares.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

class Carriers : public testing::Test {
 protected:
  Carriers() : rows(synthetic::runs(30, {.noise = 0.05}, 111)) {
    const Form& form = *form_named("roofline").value();
    law = form.fit(std::span(rows).first(24)).value();
    law.form = form.name;
  }
  // What a class that costs `extra` more would leave, and noise.
  Looked looked(std::size_t k, double extra) {
    std::mt19937_64 random(112);
    std::normal_distribution<double> normal;
    std::vector<std::optional<double>> residuals;
    for (const Observation& o : rows) residuals.push_back(extra * shares_of(law, o)->time[k] + 0.01 * normal(random));
    return carriers({"time", rows, residuals}, law);
  }
  std::vector<Observation> rows;
  Law law;
};

TEST_F(Carriers, NameTheClassThatCostsMore) {
  constexpr std::size_t attention = 2;
  const Looked found = looked(attention, 0.4);
  for (const Symptom& s : found.symptoms) {
    EXPECT_EQ(s.jointly, s.where == "attention") << s.where << " " << s.seen;
    if (s.where != "attention") continue;
    EXPECT_LT(s.estimate->low, 0.4);
    EXPECT_GT(s.estimate->high, 0.4);
    EXPECT_NE(s.points_to.find("more than predicted"), std::string::npos) << s.points_to;
    EXPECT_FALSE(s.advice.empty());
  }
}

TEST_F(Carriers, OfNoiseAreNone) {
  const Looked found = looked(0, 0.0);
  for (const Symptom& s : found.symptoms) EXPECT_FALSE(s.jointly) << s.where << " " << s.seen;
  ASSERT_EQ(found.notes.size(), 1U);
  EXPECT_NE(found.notes.front().find("none carries"), std::string::npos) << found.notes.front();
}

TEST_F(Carriers, AreNotToldApartByFewGroups) {
  const std::vector<std::optional<double>> residuals(3, 0.1);
  const Looked found = carriers({"time", std::span(rows).first(3), residuals}, law);
  EXPECT_TRUE(found.symptoms.empty());
  EXPECT_NE(found.notes.front().find("cannot tell"), std::string::npos) << found.notes.front();
}

}  // namespace
}  // namespace diffjoule::law
