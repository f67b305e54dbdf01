// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/selective_scan.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include "diffjoule/flops/convention.h"
#include "diffjoule/replay/clones.h"

namespace diffjoule::replay {
namespace {

constexpr std::size_t lanes = 16;  // channels in a vector

using Lanes = std::array<float, lanes>;

// One token of `lanes` channels: what it reads, its state, what it writes.
struct Token {
  const float *x, *step, *gate;  // of each channel
  const float *in, *out;         // B and C: of each number of the state
  const float* decay;            // A, [state][lanes]
  float* state;                  // [state][lanes]
  float* y;
};

// exp by 2^n and a polynomial, as vector libraries do; good to 1e-4 and enough for random numbers.
DIFFJOULE_CLONED(scan_token, (const Token& t, std::size_t states), (t, states), {
  Lanes sum{};
  for (std::size_t n = 0; n < states; ++n) {
    float* h = t.state + n * lanes;
    for (std::size_t c = 0; c < lanes; ++c) {
      const float raw = t.step[c] * t.decay[n * lanes + c];
      const float exponent = (raw > -30.0F ? raw : -30.0F) * 1.44269504F;
      const auto whole = static_cast<std::int32_t>(exponent - 0.5F);
      const float part = exponent - static_cast<float>(whole);
      const float two_to_part =
          1.0F + part * (0.6931472F + part * (0.2402265F + part * (0.0555041F + part * 0.0096181F)));
      const float decayed = two_to_part * std::bit_cast<float>((whole + 127) << 23);
      h[c] = decayed * h[c] + t.step[c] * t.in[n] * t.x[c];
      sum[c] += h[c] * t.out[n];
    }
  }
  for (std::size_t c = 0; c < lanes; ++c) t.y[c] = (sum[c] + t.x[c]) * t.gate[c];  // the skip and the gate
})

float real(const std::byte* from, DType dtype, std::size_t i) {
  if (dtype == DType::float32) return reinterpret_cast<const float*>(from)[i];
  const auto half = reinterpret_cast<const std::uint16_t*>(from)[i];
  return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16U);
}

void store(std::byte* to, DType dtype, std::size_t i, float value) {
  const float kept = std::clamp(value, -16.0F, 16.0F);
  if (dtype == DType::float32) {
    reinterpret_cast<float*>(to)[i] = kept;
  } else {
    reinterpret_cast<std::uint16_t*>(to)[i] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(kept) >> 16U);
  }
}

class SelectiveScanKernel final : public Kernel {
 public:
  SelectiveScanKernel(const Making& making, const SelectiveScan& op)
      : Kernel(making.title), op_(op), dtype_(making.dtype), size_(bits(making.dtype) / 8) {
    const WideInteger batch = size(op.batch), tokens = batch * size(op.length), each = tokens * size(op.channels),
                      state = size(op.state);
    needs_.reads = ByteCount(each * size_);
    needs_.second = ByteCount((2 * each + 2 * tokens * state) * size_);  // step, gate; B, C
    needs_.writes = ByteCount(each * size_);
    needs_.weights = whole_lines(ByteCount(size(op.channels) * (state + 1) * size_));
  }

  FlopCount run(const Places& places) override {
    const auto groups = static_cast<std::int64_t>((size(op_.channels) + lanes - 1) / lanes);
    std::uint64_t flops = 0;
#pragma omp parallel for collapse(2) schedule(static) reduction(+ : flops)
    for (std::int64_t sample = 0; sample < op_.batch; ++sample) {
      for (std::int64_t group = 0; group < groups; ++group)
        flops += scan_channels(places, size(sample), size(group) * lanes);
    }
    return FlopCount(flops);
  }

 private:
  static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

  // All tokens of up to `lanes` channels; their FLOPs.
  [[nodiscard]] std::uint64_t scan_channels(const Places& places, std::size_t sample, std::size_t first) const {
    const std::size_t states = size(op_.state), channels = size(op_.channels), length = size(op_.length),
                      own = std::min(lanes, channels - first), each = size(op_.batch) * length * channels;
    std::vector<float> decay(states * lanes), state(states * lanes), in(states), out(states);
    for (std::size_t n = 0; n < states; ++n) {
      for (std::size_t c = 0; c < own; ++c)
        decay[n * lanes + c] = -std::fabs(real(places.weights, dtype_, (first + c) * states + n));
    }
    Lanes x{}, step{}, gate{}, y{};
    const std::byte* vectors = places.second + 2 * each * size_;
    std::uint64_t flops = 0;
    for (std::size_t l = 0; l < length; ++l) {
      const std::size_t token = sample * length + l, at = token * channels + first;
      for (std::size_t c = 0; c < own; ++c) {
        x[c] = real(places.reads, dtype_, at + c);
        step[c] = real(places.second, dtype_, at + c);
        gate[c] = real(places.second, dtype_, each + at + c);
      }
      for (std::size_t n = 0; n < states; ++n) {
        in[n] = real(vectors, dtype_, token * 2 * states + n);
        out[n] = real(vectors, dtype_, (token * 2 + 1) * states + n);
      }
      scan_token({x.data(), step.data(), gate.data(), in.data(), out.data(), decay.data(), state.data(), y.data()},
                 states);
      for (std::size_t c = 0; c < own; ++c) store(places.writes, dtype_, at + c, y[c]);
      flops += own * (flops::flops_per_scan_state * states + flops::flops_per_scan_channel);
    }
    return flops;
  }

  SelectiveScan op_;
  DType dtype_;
  std::size_t size_;
};

}  // namespace

Result<KernelPointer> selective_scan_kernel(const SelectiveScan& op, const Making& making) {
  if (making.dtype != DType::float32 && making.dtype != DType::bfloat16)
    return fail(ErrorCode::unavailable, making.title + ": selective scans are replayed in float32 and bfloat16 only");
  return std::make_unique<SelectiveScanKernel>(making, op);
}

}  // namespace diffjoule::replay
