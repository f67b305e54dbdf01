// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Text encoders against data/reference/text_encoders.toml: parameters exactly, multiply-adds to the digits given.
#include <gtest/gtest.h>

#include <cmath>

#include "diffjoule/flops/count.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/io/toml.h"
#include "diffjoule/models/architecture.h"

namespace diffjoule::models {
namespace {

struct Case {
  std::string config, class_name;
  std::int64_t parameters, tokens;
  std::string gmacs;
};

std::string data(const std::string& path) { return std::string(DIFFJOULE_SOURCE_DIR) + "/data/" + path; }

std::vector<Case> cases() {
  const io::Document list = io::parse_toml(io::read_file(data("reference/text_encoders.toml")).value()).value();
  std::vector<Case> all;
  for (const io::Document& encoder : *list.find("encoder")->array()) {
    if (encoder.find("costs")->array()->empty()) {
      all.push_back({*encoder.find("config")->text(), *encoder.find("class")->text(),
                     *encoder.find("parameters")->integer(), 1, ""});
    }
    for (const io::Document& cost : *encoder.find("costs")->array()) {
      all.push_back({*encoder.find("config")->text(), *encoder.find("class")->text(),
                     *encoder.find("parameters")->integer(), *cost.find("tokens")->integer(),
                     *cost.find("gmacs")->text()});
    }
  }
  return all;
}

class TextEncoder : public testing::TestWithParam<Case> {
 protected:
  Graph graph() const {
    const io::Document config =
        io::parse_json(io::read_file(data("models/" + GetParam().config + "/config.json")).value()).value();
    const Architecture* architecture = architecture_of(GetParam().class_name).value();
    Call call;
    call.text_tokens = GetParam().tokens;
    auto built = architecture->build(config, call);
    EXPECT_TRUE(built.has_value()) << built.error().message();
    return std::move(built).value_or(Graph());
  }
};

TEST_P(TextEncoder, HasThePublishedParameters) {
  EXPECT_EQ(to_decimal(graph().learnable_parameters().exact()), std::to_string(GetParam().parameters));
}

TEST_P(TextEncoder, MultipliesAndAddsAsOftenAsPublished) {
  if (GetParam().gmacs.empty()) GTEST_SKIP() << "no published count";
  flops::CostByClass cost = flops::count(graph());
  const double gmacs = (cost[flops::OpClass::linear] + cost[flops::OpClass::attention]).flops.rounded() / 2e9;
  const std::size_t point = GetParam().gmacs.find('.');
  const double unit = std::pow(10.0, -static_cast<double>(GetParam().gmacs.size() - point - 1));
  // Half a unit of the last digit, and the projection of one pooled token, which the reference leaves out.
  EXPECT_NEAR(gmacs, std::stod(GetParam().gmacs), 0.5 * unit + 0.0017);
}

std::string label(const testing::TestParamInfo<Case>& info) {
  std::string text = info.param.config + "_" + std::to_string(info.param.tokens);
  for (char& c : text) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return text;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, TextEncoder, testing::ValuesIn(cases()), label);

}  // namespace
}  // namespace diffjoule::models
