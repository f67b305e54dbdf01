// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/products.h"

#include "diffjoule/replay/eight_bits.h"
#include "tests/replay/workbench.h"

namespace diffjoule::replay {
namespace {

// y[m, n] = x[m, k] w[k, n] + b[n]
Numbers product(const Numbers& x, const Numbers& w, const Numbers& b, std::size_t k) {
  const std::size_t n = b.size(), m = x.size() / k;
  Numbers y(m * n);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double sum = b[j];
      for (std::size_t l = 0; l < k; ++l) sum += static_cast<double>(x[i * k + l]) * w[l * n + j];
      y[i * n + j] = static_cast<float>(sum);
    }
  }
  return y;
}

TEST(Products, ALinearLayerMultipliesByItsWeightsAndAddsItsBias) {
  Workbench bench(Linear{5, 70, 33, true});
  const Numbers x = random_numbers(5 * 70, 1), w = random_numbers(70 * 33, 2), b = random_numbers(33, 3);
  const MemoryDesc layout = bench.kernel().layouts().weights;
  bench.put(bench.places().reads, x);
  bench.put_in_layout(bench.places().weights, layout, w);
  bench.put(bench.places().weights + static_cast<std::size_t>(whole_lines(ByteCount(layout.get_size())).exact()), b);
  bench.run();
  expect_near(bench.get(bench.places().writes, 5 * 33), product(x, w, b, 70), 1e-4F);
}

TEST(Products, InEightBitsItMultipliesWhatIsQuantised) {
  Workbench bench(Linear{4, 64, 32, false}, DType::float32, Arithmetic::int8);
  const Numbers x = random_numbers(4 * 64, 4);
  Numbers w = random_numbers(64 * 32, 5), quantised(x.size());
  for (float& weight : w) weight = std::floor(weight * 120.0F);
  for (std::size_t i = 0; i < x.size(); ++i) quantised[i] = std::floor(x[i] * 24.0F + 128.5F);
  bench.put(bench.places().reads, x);
  bench.put_in_layout(bench.places().weights, bench.kernel().layouts().weights, w);
  bench.run();
  Numbers wanted = product(quantised, w, Numbers(32), 64);
  for (float& y : wanted) y *= eight_bit_factor(64);
  expect_near(bench.get(bench.places().writes, 4 * 32), wanted, 1e-3F);
}

TEST(Products, InBfloat16ItIsTheSameToItsPrecision) {
  Workbench bench(Linear{3, 32, 16, false}, DType::bfloat16);
  const Numbers x(3 * 32, 0.5F);
  bench.put(bench.places().reads, x);
  bench.put(bench.places().weights, Numbers(bench.kernel().layouts().weights.get_size() / 2, 0.25F));  // any layout
  bench.run();
  expect_near(bench.get(bench.places().writes, 3 * 16), Numbers(3 * 16, 4.0F), 0.01F);
}

TEST(Products, QuantisedWeightsAreReadInTheirFormatAndExpanded) {
  const Onednn onednn;
  const auto kernel = compile({Linear{2, 256, 64, false}, DType::float32, 0, WeightFormat::q4_0}, onednn, {}).value();
  EXPECT_EQ(kernel->needs().weights.exact(), 256U * 64U / 32U * 18U);
  EXPECT_GE(kernel->needs().scratch.exact(), 256U * 64U * 4U);
}

TEST(Products, AMatrixProductTakesItsRightSideFromTheSecondOperand) {
  Workbench bench(MatrixProduct{2, 7, 11, 5, false});
  const Numbers a = random_numbers(2 * 7 * 11, 6), b = random_numbers(2 * 11 * 5, 7);
  bench.put(bench.places().reads, a);
  bench.put(bench.places().second, b);
  bench.run();
  Numbers wanted;
  for (std::size_t i = 0; i < 2; ++i) {
    const Numbers one =
        product({a.begin() + static_cast<int>(i) * 77, a.begin() + static_cast<int>(i + 1) * 77},
                {b.begin() + static_cast<int>(i) * 55, b.begin() + static_cast<int>(i + 1) * 55}, Numbers(5), 11);
    wanted.insert(wanted.end(), one.begin(), one.end());
  }
  expect_near(bench.get(bench.places().writes, wanted.size()), wanted, 1e-4F);
}

}  // namespace
}  // namespace diffjoule::replay
