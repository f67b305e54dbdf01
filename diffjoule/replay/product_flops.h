// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/replay/onednn.h"
#include "diffjoule/units/count.h"

// FLOPs of what a primitive multiplies, from the extents of its operands; one multiply-add is two.
namespace diffjoule::replay {

// y [.., m, n] = x [.., m, k] w [.., k, n]
[[nodiscard]] FlopCount matmul_flops(const Primitive& matmul);
// Every element of y meets the weights of its output channel: [(groups,) out, in, kernel...].
[[nodiscard]] FlopCount convolution_flops(const Primitive& convolution);
// Every element of x meets the weights of its input channel.
[[nodiscard]] FlopCount deconvolution_flops(const Primitive& deconvolution);

}  // namespace diffjoule::replay
