// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/convolution.h"

#include "tests/replay/workbench.h"

namespace diffjoule::replay {
namespace {

// Two dimensions, weights [out, in / groups, k, k], the windows as window_steps() has them.
Numbers convolved(const Convolution& o, const Numbers& x, const Numbers& w) {
  Numbers y(static_cast<std::size_t>(o.y.elements().exact()));
  const WindowSteps rows = window_steps(o.x[2], o.w[2], o.y[2]), columns = window_steps(o.x[3], o.w[3], o.y[3]);
  const auto in = o.x[1] / o.groups, out = o.y[1] / o.groups;
  const auto at = [](const Shape& s, std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
    return static_cast<std::size_t>(((a * s[1] + b) * s[2] + c) * s[3] + d);
  };
  for (std::int64_t n = 0; n < o.x[0]; ++n)
    for (std::int64_t c = 0; c < o.y[1]; ++c)
      for (std::int64_t i = 0; i < o.y[2]; ++i)
        for (std::int64_t j = 0; j < o.y[3]; ++j)
          for (std::int64_t k = 0; k < in; ++k)
            for (std::int64_t p = 0; p < o.w[2]; ++p)
              for (std::int64_t q = 0; q < o.w[3]; ++q) {
                const std::int64_t r = i * rows.stride - rows.before + p, s = j * columns.stride - columns.before + q;
                if (r < 0 || s < 0 || r >= o.x[2] || s >= o.x[3]) continue;
                y[at(o.y, n, c, i, j)] += x[at(o.x, n, c / out * in + k, r, s)] * w[at(o.w, c, k, p, q)];
              }
  return y;
}

void expect_convolution(const Convolution& o) {
  Workbench bench(o);
  const Numbers x = random_numbers(static_cast<std::size_t>(o.x.elements().exact()), 1),
                w = random_numbers(static_cast<std::size_t>(o.w.elements().exact()), 2);
  const Layouts layouts = bench.kernel().layouts();
  bench.put_in_layout(bench.places().reads, layouts.reads, x);
  bench.put_in_layout(bench.places().weights, layouts.weights, w);
  bench.run();
  const Numbers wanted = convolved(o, x, w);
  expect_near(bench.get_from_layout(bench.places().writes, layouts.writes, wanted.size()), wanted, 1e-4F);
}

TEST(WindowStepsOf, ASameConvolutionIsPaddedOnBothSides) {
  EXPECT_EQ(window_steps(64, 3, 64), (WindowSteps{1, 1, 1}));
  EXPECT_EQ(window_steps(64, 1, 64), (WindowSteps{1, 0, 0}));
}
TEST(WindowStepsOf, PatchesLieSideBySide) {
  EXPECT_EQ(window_steps(224, 16, 14), (WindowSteps{16, 0, 0}));
  EXPECT_EQ(window_steps(64, 2, 32), (WindowSteps{2, 0, 0}));
}
TEST(WindowStepsOf, AHalvingConvolutionStepsByTwo) {
  EXPECT_EQ(window_steps(64, 3, 32).stride, 2);
  EXPECT_EQ(window_steps(65, 3, 32), (WindowSteps{2, 0, 0}));
  EXPECT_EQ(window_steps(64, 1, 32), (WindowSteps{2, 0, -1}));
}
TEST(WindowStepsOf, AnyPairOfExtentsHasAWay) {
  for (std::int64_t in = 1; in <= 40; ++in) {
    for (std::int64_t kernel = 1; kernel <= 9; ++kernel) {
      for (std::int64_t out = 1; out <= in + 2; ++out) {
        const WindowSteps s = window_steps(in, kernel, out);
        EXPECT_EQ((in + s.before + s.after - kernel) / s.stride + 1, out) << in << " " << kernel << " " << out;
        EXPECT_GT(s.after + s.stride, 0) << in << " " << kernel << " " << out;
      }
    }
  }
}

TEST(ConvolutionKernels, TwoDimensionsAreConvolved) {
  expect_convolution({{2, 5, 8, 7}, {6, 5, 3, 3}, {2, 6, 8, 7}, 1, false, false});
}
TEST(ConvolutionKernels, StridesHalve) {
  expect_convolution({{1, 16, 8, 8}, {32, 16, 3, 3}, {1, 32, 4, 4}, 1, false, false});
}
TEST(ConvolutionKernels, GroupsAreApart) {
  expect_convolution({{1, 32, 6, 6}, {64, 16, 3, 3}, {1, 64, 6, 6}, 2, false, false});
}
TEST(ConvolutionKernels, DepthwiseIsAGroupAChannel) {
  expect_convolution({{1, 32, 6, 6}, {32, 1, 3, 3}, {1, 32, 6, 6}, 32, false, false});
}

TEST(ConvolutionKernels, OneAndThreeDimensionsDoWhatIsCounted) {
  Workbench(Convolution{{2, 8, 16}, {24, 8, 3}, {2, 24, 16}, 1, true, false}).run();
  Workbench(Convolution{{1, 8, 4, 6, 6}, {16, 8, 3, 3, 3}, {1, 16, 4, 6, 6}, 1, true, false}).run();
  Workbench(Convolution{{1, 8, 4, 6, 6}, {16, 8, 3, 3, 3}, {1, 16, 4, 6, 6}, 1, true, false}, DType::bfloat16).run();
}

TEST(ConvolutionKernels, ATransposedOneSpreadsEveryElementOverItsKernel) {
  const Convolution o{{1, 3, 4, 4}, {3, 2, 2, 2}, {1, 2, 8, 8}, 1, false, true};
  Workbench bench(o);
  const Layouts layouts = bench.kernel().layouts();
  const Numbers x = random_numbers(48, 3), w = random_numbers(24, 4);  // w as oneDNN has it: [out 2, in 3, 2, 2]
  bench.put_in_layout(bench.places().reads, layouts.reads, x);
  bench.put_in_layout(bench.places().weights, layouts.weights, w);
  bench.run();
  Numbers wanted(128);
  for (std::size_t out = 0; out < 2; ++out)
    for (std::size_t in = 0; in < 3; ++in)
      for (std::size_t r = 0; r < 8; ++r)
        for (std::size_t c = 0; c < 8; ++c)
          wanted[(out * 8 + r) * 8 + c] +=
              x[(in * 4 + r / 2) * 4 + c / 2] * w[((out * 3 + in) * 2 + r % 2) * 2 + c % 2];
  expect_near(bench.get_from_layout(bench.places().writes, layouts.writes, 128), wanted, 1e-5F);
}

TEST(ConvolutionKernels, InEightBitsTheSameIsCounted) {
  Workbench(Convolution{{1, 16, 8, 8}, {32, 16, 3, 3}, {1, 32, 8, 8}, 1, true, false}, DType::float32, Arithmetic::int8)
      .run();
  Workbench(Convolution{{1, 16, 8, 8}, {32, 16, 3, 3}, {1, 32, 8, 8}, 1, true, false}, DType::bfloat16,
            Arithmetic::int8)
      .run();
}

}  // namespace
}  // namespace diffjoule::replay
