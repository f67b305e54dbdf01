// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/toml.h"

#include <gtest/gtest.h>

namespace diffjoule::io {
namespace {

TEST(Toml, BecomesTheSameTreeAsJson) {
  const Document d =
      parse_toml("name = \"x\"\n[a]\nb = [1, 2.5]\nc = { d = true }\n[[e]]\nf = 1\n[[e]]\nf = 2\n").value();
  EXPECT_EQ(*d.find("name")->text(), "x");
  EXPECT_TRUE(*d.at_path("a.c.d")->boolean());
  EXPECT_EQ(d.find("e")->array()->size(), 2U);
}

TEST(Toml, ErrorsNameLineAndColumn) {
  const auto d = parse_toml("a = 1\nb = = 2\n");
  ASSERT_FALSE(d.has_value());
  EXPECT_NE(d.error().message().find("line 2"), std::string::npos) << d.error().message();
}

}  // namespace
}  // namespace diffjoule::io
