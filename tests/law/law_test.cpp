// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/law.h"

#include <gtest/gtest.h>

#include "diffjoule/io/json.h"
#include "diffjoule/law/fit.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

TEST(LawFile, ReadsBackAsTheSameLawForEveryForm) {
  const auto rows = synthetic::runs(5, {.noise = 0.1}, 21);
  for (const Form& form : all_forms()) {
    const Law law = fit(form, rows).value();
    const std::string text = io::to_json(to_document(law));
    const auto again = io::parse_json(text).and_then(law_from);
    ASSERT_TRUE(again.has_value()) << form.name << ": " << again.error().message();
    EXPECT_EQ(io::to_json(to_document(*again)), text) << form.name;
    EXPECT_EQ(form.predict(*again, rows[3])->energy_per_item.in(joule),
              form.predict(law, rows[3])->energy_per_item.in(joule));
  }
}

std::string refusal(const std::string& text) {
  const auto law = io::parse_json(text).and_then(law_from);
  return law ? "" : law.error().message();
}

TEST(LawFile, RefusesWhatIsNoLawAndSaysHowToMakeOne) {
  EXPECT_NE(refusal("{}").find("diffjoule fit"), std::string::npos);
  EXPECT_NE(refusal("[1]").find("expected an object"), std::string::npos);
}

TEST(LawFile, RefusesAnotherVersionAndAnUnknownForm) {
  EXPECT_NE(refusal(R"({"format": "diffjoule-law", "version": 99})").find("version"), std::string::npos);
  std::string text = io::to_json(to_document(fit(*form_named("constant").value(), synthetic::runs(3, {}, 22)).value()));
  text.replace(text.find("constant"), 8, "konstant");
  EXPECT_NE(refusal(text).find("did you mean"), std::string::npos) << refusal(text);
}

TEST(LawFile, RefusesMissingCoefficients) {
  std::string text = io::to_json(to_document(fit(*form_named("constant").value(), synthetic::runs(3, {}, 23)).value()));
  text.replace(text.find("\"coefficients\""), 14, "\"nothing_here\"");
  EXPECT_NE(refusal(text).find("0 coefficients"), std::string::npos) << refusal(text);
}

}  // namespace
}  // namespace diffjoule::law
