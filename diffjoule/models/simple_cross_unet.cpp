// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/simple_cross_unet.h"

#include "diffjoule/models/blocks.h"
#include "diffjoule/models/unet_blocks.h"
#include "diffjoule/models/unet_skeleton.h"

namespace diffjoule::models {
namespace {

struct SimpleUnetConfig {
  explicit SimpleUnetConfig(Config& c)
      : shape(c, {384, 768, 1152, 1536}, {}, {}),
        in_channels(c.integer("in_channels", 4)),
        out_channels(c.integer("out_channels", 8)),
        context_width(c.integer("cross_attention_dim", 768)),
        image_width(c.integer("encoder_hid_dim", 1280)),
        head_width(c.integer("attention_head_dim", 64)) {
    for (const auto* types : {&shape.down, &shape.up}) {
      const std::string direction = types == &shape.down ? "Down" : "Up";
      for (const std::string& type : *types) {
        if (type != "Resnet" + direction + "sampleBlock2D" && type != "SimpleCrossAttn" + direction + "Block2D")
          c.refuse(types == &shape.down ? "down_block_types" : "up_block_types", "\"" + type + "\"",
                   "Resnet" + direction + "sampleBlock2D or SimpleCrossAttn" + direction + "Block2D");
      }
    }
    const auto only = [&c](const char* key, std::string_view value) {
      if (c.text(key, "") != value) c.unsupported(key, "\"" + c.text(key, "") + "\"");
    };
    only("encoder_hid_dim_type", "image_proj");
    only("addition_embed_type", "image");
    only("resnet_time_scale_shift", "scale_shift");
  }
  UnetShape shape;
  std::int64_t in_channels, out_channels, context_width, image_width, head_width;
};

constexpr std::int64_t image_tokens = 32;  // that the embedding becomes

class SimpleUnet : public UnetSkeleton {
 public:
  SimpleUnet(Builder& b, const SimpleUnetConfig& c, const Call& call) : UnetSkeleton(b, c.shape), b_(b), c_(c) {
    time_ = embedding_mlp(b_, "time_embedding", timestep_sinusoids(b_, call.batch, c_.shape.channels.front()),
                          c_.shape.time_width());
    const Tensor image = b_.tensor({call.batch, c_.image_width});
    {
      auto scope = b_.scope("add_embedding");
      time_ = b_.add(time_, b_.layer_norm("image_norm", b_.linear("image_proj", image, c_.shape.time_width())));
    }
    auto scope = b_.scope("encoder_hid_proj");
    const Tensor tokens = b_.linear("image_embeds", image, image_tokens * c_.context_width);
    context_ = b_.layer_norm("norm", b_.view(tokens, {call.batch, image_tokens, c_.context_width}));
  }

  void forward(const Call& call) {
    const Tensor latents = b_.tensor({call.batch, c_.in_channels, call.height, call.width});
    const Tensor x = walk(b_.convolution("conv_in", latents, c_.shape.channels.front()));
    b_.convolution("conv_out", b_.silu(b_.group_norm("conv_norm_out", x)), c_.out_channels);
  }

 private:
  // What attention returns has channels innermost, and residuals pass that on to the norms of levels that have it.
  static Layout layout(const UnetLevel& l) {
    return l.has_attention() ? Layout::channels_last : Layout::channels_first;
  }

  Tensor resnet(const std::string& name, const Tensor& x, std::int64_t channels, Layout layout,
                ResnetOptions::Resize resize = ResnetOptions::Resize::none) {
    auto scope = b_.scope(name);
    return resnet_block(b_, x, channels, time_, {.layout = layout, .scale_and_shift = true, .resize = resize});
  }

  // Keys and values: those of the condition, then the image's own.
  Tensor attend(std::int64_t index, const Tensor& x) {
    auto scope = b_.scope("attentions." + std::to_string(index));
    const std::int64_t width = x.shape[1], cells = x.shape[2] * x.shape[3];
    const Tensor tokens = b_.view(b_.group_norm("group_norm", b_.clone(x)), {x.shape[0], cells, width});
    const Tensor q = linear_of_view(b_, "to_q", tokens, width);
    const Tensor condition_k = b_.linear("add_k_proj", context_, width),
                 condition_v = b_.linear("add_v_proj", context_, width);
    const Tensor k = b_.concatenate({condition_k, linear_of_view(b_, "to_k", tokens, width)}, 1),
                 v = b_.concatenate({condition_v, linear_of_view(b_, "to_v", tokens, width)}, 1);
    const Tensor mixed = b_.clone(b_.attention(q, k, v, std::max<std::int64_t>(1, width / c_.head_width)));
    return b_.add(b_.view(b_.linear("to_out.0", mixed, width), x.shape), x);
  }

  Tensor layer(std::int64_t index, Tensor x, const UnetLevel& l) override {
    x = resnet("resnets." + std::to_string(index), x, l.channels, layout(l));
    return l.has_attention() ? attend(index, x) : x;
  }
  Tensor middle(Tensor x) override {
    x = attend(0, resnet("resnets.0", x, x.shape[1], Layout::channels_last));
    return resnet("resnets.1", x, x.shape[1], Layout::channels_last);
  }
  Tensor downsample(const Tensor& x, const UnetLevel& l) override {
    return resnet("downsamplers.0", x, l.channels, layout(l), ResnetOptions::Resize::half);
  }
  Tensor upsample(const Tensor& x, const UnetLevel& l, const Shape& /*other*/) override {
    return resnet("upsamplers.0", x, l.channels, layout(l), ResnetOptions::Resize::twice);
  }

  Builder& b_;
  const SimpleUnetConfig& c_;
  Tensor time_, context_;
};

}  // namespace

Result<Graph> simple_cross_unet(const io::Document& document, const Call& call) {
  Config config(document);
  const SimpleUnetConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  SimpleUnet(b, c, call).forward(call);
  return finished(b, config);
}

}  // namespace diffjoule::models
