// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/terms.h"

#include <gtest/gtest.h>

#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

double at(const Terms& terms, Term term) { return terms[static_cast<std::size_t>(term)].in(second); }

Observation one_run() {
  std::mt19937_64 random(41);
  return synthetic::run("model", "large", 4.0, random);
}

TEST(Terms, OneGpuIsBusyAsLongAsTheClockRuns) {
  const Observation o = one_run();
  for (std::size_t k = 0; k < time_terms; ++k)
    EXPECT_DOUBLE_EQ(elapsed_terms(o)[k].in(second), busy_terms(o)[k].in(second));
}

TEST(Terms, GpusShareTheDenoiserAndNothingElse) {
  Observation o = one_run();
  const Terms alone = elapsed_terms(o);
  o.work[0] = o.work[2] = {};
  const Terms denoiser = elapsed_terms(o);
  o = one_run();
  o.devices = 4.0;
  const double shared = at(denoiser, Term::linear) / 4.0, own = at(alone, Term::linear) - at(denoiser, Term::linear);
  EXPECT_NEAR(at(elapsed_terms(o), Term::linear), shared + own, 1e-12);
  EXPECT_NEAR(at(busy_terms(o), Term::linear), at(denoiser, Term::linear) + 4.0 * own, 1e-9);
  EXPECT_DOUBLE_EQ(at(elapsed_terms(o), Term::launches), at(alone, Term::launches));
}

TEST(Terms, OneGpuTalksToNobody) {
  EXPECT_EQ(at(elapsed_terms(one_run()), Term::communication), 0.0);
  EXPECT_EQ(at(elapsed_terms(one_run()), Term::exchanges), 0.0);
  Observation o = one_run();
  o.devices = 2.0;
  EXPECT_GT(at(elapsed_terms(o), Term::communication), 0.0);
}

TEST(Terms, DoublingEveryWorkDoublesEveryTerm) {
  Observation o = one_run();
  const Terms once = elapsed_terms(o);
  for (StageWork& stage : o.work) {
    for (ClassWork& c : stage.by_class) {
      c.flops += c.flops;
      c.bytes += c.bytes;
      c.scores *= 2.0;
      c.calls *= 2.0;
    }
  }
  for (std::size_t k = 0; k < time_terms; ++k)
    EXPECT_NEAR(elapsed_terms(o)[k].in(second), 2.0 * once[k].in(second), 1e-9);
}

}  // namespace
}  // namespace diffjoule::law
