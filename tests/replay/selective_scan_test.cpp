// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/selective_scan.h"

#include <cmath>

#include "tests/replay/workbench.h"

namespace diffjoule::replay {
namespace {

TEST(SelectiveScans, TheRecurrenceIsThatOfMamba) {
  constexpr std::size_t batch = 2, length = 5, channels = 19, states = 3, each = batch * length * channels;
  Workbench bench(SelectiveScan{batch, length, channels, states});
  const Numbers x = random_numbers(each, 1), a = random_numbers(channels * states, 2);
  Numbers second = random_numbers(2 * each + 2 * batch * length * states, 3);
  for (std::size_t i = 0; i < each; ++i) second[i] = std::fabs(second[i]);  // steps are positive
  bench.put(bench.places().reads, x);
  bench.put(bench.places().second, second);
  bench.put(bench.places().weights, a);
  bench.run();
  Numbers wanted(each);
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t c = 0; c < channels; ++c) {
      std::vector<double> h(states);
      for (std::size_t l = 0; l < length; ++l) {
        const std::size_t token = b * length + l, at = token * channels + c;
        double y = 0.0;
        for (std::size_t n = 0; n < states; ++n) {
          const float in = second[2 * each + token * 2 * states + n],
                      out = second[2 * each + (token * 2 + 1) * states + n];
          h[n] = std::exp(-std::fabs(a[c * states + n]) * second[at]) * h[n] + second[at] * in * x[at];
          y += h[n] * out;
        }
        wanted[at] = static_cast<float>((y + x[at]) * second[each + at]);
      }
    }
  }
  expect_near(bench.get(bench.places().writes, each), wanted, 1e-3F);
}

TEST(SelectiveScans, InBfloat16TheSameIsCounted) { Workbench(SelectiveScan{1, 6, 40, 16}, DType::bfloat16).run(); }

}  // namespace
}  // namespace diffjoule::replay
