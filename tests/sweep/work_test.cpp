// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/work.h"

#include <gtest/gtest.h>

#include "diffjoule/models/pipeline_shelf.h"

namespace diffjoule::sweep {
namespace {

Result<FlopCount> work(const std::string& model, std::int64_t steps) {
  models::PipelineShelf shelf{models::Catalogue(io::DataFiles())};
  Workload workload;
  workload.model = model;
  workload.steps = steps;
  return work_of([&shelf](const std::string& name) { return shelf.find(name); }, workload);
}

TEST(Work, GrowsByTheSameForEachStep) {
  const auto one = work("sd15", 10), two = work("sd15", 20), three = work("sd15", 30);
  ASSERT_TRUE(one && two && three);
  EXPECT_GT(*two, *one);
  EXPECT_EQ(*three - *two, *two - *one);
}

TEST(Work, AnUnknownModelIsAnError) { EXPECT_FALSE(work("sd155", 10)); }

}  // namespace
}  // namespace diffjoule::sweep
