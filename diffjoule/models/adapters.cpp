// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/adapters.h"

namespace diffjoule::models {
namespace {

Component t2i_adapter_of(const char* type, int fold) {
  io::Document config;
  config.set("_class_name", "T2IAdapter").set("adapter_type", type).set("downscale_factor", fold);
  return {"T2IAdapter", std::move(config)};
}

}  // namespace

const Component& t2i_adapter_for(const Component& unet) {
  static const Component plain = t2i_adapter_of("full_adapter", 8), large = t2i_adapter_of("full_adapter_xl", 16);
  const io::Document* levels = unet.config.find("block_out_channels");
  constexpr std::size_t levels_of_sdxl = 3;
  return levels != nullptr && levels->array() != nullptr && levels->array()->size() == levels_of_sdxl ? large : plain;
}

const Component& image_prompt_encoder() {
  static const Component encoder = [] {
    io::Document config;
    config.set("architectures", io::Document::Array{"CLIPVisionModelWithProjection"});
    for (const auto& [key, value] :
         {std::pair{"hidden_size", 1280}, std::pair{"intermediate_size", 5120}, std::pair{"num_hidden_layers", 32},
          std::pair{"num_attention_heads", 16}, std::pair{"image_size", 224}, std::pair{"patch_size", 14},
          std::pair{"num_channels", 3}, std::pair{"projection_dim", 1024}})
      config.set(key, value);
    return Component{"CLIPVisionModelWithProjection", std::move(config)};
  }();
  return encoder;
}

}  // namespace diffjoule::models
