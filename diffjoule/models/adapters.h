// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/models/pipeline.h"

// Networks that a request brings along, with the configs they are published with: they belong to no pipeline.
namespace diffjoule::models {

// For a U-Net of these levels: TencentARC/t2iadapter_*_sd15v2 (four levels), TencentARC/t2i-adapter-*-sdxl-1.0 (three).
[[nodiscard]] const Component& t2i_adapter_for(const Component& unet);

// The image encoder of the IP-Adapters, OpenCLIP ViT-H/14, and the tokens it runs on.
[[nodiscard]] const Component& image_prompt_encoder();
inline constexpr std::int64_t image_prompt_encoder_tokens = 257;

}  // namespace diffjoule::models
