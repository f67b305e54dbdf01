// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/models/architecture.h"

namespace diffjoule::models {

// The U-Net whose attention sees the image and the condition as one sequence and which resizes within residual blocks:
// Kandinsky 2.2's decoder (Razzhigaev et al., "Kandinsky", 2023), conditioned on a CLIP image embedding. diffusers
// UNet2DConditionModel with block types "SimpleCrossAttn...", a class that otherwise means Stable Diffusion's U-Net.
[[nodiscard]] Result<Graph> simple_cross_unet(const io::Document& document, const Call& call);

}  // namespace diffjoule::models
