// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// The verb count: its document, and that nothing is lost in it.
#include "diffjoule/units/count.h"

#include <gtest/gtest.h>

#include <charconv>

#include "diffjoule/api/verb.h"
#include "diffjoule/io/json.h"
#include "diffjoule/models/pipeline.h"

namespace diffjoule::api {
namespace {

using io::Document;

Document counted(Document request) {
  const auto answer = call("count", request, Context{{}, "test"});
  EXPECT_TRUE(answer.has_value()) << io::to_json(request) << (answer ? "" : answer.error().message());
  return answer ? answer->document : Document();
}

Document of(const std::string& model) { return Document().set("model", model); }

std::string refusal(const Document& request) {
  const auto answer = call("count", request, Context{{}, "test"});
  return answer ? "answered" : answer.error().message();
}

// A number or, above 2^53, its decimal digits.
WideInteger exact_at(const Document& document, std::string_view path) {
  const Document* found = document.at_path(path);
  EXPECT_NE(found, nullptr) << path;
  if (found == nullptr) return 0;
  if (found->integer() != nullptr) {
    EXPECT_LE(*found->integer(), std::int64_t{1} << 53) << path << " is beyond what a double keeps";
    return static_cast<WideInteger>(*found->integer());
  }
  EXPECT_NE(found->text(), nullptr) << path;
  WideInteger n = 0;
  for (const char digit : *found->text()) n = 10 * n + static_cast<WideInteger>(digit - '0');
  EXPECT_GT(n, WideInteger{1} << 53) << path << " would fit into a number";
  return n;
}

const std::vector<std::string> measures{"flops", "macs", "bytes_ideal", "bytes_eager"};
const std::vector<std::string> classes{"linear", "convolution", "attention", "scan", "other"};

void expect_whole(const Document& cost, const std::string& where) {
  WideInteger sum = 0;
  for (const std::string& name : classes) sum += exact_at(cost, "by_class." + name);
  EXPECT_EQ(to_decimal(sum), to_decimal(exact_at(cost, "flops"))) << where;
  EXPECT_EQ(to_decimal(2 * exact_at(cost, "macs")), to_decimal(exact_at(cost, "flops"))) << where;
  EXPECT_GE(exact_at(cost, "bytes_ideal"), WideInteger{1}) << where;
}

TEST(Count, SaysWhatTheDocumentationPromises) {
  const Document answer = counted(of("flux1-dev"));
  for (const char* key : {"model", "workload", "phases", "total", "per_item", "convention", "notes", "assumed"})
    EXPECT_NE(answer.find(key), nullptr) << key;
  for (const char* key : {"width", "height", "frames", "steps", "batch", "guidance", "text_tokens", "dtype"})
    EXPECT_NE(answer.at_path(std::string("workload.") + key), nullptr) << key;
  ASSERT_GE(answer.find("phases")->array()->size(), 3u);
  for (const Document& phase : *answer.find("phases")->array()) {
    for (const char* key :
         {"name", "component", "evaluations", "batch", "parameters", "checkpoint_elements", "per_evaluation", "whole"})
      EXPECT_NE(phase.find(key), nullptr) << key;
  }
}

TEST(Count, NothingIsLostBetweenPhasesClassesAndTotals) {
  for (const std::string& slug : models::Catalogue(io::DataFiles()).slugs()) {
    const Document answer = counted(of(slug).set("batch", 3));
    ASSERT_NE(answer.find("phases"), nullptr);
    for (const std::string& measure : measures) {
      WideInteger sum = 0;
      for (const Document& phase : *answer.find("phases")->array()) {
        const WideInteger whole = exact_at(phase, "whole." + measure);
        const auto evaluations = static_cast<WideInteger>(*phase.find("evaluations")->integer());
        EXPECT_EQ(to_decimal(evaluations * exact_at(phase, "per_evaluation." + measure)), to_decimal(whole)) << slug;
        sum += whole;
      }
      EXPECT_EQ(to_decimal(sum), to_decimal(exact_at(answer, "total." + measure))) << slug << " " << measure;
    }
    for (const Document& phase : *answer.find("phases")->array()) {
      expect_whole(*phase.find("per_evaluation"), slug);
      expect_whole(*phase.find("whole"), slug);
    }
    expect_whole(*answer.find("total"), slug);
  }
}

TEST(Count, AnItemIsItsShareOfTheRequest) {
  for (const std::string& slug : models::Catalogue(io::DataFiles()).slugs()) {
    const Document answer = counted(of(slug).set("batch", 3));
    for (const std::string& measure : measures) {
      const WideInteger item = exact_at(answer, "per_item." + measure), all = exact_at(answer, "total." + measure);
      EXPECT_LE(all > 3 * item ? all - 3 * item : 3 * item - all, WideInteger{1}) << slug << " " << measure;
    }
  }
}

TEST(Count, CountsAbove2To53AreDecimalText) {
  const Document answer = counted(of("flux1-dev").set("steps", 1000));
  ASSERT_NE(answer.at_path("total.flops"), nullptr);
  ASSERT_NE(answer.at_path("total.flops")->text(), nullptr);
  EXPECT_GT(exact_at(answer, "total.flops"), WideInteger{1} << 53);
  EXPECT_NE(answer.at_path("phases"), nullptr);
}

TEST(Count, TwiceTheStepsAreTwiceTheDenoising) {
  const auto denoiser = [](std::int64_t steps) {
    const Document answer = counted(of("sdxl-base").set("steps", steps));
    for (const Document& phase : *answer.find("phases")->array()) {
      if (*phase.find("component")->text() == "unet") return exact_at(phase, "whole.flops");
    }
    return WideInteger{0};
  };
  EXPECT_EQ(to_decimal(2 * denoiser(10)), to_decimal(denoiser(20)));
}

TEST(Count, NoGuidanceIsOneConditionalEvaluation) {
  const auto samples = [](const Document& answer) {
    for (const Document& phase : *answer.find("phases")->array()) {
      if (*phase.find("component")->text() == "transformer")
        return *phase.find("evaluations")->integer() * *phase.find("batch")->integer();
    }
    return std::int64_t{0};
  };
  EXPECT_EQ(samples(counted(of("sd3-medium").set("steps", 10))), 20) << "guided, as published";
  EXPECT_EQ(samples(counted(of("sd3-medium").set("steps", 10).set("no-cfg", true))), 10);
  EXPECT_EQ(samples(counted(of("flux1-dev").set("steps", 10))), 10) << "the scale is an input";
  EXPECT_EQ(samples(counted(of("flux1-dev").set("steps", 10).set("cfg", true))), 20);
}

TEST(Count, BreakdownsSumToTheTotal) {
  for (const char* by : {"scope", "op"}) {
    const Document answer = counted(of("sd15").set("by", by));
    ASSERT_NE(answer.find("breakdown"), nullptr) << by;
    WideInteger sum = 0;
    for (const Document& row : *answer.find("breakdown")->array()) sum += exact_at(row, "flops");
    EXPECT_EQ(to_decimal(sum), to_decimal(exact_at(answer, "total.flops"))) << by;
  }
}

TEST(Count, EveryTableHasRows) {
  const auto verb = verb_named("count");
  ASSERT_TRUE(verb);
  for (const char* by : {"phase", "class", "scope", "op"}) {
    const report::Page page = (*verb)->view(counted(of("flux1-dev").set("by", by)));
    EXPECT_GT(report::to_csv(page).size(), 50u) << by;
    EXPECT_NE(report::to_console(page, {}).find("denoise"), std::string::npos) << by;
  }
}

TEST(Count, WhatThePipelineCannotDoIsRefusedWithTheReason) {
  EXPECT_NE(refusal(of("flux1-dve")).find("\"flux1-dev\""), std::string::npos) << refusal(of("flux1-dve"));
  EXPECT_NE(refusal(of("sd15").set("text-tokens", 33)).find("77"), std::string::npos);
  EXPECT_NE(refusal(of("sd3-medium").set("width", 1001)).find("1001"), std::string::npos);
  EXPECT_NE(refusal(of("sd15").set("cfg", true).set("no-cfg", true)), "answered");
  EXPECT_NE(refusal(of("sd15").set("frames", 16)), "answered");
}

TEST(Count, ARoundedSizeIsSaidAloud) {
  const Document answer = counted(of("flux1-dev").set("width", 1001));
  ASSERT_NE(answer.find("notes"), nullptr);
  ASSERT_EQ(answer.find("notes")->array()->size(), 1u);
  EXPECT_NE(answer.find("notes")->array()->front().text()->find("1001"), std::string::npos);
  EXPECT_EQ(*answer.at_path("workload.width")->integer(), 992);
}

}  // namespace
}  // namespace diffjoule::api
