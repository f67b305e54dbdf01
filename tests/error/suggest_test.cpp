// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/error/suggest.h"

#include <gtest/gtest.h>

namespace diffjoule {
namespace {

const std::vector<std::string> gpus{"A100-SXM4-40GB", "H100-SXM-80GB", "H200-SXM-141GB", "RTX-4090"};

TEST(Suggest, ASlipOfTheKeyboardFindsTheName) {
  EXPECT_EQ(nearest_names("rtx 4080", gpus, 1), std::vector<std::string>{"RTX-4090"});
  EXPECT_EQ(nearest_names("h100sxm80bg", gpus, 1), std::vector<std::string>{"H100-SXM-80GB"});
}

TEST(Suggest, APartOfTheNameIsNear) { EXPECT_EQ(nearest_names("4090", gpus), std::vector<std::string>{"RTX-4090"}); }

TEST(Suggest, NonsenseFindsNothingAndThenTheListIsOffered) {
  EXPECT_TRUE(nearest_names("qqqqqqqqqqqq", gpus).empty());
  EXPECT_NE(unknown_name("GPU", "qqqqqqqqqqqq", gpus, "diffjoule list gpus").find("diffjoule list gpus"),
            std::string::npos);
}

TEST(Suggest, CaseAndPunctuationDoNotMatter) { EXPECT_EQ(folded_name("FLUX.1-dev"), folded_name("flux1_DEV")); }

TEST(Suggest, HostileLengthsAreCut) {
  EXPECT_LT(unknown_name("GPU", std::string(100000, 'x'), gpus, "list").size(), 1000U);
}

}  // namespace
}  // namespace diffjoule
