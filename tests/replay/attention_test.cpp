// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/attention.h"

#include <cmath>

#include "tests/replay/workbench.h"

namespace diffjoule::replay {
namespace {

// q [heads, queries, width], k and v [heads, keys, width]
Numbers attended(std::int64_t heads, std::int64_t queries, std::int64_t keys, std::int64_t width, const Numbers& q,
                 const Numbers& k, const Numbers& v) {
  Numbers y(q.size());
  for (std::int64_t h = 0; h < heads; ++h) {
    for (std::int64_t i = 0; i < queries; ++i) {
      const float* row = q.data() + (h * queries + i) * width;
      std::vector<double> weight(static_cast<std::size_t>(keys));
      double sum = 0.0;
      for (std::int64_t j = 0; j < keys; ++j) {
        double score = 0.0;
        for (std::int64_t c = 0; c < width; ++c)
          score += static_cast<double>(row[c]) * k[static_cast<std::size_t>((h * keys + j) * width + c)];
        sum += weight[static_cast<std::size_t>(j)] = std::exp(score / std::sqrt(static_cast<double>(width)));
      }
      for (std::int64_t j = 0; j < keys; ++j) {
        for (std::int64_t c = 0; c < width; ++c)
          y[static_cast<std::size_t>((h * queries + i) * width + c)] += static_cast<float>(
              weight[static_cast<std::size_t>(j)] / sum * v[static_cast<std::size_t>((h * keys + j) * width + c)]);
      }
    }
  }
  return y;
}

// `heads` of keys, with `queries` each.
void expect_attention(const Attention& op, std::int64_t heads, std::int64_t queries) {
  Workbench bench(op);
  const std::int64_t width = op.key_width;
  const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  const Numbers q = random_numbers(size(heads * queries * width), 1),
                k = random_numbers(size(heads * op.keys * width), 2),
                v = random_numbers(size(heads * op.keys * width), 3);
  bench.put(bench.places().reads, q);
  bench.put(bench.places().second, k);
  bench.put(bench.places().second + static_cast<std::size_t>(whole_lines(ByteCount(k.size() * 4)).exact()), v);
  bench.run();
  expect_near(bench.get(bench.places().writes, q.size()), attended(heads, queries, op.keys, width, q, k, v), 1e-5F);
}

TEST(AttentionKernels, ASmallOneIsSoftmaxAttention) { expect_attention({2, 3, 3, 5, 7, 16, 16, false, false}, 6, 5); }

TEST(AttentionKernels, HeadsThatShareKeysAreOneWithMoreQueries) {
  expect_attention({2, 4, 2, 5, 7, 8, 8, false, false}, 4, 10);
}

TEST(AttentionKernels, QueriesThatTilesDoNotDivideAreComputedToo) {
  constexpr std::int64_t keys = 4096, rows_a_tile = scores_in_cache / (keys * 4);
  expect_attention({1, 2, 2, rows_a_tile + 8, keys, 4, 4, false, false}, 2, rows_a_tile + 8);
}

TEST(AttentionKernels, HeadsThatTilesDoNotDivideAreComputedToo) {
  constexpr std::int64_t keys = 4096, queries = scores_in_cache / (keys * 4) / 4;  // four heads a tile
  expect_attention({1, 6, 6, queries, keys, 4, 4, false, false}, 6, queries);
}

TEST(AttentionKernels, ScoresStayWithinTheirMemory) {
  const Onednn onednn;
  const auto kernel =
      compile({Attention{1, 8, 8, 4096, 4096, 64, 64, false, false}, DType::float32, 0}, onednn, {}).value();
  EXPECT_LT(kernel->needs().scratch.exact(), 2 * scores_in_cache);
}

TEST(AttentionKernels, InBfloat16TheSameIsCounted) {
  Workbench(Attention{1, 4, 2, 9, 11, 16, 16, true, true}, DType::bfloat16).run();
}

}  // namespace
}  // namespace diffjoule::replay
