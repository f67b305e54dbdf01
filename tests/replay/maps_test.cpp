// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/maps.h"

#include <cmath>

#include "tests/replay/workbench.h"

namespace diffjoule::replay {
namespace {

ElementCount n(std::size_t count) { return ElementCount(count); }

Numbers mapped(const Op& op, const Numbers& x, const Numbers& second = {}) {
  Workbench bench(op);
  bench.put(bench.places().reads, x);
  bench.put(bench.places().second, second);
  bench.run();
  return bench.get(bench.places().writes, x.size());
}

TEST(Maps, AnAdditionAddsItsTwoOperands) {
  const Numbers a = random_numbers(1000, 1), b = random_numbers(1000, 2);
  Numbers wanted(1000);
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = a[i] + b[i];
  expect_near(mapped(Elementwise{Elementwise::Kind::add, n(2000), n(1000)}, a, b), wanted, 1e-6F);
}

TEST(Maps, ResultsOfTwoOperandsStayOrdinary) {
  const Numbers y = mapped(Elementwise{Elementwise::Kind::mul, n(8), n(4)}, Numbers(4, 100.0F), Numbers(4, -100.0F));
  expect_near(y, Numbers(4, -16.0F), 0.0F);
}

TEST(Maps, ASecondOperandThatIsBroadcastIsReadForEachPart) {
  const Numbers a = random_numbers(110, 3), b = random_numbers(20, 4);
  Numbers wanted(110);
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = a[i] - b[i % 20];  // five parts and half a one
  expect_near(mapped(Elementwise{Elementwise::Kind::sub, n(130), n(110)}, a, b), wanted, 1e-6F);
}

TEST(Maps, ASmallSecondOperandIsReadAsOneNumber) {
  const Numbers a = random_numbers(1000, 5);
  Numbers wanted = a;
  for (float& y : wanted) y += 0.25F;
  expect_near(mapped(Elementwise{Elementwise::Kind::add, n(1010), n(1000)}, a, Numbers(10, 0.25F)), wanted, 1e-6F);
}

TEST(Maps, ActivationsAreTheFunctionsOfTheirNames) {
  const Numbers x = random_numbers(100, 6);
  Numbers silu(100), gelu(100), relu(100);
  for (std::size_t i = 0; i < x.size(); ++i) {
    silu[i] = x[i] / (1.0F + std::exp(-x[i]));
    gelu[i] = 0.5F * x[i] * (1.0F + std::erf(x[i] / std::sqrt(2.0F)));
    relu[i] = std::max(0.0F, x[i]);
  }
  expect_near(mapped(Activation{Activation::Kind::silu, n(100)}, x), silu, 1e-5F);
  expect_near(mapped(Activation{Activation::Kind::gelu, n(100)}, x), gelu, 1e-4F);
  expect_near(mapped(Activation{Activation::Kind::relu, n(100)}, x), relu, 0.0F);
}

TEST(Maps, RowsOfASoftmaxSumToOneTheLastOneToo) {
  const Numbers y = mapped(Softmax{n(2 * 1024 + 7)}, random_numbers(2 * 1024 + 7, 7));
  const auto sum = [&y](std::size_t begin, std::size_t end) {
    double s = 0.0;
    for (std::size_t i = begin; i < end; ++i) s += y[i];
    return s;
  };
  EXPECT_NEAR(sum(0, 1024), 1.0, 1e-5);
  EXPECT_NEAR(sum(1024, 2048), 1.0, 1e-5);
  EXPECT_NEAR(sum(2048, 2055), 1.0, 1e-5);
}

TEST(Maps, ALayerNormHasRowsOfTheWidthOfItsParameters) {
  const Numbers y = mapped(Normalization{Normalization::Kind::layer, n(640), n(2 * 64)}, random_numbers(640, 8));
  for (std::size_t row = 0; row < 10; ++row) {
    double sum = 0.0, squares = 0.0;
    for (std::size_t i = row * 64; i < (row + 1) * 64; ++i) {
      sum += y[i];
      squares += static_cast<double>(y[i]) * y[i];
    }
    EXPECT_NEAR(sum / 64, 0.0, 1e-5);
    EXPECT_NEAR(squares / 64, 1.0, 1e-3);
  }
}

TEST(Maps, EveryKindRunsInBothDtypes) {
  for (const DType dtype : {DType::float32, DType::bfloat16}) {
    for (int kind = 0; kind <= static_cast<int>(Elementwise::Kind::less_equal); ++kind) {
      Workbench(Elementwise{static_cast<Elementwise::Kind>(kind), n(70), n(70)}, dtype).run();
      Workbench(Elementwise{static_cast<Elementwise::Kind>(kind), n(140), n(70)}, dtype).run();
      Workbench(Elementwise{static_cast<Elementwise::Kind>(kind), n(20), n(70)}, dtype).run();
    }
    for (int kind = 0; kind <= static_cast<int>(Activation::Kind::quick_gelu); ++kind)
      Workbench(Activation{static_cast<Activation::Kind>(kind), n(70)}, dtype).run();
    Workbench(Normalization{Normalization::Kind::group, n(320), n(64)}, dtype).run();
    Workbench(Softmax{n(1500)}, dtype).run();
  }
}

}  // namespace
}  // namespace diffjoule::replay
