// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The U-Net of Stable Video Diffusion. Blattmann et al., "Stable Video Diffusion: Scaling Latent Video Diffusion Models
// to Large Datasets", 2023. diffusers UNetSpatioTemporalConditionModel.
#include <algorithm>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/spatio_temporal_blocks.h"
#include "diffjoule/models/unet_skeleton.h"

namespace diffjoule::models {
namespace {

struct VideoUnetConfig {
  explicit VideoUnetConfig(Config& c)
      : shape(c, {320, 640, 1280, 1280},
              {"CrossAttnDownBlockSpatioTemporal", "CrossAttnDownBlockSpatioTemporal",
               "CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"},
              {"UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal",
               "CrossAttnUpBlockSpatioTemporal"}),
        in_channels(c.integer("in_channels", 8)),
        out_channels(c.integer("out_channels", 4)),
        context_width(c.integer("cross_attention_dim", 1024)),
        number_width(c.integer("addition_time_embed_dim", 256)),
        numbers_width(c.integer("projection_class_embeddings_input_dim", 768)),
        heads(c.integers("num_attention_heads", {5, 10, 20, 20}, shape.channels.size())),
        depths(c.integers("transformer_layers_per_block", std::vector<std::int64_t>(shape.channels.size(), 1),
                          shape.channels.size())) {
    expect_block_types(c, "down_block_types", shape.down, "DownBlockSpatioTemporal");
    expect_block_types(c, "up_block_types", shape.up, "UpBlockSpatioTemporal");
    if (numbers_width % number_width != 0)
      c.refuse("projection_class_embeddings_input_dim", std::to_string(numbers_width),
               "a multiple of addition_time_embed_dim, " + std::to_string(number_width));
    for (const auto* list : {&heads, &depths}) {
      if (list->size() != shape.channels.size())
        c.refuse(list == &heads ? "num_attention_heads" : "transformer_layers_per_block",
                 std::to_string(list->size()) + " numbers", "one a level");
    }
  }
  UnetShape shape;
  std::int64_t in_channels, out_channels, context_width;
  std::int64_t number_width, numbers_width;  // of one and of all of: frames a second, motion, noise of the image
  std::vector<std::int64_t> heads, depths;
};

class VideoUnet : public UnetSkeleton {
 public:
  VideoUnet(Builder& b, const VideoUnetConfig& c, const Call& call)
      : UnetSkeleton(b, c.shape), b_(b), c_(c), call_(call), context_{call.text_tokens, c.context_width} {}

  void forward() {
    const std::int64_t images = call_.batch * call_.frames, width = c_.shape.time_width();
    const Tensor step =
        embedding_mlp(b_, "time_embedding", timestep_sinusoids(b_, call_.batch, c_.shape.channels.front()), width);
    const std::int64_t numbers = c_.numbers_width / c_.number_width;
    const Tensor all =
        b_.view(timestep_sinusoids(b_, call_.batch * numbers, c_.number_width), {call_.batch, c_.numbers_width});
    b_.add(step, embedding_mlp(b_, "add_embedding", all, width));
    time_ = b_.clone(b_.tensor({images, width}));                    // the same for every frame,
    b_.clone(b_.tensor({images, context_.tokens, context_.width}));  // and the context too
    const Tensor latents = b_.tensor({images, c_.in_channels, call_.height, call_.width});
    const Tensor x = walk(b_.convolution("conv_in", latents, c_.shape.channels.front()));
    b_.convolution("conv_out", b_.silu(b_.group_norm("conv_norm_out", x)), c_.out_channels);
  }

 private:
  Tensor resnet(std::int64_t index, const Tensor& x, std::int64_t channels) {
    auto scope = b_.scope("resnets." + std::to_string(index));
    return spatio_temporal_resnet(b_, x, channels, call_.frames, Mixing::learned_with_images, time_);
  }
  Tensor attend(std::int64_t index, const Tensor& x, std::int64_t level) {
    auto scope = b_.scope("attentions." + std::to_string(index));
    const auto i = static_cast<std::size_t>(level);
    return spatio_temporal_transformer(b_, x, c_.heads[i], c_.depths[i], call_.frames, context_);
  }

  Tensor layer(std::int64_t index, Tensor x, const UnetLevel& l) override {
    x = resnet(index, x, l.channels);
    return l.has_attention() ? attend(index, x, l.level) : x;
  }
  Tensor middle(Tensor x) override {
    const std::int64_t channels = c_.shape.channels.back();
    x = attend(0, resnet(0, x, channels), c_.shape.levels() - 1);
    return resnet(1, x, channels);
  }

  Builder& b_;
  const VideoUnetConfig& c_;
  const Call& call_;
  TextContext context_;
  Tensor time_;
};

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const VideoUnetConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  VideoUnet(b, c, call).forward();
  return finished(b, config);
}

}  // namespace

Architecture unet_spatio_temporal() {
  return {"video U-Net of Stable Video Diffusion",
          {"UNetSpatioTemporalConditionModel"},
          Architecture::Role::denoiser,
          build,
          nullptr,
          nullptr};
}

}  // namespace diffjoule::models
