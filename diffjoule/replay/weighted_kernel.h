// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "diffjoule/replay/kernel.h"

// A product with weights of the checkpoint: linear layers and convolutions. In int8 its input is quantised first, and
// quantised weights are expanded. Scratch: [the input in eight bits][expanded weights][oneDNN's own].
namespace diffjoule::replay {

class WeightedKernel final : public Kernel {
 public:
  // `stored`: bytes of weights that are expanded before they are multiplied; absent: they are as they are multiplied.
  WeightedKernel(const Making& making, Primitive primitive, FlopCount flops, bool bias,
                 std::optional<ByteCount> stored = std::nullopt);

  FlopCount run(const Places& places) override;
  [[nodiscard]] Layouts layouts() const override;

 private:
  Primitive primitive_;
  FlopCount flops_;
  DType dtype_;
  bool eight_bits_, bias_, expands_;
  ByteCount stored_, quantised_, expanded_;
};

}  // namespace diffjoule::replay
