// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/schedule.h"

#include <gtest/gtest.h>

#include "diffjoule/graph/builder.h"

namespace diffjoule::replay {
namespace {

void count(const std::vector<Step>& steps, std::int64_t rounds, std::vector<std::int64_t>& times) {
  for (const Step& step : steps) {
    if (step.inside.empty()) times[step.node] += rounds;
    count(step.inside, rounds * step.times, times);
  }
}

TEST(Schedule, OperatorsInARowWithinARepeatedScopeAreOneLoop) {
  Builder b(DType::float32);
  Tensor x = b.linear("in", b.tensor({2, 8}), 8);
  {
    auto blocks = b.repeat("blocks", 3);
    x = b.linear("up", x, 8);
    x = b.silu(x);
  }
  b.linear("out", x, 4);
  const Graph graph = b.finish().value();
  EXPECT_EQ(schedule(graph),
            (std::vector<Step>{{.node = 0}, {.times = 3, .inside = {{.node = 1}, {.node = 2}}}, {.node = 3}}));
}

TEST(Schedule, EveryOperatorRunsAsOftenAsItsScopeIsRepeated) {
  Builder b(DType::float32);
  Tensor x = b.tensor({2, 8});
  {
    auto levels = b.repeat("levels", 2);
    x = b.linear("in", x, 8);
    {
      auto blocks = b.repeat("blocks", 3);
      x = b.linear("a", x, 8);
      x = b.linear("b", x, 8);
    }
    {
      auto scope = b.scope("out");
      auto again = b.repeat("heads", 5);
      x = b.silu(x);
    }
    x = b.linear("c", x, 8);
  }
  const Graph graph = b.finish().value();
  std::vector<std::int64_t> times(graph.nodes().size());
  count(schedule(graph), 1, times);
  for (std::size_t i = 0; i < times.size(); ++i) EXPECT_EQ(times[i], graph.repeats(graph.nodes()[i].scope)) << i;
  EXPECT_EQ(times, (std::vector<std::int64_t>{2, 6, 6, 10, 2}));
}

TEST(Schedule, AScopeThatIsEnteredAgainIsAnotherLoop) {
  Builder b(DType::float32);
  Tensor x = b.tensor({2, 8});
  const auto blocks = [&b](Tensor t) {
    auto scope = b.repeat("blocks", 4);
    return b.silu(t);
  };
  x = blocks(x);
  x = b.gelu(x);
  x = blocks(x);
  EXPECT_EQ(
      schedule(b.finish().value()),
      (std::vector<Step>{{.times = 4, .inside = {{.node = 0}}}, {.node = 1}, {.times = 4, .inside = {{.node = 2}}}}));
}

}  // namespace
}  // namespace diffjoule::replay
