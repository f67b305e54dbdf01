// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/pipeline_shelf.h"

#include <gtest/gtest.h>

namespace diffjoule::models {
namespace {

TEST(PipelineShelf, KeepsOnePipelineForAllItsNames) {
  PipelineShelf shelf{Catalogue(io::DataFiles())};
  const Pipeline* first = shelf.find("flux1-dev").value();
  EXPECT_EQ(shelf.find("FLUX").value(), first);
  EXPECT_EQ(shelf.find("flux1-dev").value(), first);
}

TEST(PipelineShelf, RemembersWhatItDidNotFind) {
  int loads = 0;
  PipelineShelf shelf([&loads](const std::string&) -> Result<Pipeline> {
    ++loads;
    return fail(ErrorCode::not_found, "nothing here");
  });
  EXPECT_FALSE(shelf.find("x").has_value());
  EXPECT_FALSE(shelf.find("x").has_value());
  EXPECT_EQ(loads, 1);
}

}  // namespace
}  // namespace diffjoule::models
