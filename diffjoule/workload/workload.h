// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/dtype.h"

// What is to be generated, independent of hardware. What is absent follows the model's published defaults.
namespace diffjoule {

struct Workload {
  std::string model;                                  // slug of the catalogue, Hugging Face id or another alias
  std::optional<std::int64_t> width = std::nullopt;   // pixels
  std::optional<std::int64_t> height = std::nullopt;  // pixels
  std::optional<std::int64_t> frames = std::nullopt;
  std::optional<std::int64_t> steps = std::nullopt;
  std::int64_t batch = 1;                         // images or videos made at once
  std::optional<double> guidance = std::nullopt;  // scale of the guidance
  std::optional<bool> classifier_free =
      std::nullopt;  // whether the denoiser also runs for the negative prompt; else by the scale
  std::optional<std::int64_t> text_tokens = std::nullopt;  // tokens the denoiser attends to, all streams
  std::optional<DType> dtype = std::nullopt;

  friend bool operator==(const Workload&, const Workload&) = default;
};

// Largest values that are meant: beyond these a request is refused as a slip of the keyboard.
struct WorkloadLimits {
  static constexpr std::int64_t side = 16384;
  static constexpr std::int64_t frames = 10000;
  static constexpr std::int64_t steps = 100000;
  static constexpr std::int64_t batch = 65536;
  static constexpr std::int64_t text_tokens = 65536;
};

// Every number that is there is positive and within the limits; the error names the field.
[[nodiscard]] Status check(const Workload& workload);

}  // namespace diffjoule
